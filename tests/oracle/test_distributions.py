# test_distributions.py - draws of every family against mpmath (the bound on u, both tails) and SciPy (meaning of the parameters, moments).
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys
import tempfile

import mpmath as mp
import numpy as np
from scipy import stats

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import unit_program  # noqa: E402

mp.mp.dps = 40
TOP = (1 << 52) - 1


PATH = unit_program("test_distributions")


def ask(requests):
    done = subprocess.run([PATH, "sample"], input="".join(r + "\n" for r in requests), capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(requests), done.stderr
    return lines


def points(count, seed):
    rng = np.random.default_rng(seed)
    out = [0, 1, TOP, TOP - 1, TOP >> 1, (TOP >> 1) + 1]
    for i in range(count):
        m = int(rng.integers(0, TOP))
        if i % 2:
            m >>= int(rng.integers(0, 52))
        out.append(m if i % 4 < 2 else TOP - m)
    return out


def u_of(m):
    return mp.mpf(2 * m + 1) / mp.mpf(2) ** 53


failures = []


def fail(text):
    failures.append(text)
    print("FAIL", text)


# ------------------------------------------------------------------ the bound, with mpmath
def gamma_tails(a, scale=1):
    return lambda x: (mp.gammainc(a, 0, x / scale, regularized=True), mp.gammainc(a, x / scale, mp.inf, regularized=True))


def beta_tails(a, b, lo=0, hi=1):
    def tails(x):
        # a few doubles away from an end this needs the distance from it, which mpmath keeps
        z, y = (x - lo) / (hi - lo), (hi - x) / (hi - lo)
        if z <= 0:
            return mp.mpf(0), mp.mpf(1)
        if y <= 0:
            return mp.mpf(1), mp.mpf(0)
        return mp.betainc(a, b, 0, z, regularized=True), mp.betainc(b, a, 0, y, regularized=True)
    return tails


def pert_tails(lo, mode, hi, shape=4):
    w = mp.mpf(hi) - lo
    return beta_tails(1 + shape * (mp.mpf(mode) - lo) / w, 1 + shape * (mp.mpf(hi) - mode) / w, lo, hi)


def t_tails(df):
    def tails(x):
        half = mp.betainc(mp.mpf(df) / 2, mp.mpf(1) / 2, 0, df / (df + x * x), regularized=True) / 2
        return (half, 1 - half) if x < 0 else (1 - half, half)
    return tails


def normal_tails(mean=0, sd=1):
    return lambda x: (mp.ncdf((x - mean) / sd), mp.ncdf(-(x - mean) / sd))


def lognormal_tails(mu, sigma):
    return lambda x: normal_tails(mu, sigma)(mp.log(x)) if x > 0 else (mp.mpf(0), mp.mpf(1))


def truncated(tails, lo, hi):
    below_lo, above_lo = tails(mp.mpf(lo)) if lo is not None else (mp.mpf(0), mp.mpf(1))
    below_hi, above_hi = tails(mp.mpf(hi)) if hi is not None else (mp.mpf(1), mp.mpf(0))
    mass = above_lo - above_hi if below_lo > 0.5 else below_hi - below_lo

    def inner(x):
        below, above = tails(x)
        if below_lo > 0.5:
            return (above_lo - above) / mass, (above - above_hi) / mass
        return (below - below_lo) / mass, (below_hi - below) / mass
    return inner


def mixed(*parts):
    return lambda x: (sum(w * t(x)[0] for w, t in parts), sum(w * t(x)[1] for w, t in parts))


BOUND = [
    ("beta(0.3, 40)", beta_tails(mp.mpf(0.3), 40), 24),
    ("beta(40, 0.3)", beta_tails(40, mp.mpf(0.3)), 24),
    ("beta(2, 10)", beta_tails(2, 10), 40),
    ("beta(0.05, 0.05)", beta_tails(mp.mpf(0.05), mp.mpf(0.05)), 24),
    ("gamma(0.05, 1)", gamma_tails(mp.mpf(0.05)), 30),
    ("gamma(2.5, 3)", gamma_tails(mp.mpf(2.5), 3), 40),
    ("gamma(400, 1)", gamma_tails(400), 20),
    ("student_t(1.5)", t_tails(mp.mpf(1.5)), 24),
    ("student_t(4)", t_tails(4), 30),
    ("lognormal(mu: 0, sigma: 3)", lognormal_tails(0, 3), 40),
    ("normal(0, 1)", normal_tails(), 40),
    ("pert(20, 80, 300)", pert_tails(20, 80, 300), 40),
    ("pert(20, 20, 300)", pert_tails(20, 20, 300), 30),
    ("pert(20, 300, 300)", pert_tails(20, 300, 300), 30),
    ("truncate(normal(0, 1), 10, inf)", truncated(normal_tails(), 10, None), 40),
    ("truncate(normal(0, 1), 30, 31)", truncated(normal_tails(), 30, 31), 40),
    ("truncate(normal(0, 1), 0, 5)", truncated(normal_tails(), 0, 5), 40),
    ("mixture(70%: normal(0, 1), 30%: normal(100, 1))", mixed((mp.mpf(0.7), normal_tails()), (mp.mpf(0.3), normal_tails(100))), 60),
]


def check_bound():
    requests, wanted = [], []
    for number, (text, tails, count) in enumerate(BOUND):
        ms = points(count, number)
        for kind in "uz":
            requests.append("%s %s\t%s" % (kind, text, " ".join(map(str, ms))))
            wanted.append((kind, text, tails, ms))
    for line, (kind, text, tails, ms) in zip(ask(requests), wanted):
        if line.startswith("error"):
            fail("%s: %s" % (text, line))
            continue
        worst = 0
        for m, word in zip(ms, line.split()):
            x, u = mp.mpf(float.fromhex(word)), u_of(m)
            small = min(u, 1 - u)
            if kind == "z":  # the score is a double: compare with u only as well as that double tells it
                slack = small * mp.mpf(2) ** -52 * 80
            else:
                slack = 0
            below, above = tails(x)
            error = abs(below - u) if u < 0.5 else abs(above - (1 - u))
            allowed = min(mp.mpf("1e-12"), small * mp.mpf("1e-10"))
            if error > allowed + slack:
                size = abs(x)  # or what one step of the double amounts to
                step = max(size * mp.mpf(2) ** -52, mp.mpf(2) ** -1073)
                reach = abs(tails(x + step)[0] - tails(x - step)[0]) if u < 0.5 else abs(tails(x + step)[1] - tails(x - step)[1])
                if error > allowed + slack + reach:
                    fail("%s %s: m = %d gives %s: u is off by %s of %s" % (kind, text, m, mp.nstr(x, 17), mp.nstr(error, 3), mp.nstr(small, 3)))
            else:
                worst = max(worst, error / allowed)
        print("%-52s %s  error at most %.2g of the bound" % (text, "by score" if kind == "z" else "by u    ", float(worst)))


# ------------------------------------------------------------------ what the parameters mean, with SciPy
SCIPY = [
    ("uniform(2, 5)", stats.uniform(2, 3)),
    ("triangular(1, 2, 5)", stats.triang(0.25, 1, 4)),
    ("trapezoidal(0, 2, 5, 6)", stats.trapezoid(1 / 3, 5 / 6, 0, 6)),
    ("normal(3, 2)", stats.norm(3, 2)),
    ("lognormal(mu: 1, sigma: 0.5)", stats.lognorm(0.5, scale=np.exp(1))),
    ("exponential(rate: 4)", stats.expon(scale=0.25)),
    ("weibull(1.5, 10)", stats.weibull_min(1.5, scale=10)),
    ("gumbel(1, 2)", stats.gumbel_r(1, 2)),
    ("frechet(3, 10)", stats.invweibull(3, scale=10)),
    ("gev(1, 2, 10%)", stats.genextreme(-0.1, 1, 2)),
    ("gev(1, 2, -30%)", stats.genextreme(0.3, 1, 2)),
    ("pareto(1, 3)", stats.pareto(3)),
    ("gpd(0, 1, 20%)", stats.genpareto(0.2)),
    ("gpd(1, 2, -40%)", stats.genpareto(-0.4, 1, 2)),
    ("student_t(4, 1, 2)", stats.t(4, 1, 2)),
    ("cauchy(1, 2)", stats.cauchy(1, 2)),
    ("logistic(1, 2)", stats.logistic(1, 2)),
    ("loglogistic(10, 4)", stats.fisk(4, scale=10)),
    ("laplace(1, 2)", stats.laplace(1, 2)),
    ("rayleigh(2)", stats.rayleigh(scale=2)),
    ("chi_squared(3)", stats.chi2(3)),
    ("gamma(2, 3)", stats.gamma(2, scale=3)),
    ("inverse_gamma(3, 2)", stats.invgamma(3, scale=2)),
    ("inverse_gaussian(2, 3)", stats.invgauss(2 / 3, scale=3)),
    ("burr(2, 3, 10)", stats.burr12(2, 3, scale=10)),
    ("johnson_su(-1, 2)", stats.johnsonsu(-1, 2)),
    ("beta(2, 3, min: -5, max: -1)", stats.beta(2, 3, -5, 4)),
    ("bearbull(-1000, 3, 7, 1200)", stats.norm(5, 2)),
    ("truncate(gamma(2, 3), 1, 9)", None),
    ("bernoulli(55%)", stats.bernoulli(0.55)),
    ("binomial(20, 30%)", stats.binom(20, 0.3)),
    ("binomial(7, 70%)", stats.binom(7, 0.7)),
    ("binomial(200000, 1.5%)", stats.binom(200000, 0.015)),
    ("poisson(2.5)", stats.poisson(2.5)),
    ("poisson(900)", stats.poisson(900)),
    ("geometric(20%)", stats.geom(0.2, -1)),
    ("negative_binomial(3, 40%)", stats.nbinom(3, 0.4)),
    ("hypergeometric(50, 12, 10)", stats.hypergeom(50, 12, 10)),
    ("randint(1, 6)", stats.randint(1, 7)),
]


def check_scipy():
    rng = np.random.default_rng(7)
    ms = [int(m) for m in rng.integers(1 << 36, TOP - (1 << 36), 400)]
    u = np.array([(2 * m + 1) / 2.0 ** 53 for m in ms])
    cases = [(text, d) for text, d in SCIPY if d is not None]
    draws = ask(["u %s\t%s" % (text, " ".join(map(str, ms))) for text, _ in cases])
    moments = ask(["q %s\t" % text for text, _ in cases])
    for (text, d), line, moment in zip(cases, draws, moments):
        if line.startswith("error"):
            fail("%s: %s" % (text, line))
            continue
        x = np.array([float.fromhex(w) for w in line.split()])
        if hasattr(d.dist, "pmf"):
            near = np.minimum(np.abs(d.cdf(x) - u), np.abs(d.cdf(x - 1) - u)) < 1e-11  # too close to a step to tell
            bad = (x != d.ppf(u)) & ~near
            if bad.any():
                fail("%s: u = %r gives %g, SciPy says %g" % (text, u[bad][0], x[bad][0], d.ppf(u[bad][0])))
        else:
            error = np.abs(d.cdf(x) - u).max()
            if not error < 1e-10:
                fail("%s: P(X <= x) differs from SciPy's by %.3g" % (text, error))
        mean, sd = (float.fromhex(w) for w in moment.split())
        for ours, theirs, what in ((mean, d.mean(), "mean"), (sd, d.std(), "sd")):
            if np.isfinite(theirs) and not abs(ours - theirs) <= 1e-8 * abs(theirs) + 1e-12:
                fail("%s: %s %r, SciPy says %r" % (text, what, ours, theirs))


def check_metalog():
    # Keelin's equations, solved by NumPy
    y, x = np.array([0.1, 0.5, 0.9]), np.array([20.0, 35, 70])
    logit = np.log(y / (1 - y))
    a = np.linalg.solve(np.stack([np.ones(3), logit, (y - 0.5) * logit], 1), x)
    ms = points(60, 3)
    line = ask(["u metalog(p10: 20, p50: 35, p90: 70)\t" + " ".join(map(str, ms))])[0]
    for m, word in zip(ms, line.split()):
        u = u_of(m)
        l = mp.log(u / (1 - u))
        want = a[0] + a[1] * l + a[2] * (u - 0.5) * l
        if abs(want - float.fromhex(word)) > 1e-10 * abs(want):
            fail("metalog: m = %d gives %s, not %s" % (m, word, mp.nstr(want, 17)))


def check_bearbull():
    for text, lo, hi in (("bearbull(0, 3, 7, 12)", 3, 7), ("bearbull(0, 1, 7, 12)", 1, 7)):
        p = float(mp.ncdf(-1))
        low, high = int(p * 2 ** 52), TOP - int(p * 2 ** 52)
        x = [float.fromhex(w) for w in ask(["u %s\t%d %d" % (text, low, high)])[0].split()]
        if not (abs(x[0] - lo) < 1e-9 and abs(x[1] - hi) < 1e-9):
            fail("%s: one sigma down and up at %r" % (text, x))


# ------------------------------------------------------------------ parameters found from percentiles, and from mean and sd
def incomplete_gaussian(p, x):
    mean, shape = p
    r = mp.sqrt(shape / x)
    return (mp.ncdf(r * (x / mean - 1)) + mp.exp(2 * shape / mean) * mp.ncdf(-r * (x / mean + 1)),
            mp.sqrt(shape / (2 * mp.pi * x ** 3)) * mp.exp(-shape * (x - mean) ** 2 / (2 * mean ** 2 * x)))


def beta_curve(p, x):
    a, b, low, high = p
    z, y = (x - low) / (high - low), (high - x) / (high - low)
    if z > a / (a + b):  # the series below has positive terms that fall
        below, density = beta_curve((b, a, -high, -low), -x)
        return 1 - below, density
    front = mp.exp(a * mp.log(z) + b * mp.log(y) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b))
    term, total, n = 1 / a, mp.mpf(0), 0
    while term > total * mp.mpf(10) ** -30:
        total += term
        term *= (a + b + n) / (a + 1 + n) * z
        n += 1
    return front * total, front / (z * y) / (high - low)


def frechet_curve(p, x):
    shape, scale, location = p
    y = ((x - location) / scale) ** -shape
    return mp.exp(-y), mp.exp(-y) * y * shape / (x - location)


def burr_curve(p, x):
    c, k, scale = p
    y = (x / scale) ** c
    return 1 - (1 + y) ** -k, c * k / x * y * (1 + y) ** (-k - 1)


def kumaraswamy_curve(p, x):
    a, b, low, high = p
    z = (x - low) / (high - low)
    return 1 - (1 - z ** a) ** b, a * b * z ** (a - 1) * (1 - z ** a) ** (b - 1) / (high - low)


def frechet_moments(p):
    first, second = (mp.gamma(1 - r / p[0]) for r in (1, 2))
    return p[2] + p[1] * first, p[1] * mp.sqrt(second - first ** 2)


def burr_moments(p):
    first, second = (p[1] * mp.beta(p[1] - r / p[0], 1 + r / p[0]) for r in (1, 2))
    return p[2] * first, p[2] * mp.sqrt(second - first ** 2)


def kumaraswamy_moments(p):
    first, second = (p[1] * mp.beta(1 + r / p[0], p[1]) for r in (1, 2))
    return p[2] + (p[3] - p[2]) * first, (p[3] - p[2]) * mp.sqrt(second - first ** 2)


# chance below x and density of the parameters; mean and sd; SciPy's
CURVES = {
    "beta": (beta_curve, None, lambda a, b, low, high: stats.beta(a, b, low, high - low)),
    "inverse_gaussian": (incomplete_gaussian, None, lambda mean, shape: stats.invgauss(mean / shape, scale=shape)),
    "frechet": (frechet_curve, frechet_moments, lambda shape, scale, location: stats.invweibull(shape, location, scale)),
    "burr": (burr_curve, burr_moments, lambda c, k, scale: stats.burr12(c, k, 0, scale)),
    "kumaraswamy": (kumaraswamy_curve, kumaraswamy_moments, None),
}


def check_solved():
    given = [("beta", "p10: 0.2, p90: 0.6"), ("beta", "p5: 0.01, p95: 0.03"), ("beta", "p10: 0.001, p90: 0.999"),
             ("beta", "p10: 20, p90: 60, min: 0, max: 100"), ("beta", "p90: -2, p2.5: -4.5, min: -5, max: -1"), ("beta", "p10: 0.5, p90: 0.501"),
             ("inverse_gaussian", "p10: 1, p90: 9"), ("inverse_gaussian", "p10: 1, p90: 150"), ("inverse_gaussian", "p1: 1, p99: 1.02"),
             ("frechet", "p10: 4, p90: 30"), ("frechet", "p10: 4, p90: 30, location: -2"), ("burr", "p25: 1, p75: 3"),
             ("burr", "p10: 4, p90: 30, scale: 10"), ("kumaraswamy", "p10: 0.05, p90: 0.7"), ("kumaraswamy", "p10: 5, p90: 70, min: -2, max: 90"),
             ("frechet", "mean: 3, sd: 0.8"), ("frechet", "mean: 3, sd: 90, location: 1"), ("burr", "mean: 0.9, sd: 0.8"),
             ("burr", "mean: 19, sd: 100, scale: 10"), ("kumaraswamy", "mean: 0.3, sd: 0.2"), ("kumaraswamy", "mean: 30, sd: 40, max: 100")]
    rng = np.random.default_rng(11)
    for _ in range(40):
        low, high = np.sort(rng.integers(1, 100, 2) + np.array([0, 0.5]))
        for family in CURVES:
            if family in ("beta", "kumaraswamy"):
                x = np.sort(1 / (1 + np.exp(-rng.normal(0, 2, 2))))
            else:
                x = np.sort(np.exp(rng.normal(-1, 1, 2)))
            given.append((family, "p%g: %.17g, p%g: %.17g" % (low, x[0], high, x[1])))
    lines = ask(["p %s(%s)\t" % case for case in given])
    solved, worst = {}, 0
    for (family, text), line in zip(given, lines):
        if line.startswith("error"):
            if given.index((family, text)) < 21:
                fail("%s(%s): %s" % (family, text, line))
            continue
        solved[family] = solved.get(family, 0) + 1
        p = [mp.mpf(float.fromhex(word)) for word in line.split()]
        curve, moments, scipy = CURVES[family]
        named = {name: float(value) for name, value in (part.split(": ") for part in text.split(", "))}
        if "mean" in named:
            for got, want in zip(moments(p), (named["mean"], named["sd"])):
                if not abs(got / want - 1) < 1e-10:
                    fail("%s(%s): %s, not %s" % (family, text, mp.nstr(got, 17), want))
            continue
        for name, x in named.items():
            if name[0] == "p":
                chance = float(name[1:]) / 100
                below, density = curve(p, mp.mpf(x))
                error = abs(below - mp.mpf(chance)) / density / abs(x)  # of the quantile, relative
                worst = max(worst, error)
                if not error < 1e-11:
                    fail("%s(%s): %s is off by %s" % (family, text, name, mp.nstr(error, 3)))
                # not where SciPy's own inverse is off: 5e-11 in the first percentile of p1: 1, p99: 1.02, which mpmath confirms to 4e-15
                if scipy and given.index((family, text)) < 21 and text != "p1: 1, p99: 1.02":
                    theirs = scipy(*map(float, p)).ppf(chance)
                    if not abs(theirs / x - 1) < 1e-11:
                        fail("%s(%s): SciPy's %s is %r" % (family, text, name, theirs))
    print("parameters found:", solved, "quantiles off by at most", mp.nstr(worst, 3))
    for family, least in (("beta", 40), ("inverse_gaussian", 15), ("frechet", 40), ("burr", 15), ("kumaraswamy", 40)):
        if solved.get(family, 0) < least:
            fail("%s: only %d percentiles are met" % (family, solved.get(family, 0)))


def check_instruction_sets():
    """One model that draws from every family, by u, by correlated scores and with parameters that differ from draw to draw."""
    apsis = os.path.join(os.environ["APSIS_BIN"], "apsis")
    if not os.path.exists(apsis):
        return
    texts = [text for text, _ in SCIPY] + [text for text, _, _ in BOUND if "inf" not in text] + [
        "kumaraswamy(2, 3)", "metalog(p10: 20, p50: 35, p90: 70)", "metalog(min: 0, p10: 20, p50: 35, p90: 70)", "bearbull(0, 3, 7, 12)",
        "cumulative(0: 0%, 5: 40%, 9: 100%)", "histogram(0, 5: 40%, 9: 60%)", "discrete(4: 20%, 5: 45%, 6: 25%, 7: 10%)",
        "mixture(40%: discrete(0: 100%), 60%: lognormal(p10: 1, p90: 20))", "lognormal(p10: a1, p90: a1 * 4)", "normal(a1, a2)",
        "binomial(n1, a1 / 6)", "binomial(30 * n1, 1%)", "binomial(3000 * n1, 2%)", "poisson(a1)", "poisson(50 * a1)", "weibull(p10: a1, p90: 9)",
        "uniform(p20: a1, p70: a1 + 2)", "triangular(0, a1, 9)", "gumbel(a1, a2)", "pareto(a1, 3)"]
    lines = ["a1 ~ uniform(2, 5)", "a2 ~ uniform(0, 2)", "n1 ~ randint(0, 40)"]
    lines += ["d%d ~ %s" % (i, text) for i, text in enumerate(texts)]
    lines += ["output o%d = d%d" % (i, i) for i in range(len(texts))]
    lines += ["correlate"] + ["  d%d, d%d 50%%" % (i, i + 1) for i in range(0, len(SCIPY) + len(BOUND) - 2, 2)]
    digests = {}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "families.risk")
        with open(path, "w") as f:
            f.write("\n".join(lines) + "\n")
        for cpu in ("plain", "v3", "v4"):
            done = subprocess.run([apsis, "run", path, "--draws", "4096", "--cpu", cpu, "--json", "--max-invalid", "1"], capture_output=True, text=True)
            if done.returncode == 0:
                digests[cpu] = json.loads(done.stdout)["digest"]
            elif cpu == "plain":
                fail("a model with every family: " + (done.stderr + done.stdout)[:2000])
    print("instruction sets:", ", ".join(digests))
    if len(set(digests.values())) > 1:
        fail("digests differ: %r" % digests)


check_instruction_sets()
check_bound()
check_scipy()
check_solved()
check_metalog()
check_bearbull()
print("%d failures" % len(failures))
sys.exit(1 if failures else 0)
