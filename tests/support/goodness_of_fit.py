"""goodness_of_fit.py - do draws of the engine follow their distribution? Anderson-Darling and chi-square, with a budget for false alarms."""
# SPDX-License-Identifier: Apache-2.0
import os
import tempfile

import numpy as np
from scipy import special, stats

import apsis_command
import family_oracle as oracle

# One false alarm in a million runs of all the tests together (Bonferroni over no more than 200 of them); where a first sample is less likely
# than one in a thousand a second one, four times as large and of other draws, decides by itself.
BUDGET, MOST_TESTS, DOUBT, LARGER = 1e-6, 200, 1e-3, 4


def anderson_darling(tails):
    """A^2 of a sample in rising order from its two tails, for a distribution without fitted parameters."""
    lower, upper = tails
    n = len(lower)
    weight = 2 * np.arange(1, n + 1) - 1.0
    with np.errstate(divide="ignore"):
        return -n - (np.dot(weight, np.log(lower)) + np.dot(weight[::-1], np.log(upper))) / n


def anderson_darling_chance(a2):
    """P(A^2 > a2): Marsaglia and Marsaglia (2004) in the body; far out sqrt(3) erfc(sqrt(a2)), the largest of the eigenvalues 1 / (j (j + 1))."""
    if not np.isfinite(a2):
        return 0.0
    if a2 > 8:
        return float(np.sqrt(3) * special.erfc(np.sqrt(a2)))
    if a2 <= 0:
        return 1.0
    if a2 < 2:
        below = np.exp(-1.2337141 / a2) / np.sqrt(a2) * (2.00012 + (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * a2) * a2) * a2) * a2) * a2)
    else:
        below = np.exp(-np.exp(1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * a2) * a2) * a2) * a2) * a2))
    return float(1 - below)


def chi_square_chance(x, tails, least=100):
    """Of a sample of whole numbers (or of values from a list): cells of at least `least` expected draws."""
    values, counts = np.unique(x, return_counts=True)
    n = len(x)
    edges = np.unique(np.floor(values)) if np.all(values == np.floor(values)) else values
    lower, upper = tails(edges)
    order = lower < 0.5
    expected, seen, mass, count, before = [], [], 0.0, 0, (0.0, 1.0)
    for k in range(len(edges)):
        step = lower[k] - before[0] if order[k] else before[1] - upper[k]
        mass, count, before = mass + step, count + counts[k], (lower[k], upper[k])
        if mass * n >= least:
            expected.append(mass * n), seen.append(count)
            mass, count = 0.0, 0
    rest = (mass + before[1]) * n
    if rest > 1e-9 and expected:  # what lies between the last cell and infinity
        if rest >= least or len(expected) < 2:
            expected.append(rest), seen.append(count)
        else:
            expected[-1] += rest
            seen[-1] += count
    expected, seen = np.array(expected), np.array(seen, dtype=float)
    if len(expected) < 2:
        return 1.0 if count == 0 or rest > 0 else 0.0
    return float(stats.chi2.sf(((seen - expected) ** 2 / expected).sum(), len(expected) - 1))


class Draws:
    """Draws of a model's output through `apsis draws`; which ones is decided by the model's names and the seed alone."""

    def __init__(self, lines, column, seed=20260, engine=()):
        self.lines, self.column, self.seed, self.engine = lines, column, seed, engine

    def take(self, first, count):
        with tempfile.TemporaryDirectory() as folder:
            path, out = os.path.join(folder, "fit.risk"), os.path.join(folder, "draws.npy")
            with open(path, "w") as file:
                file.write("\n".join(self.lines) + "\n")
            apsis_command.run("draws", path, "--draws", count, "--from", first, "--seed", self.seed, "--npy", out, *self.engine)
            every = np.load(out, mmap_mode="r")
            return np.array(every if self.column is None else every[self.column])


def together(texts, count):
    """Draws of each of many distributions, the first `count` of all of them from one run: streams are keyed by name, so they are what each has by itself."""
    names = [f"x_{k}" for k in range(len(texts))]
    lines = [f"{name} ~ {text}" for name, text in zip(names, texts)] + [f"output out_{name} = {name}" for name in names]
    kept = Draws(lines, None).take(0, count)

    class One(Draws):
        def take(self, first, wanted):
            return np.array(kept["out_" + self.column]) if (first, wanted) == (0, count) else super().take(first, wanted)
    return [One([f"{name} ~ {text}", f"output out = {name}"], name) for name, text in zip(names, texts)]


def single(text, name="x"):
    """A name of its own is a stream of its own: the tests do not all look at the same uniforms."""
    return Draws([f"{name} ~ {text}", f"output out = {name}"], "out")


def chance(x, tails, discrete):
    if not np.isfinite(x).all():
        return 0.0
    if discrete:
        return chi_square_chance(x, tails)
    x = np.sort(x)
    return anderson_darling_chance(anderson_darling(tails(x)))


def fits(draws, tails, discrete, count):
    """(whether it fits, the chance of what was seen, of the larger sample or None)."""
    first = chance(draws.take(0, count), tails, discrete)
    if first >= DOUBT:
        return True, first, None
    second = chance(draws.take(count, LARGER * count), tails, discrete)
    return second >= BUDGET / MOST_TESTS, first, second


# ------------------------------------------------------------------ what is drawn
def plain(name, *p):
    return name, oracle.text_of(name, p), lambda x: oracle.fast_tails(name, p, x), name in oracle.WHOLE


def arranged(name, text, inner, discrete=False):
    """A distribution whose tails are those of the oracle's functions of (arithmetic, x)."""
    def tails(x):
        with np.errstate(all="ignore"):
            return inner(oracle.Fast, x)
    return name, text, tails, discrete


def listed(values, weights):
    """Given values with given weights."""
    order = np.argsort(values)
    values, below = np.asarray(values, float)[order], np.cumsum(np.asarray(weights, float)[order])
    at = lambda x: np.concatenate([[0], below])[np.searchsorted(values, x, side="right")]
    return lambda M, x: (at(x), 1 - at(x))


def metalog(percents, values, low=None, high=None):
    """Tails by Newton's steps from a fine grid of the curve."""
    a, terms, shrink = oracle.metalog_curve(percents, values, low, high)
    a = [float(c) for c in a]

    def curve(logit):
        u, above = special.expit(logit), special.expit(-logit)
        c = np.where(logit < 0, u - 0.5, 0.5 - above)
        t = [1, logit, c * logit, c] + [c ** (k // 2) * (logit if k % 2 else 1) for k in range(4, len(a))]
        d = [0, 1, c + logit * u * above, u * above] + [(k // 2) * c ** (k // 2 - 1) * u * above * (logit if k % 2 else 1) + (c ** (k // 2) if k % 2 else 0) for k in range(4, len(a))]
        return sum(f * v for f, v in zip(a, t)), sum(f * v for f, v in zip(a, d))
    grid = np.linspace(-45, 45, 20001)
    heights = curve(grid)[0]

    def tails(M, x):
        m = np.log((x - low) / (high - x)) if low is not None and high is not None else np.log(x - low) if low is not None else -np.log(high - x) if high is not None else x
        logit = np.interp(m, heights, grid)
        for _ in range(3):
            y, slope = curve(logit)
            logit = logit - (y - m) / slope
        return special.expit(logit), special.expit(-logit)
    return tails


NORMAL, LOGNORMAL = oracle.whole("normal", (0, 1)), oracle.whole("lognormal", (1, 0.5))


def families():
    """(name, text, tails of sorted x, whether discrete): every family at ordinary parameters, and at some that the search found awkward."""
    return [
        plain("uniform", 2, 5), plain("triangular", 1, 2, 5), plain("triangular", 0, 0, 1), plain("trapezoidal", 0, 2, 5, 6), plain("trapezoidal", 0, 0, 0, 3),
        plain("pert", 20, 80, 300, 4), plain("pert", 0, 0, 1, 60), plain("normal", 3, 2), plain("lognormal", 1, 0.5), plain("lognormal", 0, 3),
        plain("exponential", 2), plain("weibull", 1.5, 10), plain("weibull", 0.3, 2), plain("rayleigh", 2), plain("pareto", 1, 3), plain("pareto", 2, 0.3),
        plain("burr", 2, 3, 10), plain("gpd", 0, 1, 0.2), plain("gpd", 1, 2, -0.4), plain("gev", 1, 2, 0.1), plain("gev", 1, 2, -0.3), plain("gumbel", 1, 2),
        plain("frechet", 3, 10, 0), plain("frechet", 0.7, 1, -2), plain("logistic", 1, 2), plain("loglogistic", 10, 4), plain("laplace", 1, 2), plain("cauchy", 1, 2),
        plain("johnson_su", -1, 2, 0, 1), plain("kumaraswamy", 2, 3, 0, 1), plain("kumaraswamy", 0.05, 3, 0, 1), plain("kumaraswamy", 2, 0.3, -1, 0), plain("gamma", 2, 3), plain("gamma", 0.05, 1),
        plain("gamma", 400, 1), plain("chi_squared", 3), plain("inverse_gamma", 3, 2), plain("inverse_gamma", 100000, 2), plain("beta", 2, 10, 0, 1), plain("beta", 0.05, 2, 0, 3),
        plain("beta", 40, 0.7, -1, 0), plain("student_t", 4, 0, 1), plain("student_t", 0.5, 1, 2), plain("inverse_gaussian", 2, 3), plain("inverse_gaussian", 1, 0.01),
        arranged("bearbull", "bearbull(0, 3, 7, 12)", oracle.bear_bull(0, 3, 7, 12)), arranged("bearbull", "bearbull(0, 1, 7, 12)", oracle.bear_bull(0, 1, 7, 12)),
        arranged("metalog", "metalog(p10: 20, p50: 35, p90: 70)", metalog([0.1, 0.5, 0.9], [20, 35, 70])),
        arranged("metalog", "metalog(p10: 20, p50: 35, p90: 70, min: 0)", metalog([0.1, 0.5, 0.9], [20, 35, 70], 0)),
        arranged("metalog", "metalog(p5: 1, p25: 3, p50: 4, p75: 5, p95: 9, min: -10, max: 30)", metalog([0.05, 0.25, 0.5, 0.75, 0.95], [1, 3, 4, 5, 9], -10, 30)),
        arranged("cumulative", "cumulative(0: 0%, 5: 40%, 9: 100%)", oracle.knotted([0, 5, 9], [0, 0.4, 1])),
        arranged("histogram", "histogram(0, 5: 40%, 6: 10%, 9: 50%)", oracle.knotted([0, 5, 6, 9], [0, 0.4, 0.5, 1])),
        arranged("truncate", "truncate(normal(0, 1), 0, 5)", oracle.truncated(NORMAL, 0, 5)), arranged("truncate", "truncate(normal(0, 1), 4, 9)", oracle.truncated(NORMAL, 4, 9)),
        arranged("truncate", "truncate(lognormal(mu: 1, sigma: 0.5), 2, 3)", oracle.truncated(LOGNORMAL, 2, 3)),
        arranged("mixture", "mixture(70%: normal(0, 1), 30%: pert(1, 2, 5))", oracle.mixed([(0.7, NORMAL), (0.3, clipped("pert", (1, 2, 5, 4)))])),
        arranged("mixture", "mixture(60%: normal(0, 1), 40%: normal(100, 1))", oracle.mixed([(0.6, NORMAL), (0.4, oracle.whole("normal", (100, 1)))])),
        plain("bernoulli", 0.55), plain("binomial", 20, 0.3), plain("binomial", 200000, 0.015), plain("poisson", 2.5), plain("poisson", 900), plain("geometric", 0.2),
        plain("geometric", 0.001), plain("negative_binomial", 3, 0.4), plain("negative_binomial", 0.3, 0.05), plain("hypergeometric", 50, 12, 10), plain("hypergeometric", 3000, 1000, 400),
        plain("randint", 1, 6), plain("randint", -500, 499),
        arranged("discrete", "discrete(4: 20%, 5: 45%, 6: 25%, 7: 10%)", listed([4, 5, 6, 7], [0.2, 0.45, 0.25, 0.1]), True),
        arranged("truncate", "truncate(poisson(3), 2, 9)", oracle.truncated(oracle.whole("poisson", (3,)), 1, 9), True),
        arranged("mixture", "mixture(50%: poisson(3), 50%: binomial(5, 40%))", oracle.mixed([(0.5, oracle.whole("poisson", (3,))), (0.5, oracle.whole("binomial", (5, 0.4)))]), True),
    ]


def clipped(name, p):
    """Tails beyond the ends as well."""
    low, high = oracle.ends(name, p)

    def inner(M, x):
        lower, upper = oracle.whole(name, p)(M, np.clip(x, low, high))
        return np.where(x <= low, 0, np.where(x >= high, 1, lower)), np.where(x <= low, 1, np.where(x >= high, 0, upper))
    return inner


def other_paths():
    """(what, draws, tails, whether discrete): afresh each period, by a correlated score, parameters that are themselves uncertain."""
    out = []
    for name, p in (("gamma", (2, 3)), ("normal", (3, 2)), ("weibull", (1.5, 10)), ("pert", (20, 80, 300, 4)), ("poisson", (2.5,)), ("kumaraswamy", (2, 3, 0, 1))):
        text, tails, discrete = oracle.text_of(name, p), (lambda x, name=name, p=p: oracle.fast_tails(name, p, x)), name in oracle.WHOLE
        series = ["period year 2026 to 2029", f"s_{name}[t] ~ {text}", f"output third = s_{name}[2028]"]
        out.append((f"{name}, a period of a series", Draws(series, "third"), tails, discrete))
        x = f"c_{name}"
        pair = ["z ~ normal(0, 1)", "y ~ lognormal(mu: 0, sigma: 1)", f"{x} ~ {text}", f"output out = {x}", "output beside = z + y", "correlate", "  z, y 40%", f"  y, {x} -70%"]
        out.append((f"{name}, correlated", Draws(pair, "out"), tails, discrete))
    def uncertain(what, lines, tails, discrete=True):
        name = f"u_{len(out)}"
        out.append((what, Draws([line.replace("x ~", f"{name} ~") for line in lines] + [f"output out = {name}"], "out"), tails, discrete))
    at = lambda d: lambda k: (d.cdf(k), d.sf(k))
    uncertain("binomial(20, beta)", ["p ~ beta(2, 3)", "x ~ binomial(20, p)"], at(stats.betabinom(20, 2, 3)))
    uncertain("binomial(3000, beta)", ["p ~ beta(2, 3)", "x ~ binomial(3000, p)"], at(stats.betabinom(3000, 2, 3)))
    uncertain("poisson(gamma)", ["r ~ gamma(2, 3)", "x ~ poisson(r)"], at(stats.nbinom(2, 1 / 4)))
    uncertain("poisson(large gamma)", ["r ~ gamma(20, 50)", "x ~ poisson(r)"], at(stats.nbinom(20, 1 / 51)))
    uncertain("bernoulli(beta)", ["p ~ beta(2, 3)", "x ~ bernoulli(p)"], at(stats.bernoulli(0.4)))
    uncertain("normal(normal, 1)", ["m ~ normal(0, 2)", "x ~ normal(m, 1)"], at(stats.norm(0, np.sqrt(5))), False)
    uncertain("exponential(rate: gamma)", ["r ~ gamma(3, 0.5)", "x ~ exponential(rate: r)"], at(stats.lomax(3, scale=2)), False)
    uncertain("geometric(beta)", ["p ~ beta(3, 2)", "x ~ geometric(p)"], lambda k: (-np.expm1(special.betaln(3, 3 + k) - special.betaln(3, 2)), np.exp(special.betaln(3, 3 + k) - special.betaln(3, 2))))
    return out


def slightly_wrong(off):
    """(what, draws, tails, discrete) whose parameter is off by the share `off`: each must be caught."""
    right = 1 + off
    return [("mean of a normal", single(f"normal({10 * right:.17g}, 2)"), lambda x: oracle.fast_tails("normal", (10, 2), x), False),
            ("scale of a gamma", single(f"gamma(2, {3 * right:.17g})"), lambda x: oracle.fast_tails("gamma", (2, 3), x), False),
            ("max of a uniform", single(f"uniform(2, {5 * right:.17g})"), lambda x: tuple(np.clip(t, 0, 1) for t in oracle.fast_tails("uniform", (2, 5), x)), False),
            ("mode of a pert", single(f"pert(20, {80 * (1 + 5 * off):.17g}, 300)"), lambda x: oracle.fast_tails("pert", (20, 80, 300, 4), x), False),
            ("rate of a poisson", single(f"poisson({40 * right:.17g})"), lambda x: oracle.fast_tails("poisson", (40,), x), True),
            ("n p of a binomial", single(f"binomial(2000, {0.3 * right:.17g})"), lambda x: oracle.fast_tails("binomial", (2000, 0.3), x), True)]


def check(count, off):
    """Prints a line a distribution; the number of failures. Fails too when draws of slightly wrong parameters pass."""
    failures = tests = 0
    every = families()
    texts = [text for _, text, _, _ in every]
    draws_of = together(texts, count) if count <= 1_000_000 else [single(text, f"x_{k}") for k, text in enumerate(texts)]
    cases = [(text, draws_of[k], tails, discrete) for k, (_, text, tails, discrete) in enumerate(every)] + other_paths()
    for what, draws, tails, discrete in cases:
        good, first, second = fits(draws, tails, discrete, count)
        tests += 1
        failures += not good
        print("%-90s %s p %.3g%s%s" % (what, "chi-square" if discrete else "Anderson-Darling", first, "" if second is None else ", of %d times as many %.3g" % (LARGER, second), "" if good else "  FAIL"),
              flush=True)
    assert tests <= MOST_TESTS
    for what, draws, tails, discrete in slightly_wrong(off):
        good, first, second = fits(draws, tails, discrete, count)
        failures += good
        print("off by %g: %-60s p %.3g, then %s: %s" % (off, what, first, "none" if second is None else "%.3g" % second, "NOT CAUGHT" if good else "caught"), flush=True)
    print("%d distributions, %d draws each, %d failures; a false alarm once in %.0e runs" % (tests, count, failures, BUDGET))
    return failures
