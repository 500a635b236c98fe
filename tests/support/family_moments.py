"""family_moments.py - mean and standard deviation of every family with parameters, by mpmath's closed forms, at parameters that are searched."""
# SPDX-License-Identifier: Apache-2.0
import zlib

import mpmath as mp
import numpy as np

import family_oracle as oracle
from family_accuracy import ask

INF, NAN = mp.inf, mp.nan


def raw(first, second):
    """Mean and variance from the first two moments."""
    return first, second - first ** 2


def of_powers(moment, scale, low):
    """Of low + scale z, from moment(r) = E z^r."""
    first, variance = raw(moment(1), moment(2))
    return low + scale * first, scale ** 2 * variance


def gev(location, scale, shape):
    if shape == 0:
        return location + mp.euler * scale, (mp.pi * scale) ** 2 / 6
    if shape >= 1:
        return INF, INF
    first = mp.gamma(1 - shape)
    return location + scale * (first - 1) / shape, INF if 2 * shape >= 1 else (scale / shape) ** 2 * (mp.gamma(1 - 2 * shape) - first ** 2)


def frechet(shape, scale, location):
    first = mp.gamma(1 - 1 / shape) if shape > 1 else INF
    return location + scale * first, scale ** 2 * (mp.gamma(1 - 2 / shape) - first ** 2) if shape > 2 else INF


def trapezoidal(a, b, c, d):
    area = 3 * (d + c - a - b)
    first = ((d ** 2 + d * c + c ** 2) - (b ** 2 + b * a + a ** 2)) / area
    return raw(first, ((d ** 3 + d ** 2 * c + d * c ** 2 + c ** 3) - (b ** 3 + b ** 2 * a + b * a ** 2 + a ** 3)) / (2 * area))


def johnson_su(gamma, delta, location, scale):
    w = mp.exp(1 / delta ** 2)
    return location - scale * mp.sqrt(w) * mp.sinh(gamma / delta), scale ** 2 / 2 * (w - 1) * (w * mp.cosh(2 * gamma / delta) + 1)


def loglogistic(scale, shape):
    first, second = (mp.pi * r / shape / mp.sin(mp.pi * r / shape) if shape > r else INF for r in (1, 2))
    return scale * first, INF if second == INF else scale ** 2 * (second - first ** 2)


def burr(c, k, scale):
    first, second = (k * mp.beta(k - r / c, 1 + r / c) if c * k > r else INF for r in (1, 2))
    return scale * first, INF if second == INF else scale ** 2 * (second - first ** 2)


def beta(a, b, low, high):
    return low + (high - low) * a / (a + b), (high - low) ** 2 * a * b / ((a + b) ** 2 * (a + b + 1))


def student_t(df, mean, scale):
    return mean if df > 1 else NAN, scale ** 2 * df / (df - 2) if df > 2 else INF if df > 1 else NAN


# name: mean and variance
MOMENTS = {
    "uniform": lambda a, b: ((a + b) / 2, (b - a) ** 2 / 12),
    "triangular": lambda a, m, b: ((a + m + b) / 3, (a * a + m * m + b * b - a * m - a * b - m * b) / 18),
    "trapezoidal": trapezoidal, "gev": gev, "frechet": frechet, "johnson_su": johnson_su, "loglogistic": loglogistic, "burr": burr, "beta": beta, "student_t": student_t,
    "normal": lambda mean, sd: (mean, sd ** 2),
    "lognormal": lambda mu, sigma: (mp.exp(mu + sigma ** 2 / 2), mp.exp(2 * mu + sigma ** 2) * mp.expm1(sigma ** 2)),
    "exponential": lambda mean: (mean, mean ** 2),
    "weibull": lambda shape, scale: of_powers(lambda r: mp.gamma(1 + r / shape), scale, 0),
    "rayleigh": lambda scale: (scale * mp.sqrt(mp.pi / 2), scale ** 2 * (4 - mp.pi) / 2),
    "pareto": lambda low, shape: (low * shape / (shape - 1) if shape > 1 else INF, low ** 2 * shape / ((shape - 1) ** 2 * (shape - 2)) if shape > 2 else INF),
    "gpd": lambda location, scale, shape: (location + scale / (1 - shape) if shape < 1 else INF, scale ** 2 / ((1 - shape) ** 2 * (1 - 2 * shape)) if shape < 0.5 else INF),
    "gumbel": lambda location, scale: gev(location, scale, 0),
    "logistic": lambda location, scale: (location, (mp.pi * scale) ** 2 / 3),
    "laplace": lambda location, scale: (location, 2 * scale ** 2),
    "cauchy": lambda location, scale: (NAN, NAN),
    "kumaraswamy": lambda a, b, low, high: of_powers(lambda r: b * mp.beta(1 + r / a, b), high - low, low),
    "gamma": lambda shape, scale: (shape * scale, shape * scale ** 2),
    "chi_squared": lambda df: (df, 2 * df),
    "inverse_gamma": lambda shape, scale: (scale / (shape - 1) if shape > 1 else INF, scale ** 2 / ((shape - 1) ** 2 * (shape - 2)) if shape > 2 else INF),
    "pert": lambda low, mode, high, shape: beta(1 + shape * (mode - low) / (high - low), 1 + shape * (high - mode) / (high - low), low, high),
    "inverse_gaussian": lambda mean, shape: (mean, mean ** 3 / shape),
    "bernoulli": lambda p: (p, p * (1 - p)),
    "binomial": lambda n, p: (n * p, n * p * (1 - p)),
    "poisson": lambda rate: (rate, rate),
    "geometric": lambda p: ((1 - p) / p, (1 - p) / p ** 2),
    "negative_binomial": lambda r, p: (r * (1 - p) / p, r * (1 - p) / p ** 2),
    "hypergeometric": lambda n, k, s: (s * k / n, s * k * (n - k) * (n - s) / (n ** 2 * (n - 1)) if n > 1 else 0),
    "randint": lambda low, high: ((low + high) / 2, ((high - low + 1) ** 2 - 1) / 12),
}


def differs(ours, theirs, allowed):
    """Infinite and missing ones must be so; an sd without a mean may be either."""
    if mp.isnan(theirs) or mp.isinf(theirs):
        return not (np.isnan(ours) or np.isinf(ours)) if mp.isnan(theirs) or np.isnan(ours) else ours != float(theirs)
    return not abs(mp.mpf(ours) - theirs) <= allowed if np.isfinite(ours) else abs(theirs) < 1e300


def check(finds, seed=11):
    """`finds` parameters of each family; how many have a mean or sd that is off."""
    requests, cases, wrong = [], [], 0
    for name in oracle.FAMILIES:
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        for _ in range(finds):
            p = oracle.parameters_at(name, rng.random(len(oracle.FAMILIES[name][1])))
            cases.append((name, p))
            requests.append("q %s\t" % oracle.text_of(name, p))
    for (name, p), line in zip(cases, ask(requests)):
        if line.startswith("error"):
            wrong += 1
            print("REFUSED %s: %s" % (oracle.text_of(name, p), line))
            continue
        mean, sd = (float.fromhex(word) for word in line.split())
        expected, variance = MOMENTS[name](*map(mp.mpf, p))
        spread = variance if mp.isnan(variance) or mp.isinf(variance) else mp.sqrt(variance)
        ends = [abs(e) for e in oracle.ends(name, p) if np.isfinite(e)]
        size = max([abs(float(v)) for v in p if name in ("gpd", "gev", "frechet", "johnson_su", "student_t")] + ends + [0])  # what a mean is added to
        finite = lambda v: 0 if mp.isnan(v) or mp.isinf(v) else abs(v)
        if differs(mean, expected, 1e-12 * (finite(expected) + size) + 1e-12 * finite(spread)) or differs(sd, spread, 1e-9 * finite(spread)):
            wrong += 1
            print("OFF %s: mean %.17g, mpmath %s; sd %.17g, mpmath %s" % (oracle.text_of(name, p), mean, mp.nstr(expected, 17), sd, mp.nstr(spread, 17)))
    print("%d means and sds of %d families, %d off" % (len(cases), len(oracle.FAMILIES), wrong))
    return wrong
