"""goodness_of_fit.py - do draws of the engine follow their distribution? Anderson-Darling and chi-square, with a budget for false alarms."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
from concurrent.futures import ThreadPoolExecutor
import tempfile

import numpy as np
from scipy import special, stats

import apsis_command
import family_oracle as oracle

# One false alarm in a million runs of all the tests together (Bonferroni over no more than 200 of them, each of which may fail twice): where a
# first sample is less likely than one in a thousand but not past the budget by itself, a second one, four times as large and of other draws,
# decides by itself.
BUDGET, MOST_TESTS, DOUBT, LARGER = 1e-6, 200, 1e-3, 4
FAIL = BUDGET / MOST_TESTS / 2


def anderson_darling(tails):
    """A^2 of a sample in rising order from its two tails, for a distribution without fitted parameters."""
    lower, upper = tails
    n = len(lower)
    weight = 2 * np.arange(1, n + 1) - 1.0
    with np.errstate(divide="ignore"):
        return -n - (np.dot(weight, np.log(lower)) + np.dot(weight[::-1], np.log(upper))) / n


ENDS, STEP, BLOCK = 20_000, 16, 2048


def anderson_darling_of(tails, x):
    """A^2 of a sample in rising order. Of a large one the tails are worked out at all of the outermost ENDS on either side and at every STEP-th
    between them, straight in x from one to the next. Both are monotone, so that no value is off by more than what lies between two neighbours
    that are looked at (a share of 16 / N: 1.6e-6 of ten million, where a sample's own noise is 3e-4); of a smooth density f it is off by
    (16 / N)^2 |f'| / (8 f^2), which is below 2e-10 from the outermost 20,000 of ten million inwards."""
    n = len(x)
    if n <= 1_000_000:
        return anderson_darling(tails(x))
    count = (n - 2 * ENDS) // STEP
    first, last = ENDS, ENDS + count * STEP  # the grid's ends: both are looked at
    knots = x[first:last + 1:STEP]
    below, above = (np.asarray(t, float) for t in tails(np.concatenate([x[:first], knots, x[last:]])))
    total = 0.0
    with np.errstate(divide="ignore"):
        for start, stop, left in ((0, first, 0), (last, n, first + count + 1)):  # the outermost, all of them
            rank, at = np.arange(start, stop), slice(left, left + stop - start)
            total += np.dot(2.0 * rank + 1, np.log(below[at])) + np.dot(2.0 * (n - rank) - 1, np.log(above[at]))
        for k in range(0, count, BLOCK):  # what stays in the cache
            m = min(BLOCK, count - k)
            start = first + k * STEP
            left, width = knots[k:k + m, None], np.diff(knots[k:k + m + 1])[:, None]
            share = np.divide(x[start:start + m * STEP].reshape(m, STEP) - left, width, out=np.zeros((m, STEP)), where=width > 0)
            rank = np.arange(start, start + m * STEP)
            for t, weight in ((below, 2.0 * rank + 1), (above, 2.0 * (n - rank) - 1)):
                grid = t[first + k:first + k + m + 1]
                total += np.dot(weight, np.log(grid[:-1, None] + share * np.diff(grid)[:, None]).ravel())
    return -n - total / n


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


def counted(x):
    """The values in rising order and how often each is there."""
    low, high = x.min(), x.max()
    if high - low < 1e6 and np.array_equal(x, np.floor(x)):
        counts = np.bincount((x - low).astype(np.int64))
        return low + np.flatnonzero(counts), counts[counts > 0]
    return np.unique(x, return_counts=True)


def chi_square(x, tails, least=100):
    """(statistic, degrees of freedom) of a sample of whole numbers (or of values from a list): cells of at least `least` expected draws."""
    values, counts = counted(x)
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
        return (0.0 if count == 0 or rest > 0 else np.inf), 1
    return float(((seen - expected) ** 2 / expected).sum()), len(expected) - 1


SEED = 20260


class Draws:
    """Draws of a model's output through `apsis draws`; which ones is decided by the model's names and the seed alone."""

    def __init__(self, lines, column, seed=SEED, engine=()):
        self.lines, self.column, self.seed, self.engine = lines, column, seed, engine

    def take(self, first, count):
        with tempfile.TemporaryDirectory() as folder:
            path, out = os.path.join(folder, "fit.risk"), os.path.join(folder, "draws.npy")
            with open(path, "w") as file:
                file.write("\n".join(self.lines) + "\n")
            with open(os.path.join(folder, "data.csv"), "w") as file:
                file.write("id,r\n" + "".join("%d,%r\n" % row for row in enumerate(DATA)))
            apsis_command.run("draws", path, "--draws", count, "--from", first, "--seed", self.seed, "--npy", out, *self.engine, timeout=1500)
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


def look(x, tails, discrete):
    """The statistic of a sample and the chance of one as large or larger."""
    if not np.isfinite(x).all():
        return {"A2": None, "p": 0.0}
    if discrete:
        statistic, freedom = chi_square(x, tails)
        return {"chi2": statistic, "df": freedom, "p": float(stats.chi2.sf(statistic, freedom))}
    x.sort()
    a2 = float(anderson_darling_of(tails, x))
    return {"A2": a2 if np.isfinite(a2) else None, "p": anderson_darling_chance(a2)}  # infinite where a draw lies beyond an end


def fits(draws, tails, discrete, count):
    """(whether it fits, what the first sample says, what the larger one says or None)."""
    first = look(draws.take(0, count), tails, discrete)
    if first["p"] >= DOUBT or first["p"] < FAIL:
        return first["p"] >= DOUBT, first, None
    second = look(draws.take(count, LARGER * count), tails, discrete)
    return second["p"] >= FAIL, first, second


# ------------------------------------------------------------------ what is drawn
def plain(name, *p):
    return name, oracle.text_of(name, p), lambda x: oracle.fast_tails(name, p, x), name in oracle.WHOLE


def arranged(name, text, inner, discrete=False):
    """A distribution whose tails are those of the oracle's functions of (arithmetic, x)."""
    def tails(x):
        with np.errstate(all="ignore"):
            return inner(oracle.Fast, x)
    return name, text, tails, discrete


def listed(values, weights, total=1):
    """Given values with given weights, which sum to `total`."""
    order = np.argsort(values)
    values, below = np.asarray(values, float)[order], np.cumsum(np.asarray(weights, float)[order]) / total
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


# What the data file holds: repeated values, a far one, either sign, thirds that no decimal ends at.
DATA = [1, 2, 2, 3, 3, 3, 4.5, 4.5, -7, 1e6] + [k / 3 for k in range(-40, 200)]
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
        arranged("empirical", 'empirical("data.csv", column: "r")', listed(*np.unique(DATA, return_counts=True), len(DATA)), True),
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


def registered():
    """The names of all families that the command knows."""
    return [family["name"] for family in apsis_command.run_json("families")["families"]]


def said(result):
    statistic = "A2 %.4g" % result["A2"] if result.get("A2") is not None else "chi2 %.6g of %d" % (result["chi2"], result["df"]) if "chi2" in result else "A2 infinite"
    return "%s, p %.3g" % (statistic, result["p"])


def check(count, off, record=None):
    """Prints a line a distribution; the number of failures. Fails too when draws of slightly wrong parameters pass, or when a family of the
    command has no line. `record`: a file for all of it as JSON."""
    failures, rows = 0, []
    every = families()
    texts = [text for _, text, _, _ in every]
    draws_of = together(texts, count) if count <= 1_000_000 else [single(text, f"x_{k}") for k, text in enumerate(texts)]
    cases = [(family, text, draws_of[k], tails, discrete) for k, (family, text, tails, discrete) in enumerate(every)]
    cases += [(None, what, draws, tails, discrete) for what, draws, tails, discrete in other_paths()]
    assert len(cases) <= MOST_TESTS
    unseen = set(registered()) ^ {family for family, *_ in cases if family}
    if unseen:
        failures += 1
        print("NOT LOOKED AT, or not a family: %s" % ", ".join(sorted(unseen)))
    pool = ThreadPoolExecutor(2)  # two at a time: NumPy and the command work outside of Python's lock
    looked = pool.map(lambda case: fits(*case[2:], count), cases)
    for (family, what, draws, tails, discrete), (good, first, second) in zip(cases, looked):
        failures += not good
        print("%-90s %s%s%s" % (what, said(first), "" if second is None else "; of %d times as many %s" % (LARGER, said(second)), "" if good else "  FAIL"), flush=True)
        rows.append({"family": family, "distribution": what, "N": count, "seed": draws.seed, **first, **({"larger": {"N": LARGER * count, **second}} if second else {}), "fits": good})
        rows[-1] = {key: value for key, value in rows[-1].items() if value is not None}
    wrong = []
    cases_off = slightly_wrong(off)
    for (what, draws, tails, discrete), (good, first, second) in zip(cases_off, pool.map(lambda case: fits(*case[1:], count), cases_off)):
        failures += good
        print("off by %g: %-60s %s, then %s: %s" % (off, what, said(first), "none" if second is None else said(second), "NOT CAUGHT" if good else "caught"), flush=True)
        wrong.append({"wrong": what, "off": off, "N": count, "seed": draws.seed, **first, "caught": not good})
    print("%d distributions of %d families, %d draws each, %d failures; a false alarm once in %.0e runs" % (len(cases), len(registered()), count, failures, BUDGET))
    if record:
        with open(record, "w") as file:
            file.write('{\n  "false_alarm_budget": %g,\n  "most_tests": %d,\n' % (BUDGET, MOST_TESTS))
            for key, part, end in (("fit", rows, ","), ("must_be_caught", wrong, "")):
                file.write('  "%s": [\n%s\n  ]%s\n' % (key, ",\n".join("    " + json.dumps(row) for row in part), end))
            file.write("}\n")
    return failures
