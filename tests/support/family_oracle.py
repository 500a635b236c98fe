"""family_oracle.py - both tails of every family with parameters, in doubles over arrays (SciPy) and to any precision (mpmath), from one text."""
# SPDX-License-Identifier: Apache-2.0
import mpmath as mp
import numpy as np
from scipy import special

mp.mp.dps = 50


# ------------------------------------------------------------------ two arithmetics
class Fast:
    """NumPy arrays; each tail keeps its own digits."""
    exp, log, log1p, expm1, sqrt, arctan2, arcsinh, where, maximum, pi = np.exp, np.log, np.log1p, np.expm1, np.sqrt, np.arctan2, np.arcsinh, np.where, np.maximum, np.pi
    floor, number = np.floor, float

    @staticmethod
    def over(a, b):
        return a / b if b else 0 * a

    @staticmethod
    def normal(z):
        return special.ndtr(z), special.ndtr(-z)

    @staticmethod
    def gamma(a, x):
        return special.gammainc(a, x), special.gammaincc(a, x)

    @staticmethod
    def beta(a, b, z, y):
        near = z < y
        lower = np.where(near, special.betainc(a, b, np.where(near, z, 0.5)), special.betaincc(b, a, np.where(near, 0.5, y)))
        upper = np.where(near, special.betaincc(a, b, np.where(near, z, 0.5)), special.betainc(b, a, np.where(near, 0.5, y)))
        return lower, upper

    @staticmethod
    def erfcx(x):
        return special.erfcx(x)


class Exact:
    """mpmath, one number at a time."""
    exp, log, log1p, expm1, sqrt, arcsinh, floor = mp.exp, mp.log, mp.log1p, mp.expm1, mp.sqrt, mp.asinh, mp.floor
    pi = mp.pi

    @staticmethod
    def number(x):
        return mp.mpf(x)

    @staticmethod
    def arctan2(y, x):
        return mp.atan2(y, x)

    @staticmethod
    def where(condition, a, b):
        return a if condition else b

    @staticmethod
    def maximum(a, b):
        return a if a > b else b

    @staticmethod
    def over(a, b):
        return a / b if b else mp.mpf(0)

    @staticmethod
    def normal(z):
        return mp.ncdf(z), mp.ncdf(-z)

    @staticmethod
    def gamma(a, x):
        """The series of positive terms (DLMF 8.11.4); the digits lost in 1 - P are fewer than there are."""
        if x <= 0:
            return mp.mpf(0), mp.mpf(1)
        if x > a + 80 * mp.sqrt(a) + 900:
            return mp.mpf(1), mp.gammainc(a, x, mp.inf, regularized=True)
        with mp.workdps(80):
            term = total = 1 / a
            n = 0
            while term > total * mp.mpf(10) ** -80 or x > a + n:
                n += 1
                term *= x / (a + n)
                total += term
            lower = total * mp.exp(a * mp.log(x) - x - mp.loggamma(a))
            return lower, 1 - lower

    @staticmethod
    def beta(a, b, z, y):
        if z <= 0:
            return mp.mpf(0), mp.mpf(1)
        if y <= 0:
            return mp.mpf(1), mp.mpf(0)
        if Exact.beta_terms(b, a, y) < Exact.beta_terms(a, b, z):
            upper, lower = Exact.beta(b, a, y, z)
            return lower, upper
        with mp.workdps(80):
            front = mp.exp(a * mp.log(z) + b * mp.log(y) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b))
            term, total, n = 1 / a, mp.mpf(0), 0
            while term > total * mp.mpf(10) ** -70 or z * (a + b + n) > a + 1 + n:
                total += term
                term *= (a + b + n) / (a + 1 + n) * z
                n += 1
            return front * total, 1 - front * total

    @staticmethod
    def beta_terms(a, b, z):
        """About how many terms the series (DLMF 8.17.8) takes: past the largest, then 70 digits."""
        return max(0, (z * (a + b) - a) / (1 - z)) - 161 / mp.log(z)

    @staticmethod
    def erfcx(x):
        return mp.exp(x * x) * mp.erfc(x)


# ------------------------------------------------------------------ the families: M is the arithmetic, p the canonical parameters
def uniform(M, p, x):
    return (x - p[0]) / (p[1] - p[0]), (p[1] - x) / (p[1] - p[0])


def trapezoidal(M, p, x):
    a, b, c, d = p
    area = (b - a + d - c) / 2 + (c - b)
    rest_low, rest_high = (b - a) / 2, (d - c) / 2
    lower = M.where(x < b, M.over((x - a) ** 2, 2 * (b - a)), M.where(x <= c, rest_low + (x - b), rest_low + (c - b) + M.over((x - c) * (2 * d - c - x), 2 * (d - c))))
    upper = M.where(x > c, M.over((d - x) ** 2, 2 * (d - c)), M.where(x >= b, rest_high + (c - x), rest_high + (c - b) + M.over((b - x) * (x + b - 2 * a), 2 * (b - a))))
    return lower / area, upper / area


def triangular(M, p, x):
    return trapezoidal(M, [p[0], p[1], p[1], p[2]], x)


def normal(M, p, x):
    return M.normal((x - p[0]) / p[1])


def lognormal(M, p, x):
    return M.normal((M.log(x) - p[0]) / p[1])


def hazard(M, y):
    """Tails of exp(-y)."""
    return -M.expm1(-y), M.exp(-y)


def exponential(M, p, x):
    return hazard(M, x / p[0])


def weibull(M, p, x):
    return hazard(M, M.exp(p[0] * M.log(x / p[1])))


def rayleigh(M, p, x):
    return hazard(M, (x / p[0]) ** 2 / 2)


def pareto(M, p, x):
    return hazard(M, p[1] * M.log1p((x - p[0]) / p[0]))


def burr(M, p, x):
    return hazard(M, p[1] * M.log1p(M.exp(p[0] * M.log(x / p[2]))))


def gpd(M, p, x):
    z = (x - p[0]) / p[1]
    return hazard(M, z if p[2] == 0 else M.log1p(M.maximum(p[2] * z, -1)) / p[2])


def swapped(tails):
    return tails[1], tails[0]


def gev(M, p, x):
    z = (x - p[0]) / p[1]
    return swapped(hazard(M, M.exp(-z) if p[2] == 0 else M.exp(-M.log1p(M.maximum(p[2] * z, -1)) / p[2])))


def gumbel(M, p, x):
    return gev(M, [p[0], p[1], 0], x)


def frechet(M, p, x):
    return swapped(hazard(M, M.exp(-p[0] * M.log((x - p[2]) / p[1]))))


def logistic(M, p, x):
    z = (x - p[0]) / p[1]
    return 1 / (1 + M.exp(-z)), 1 / (1 + M.exp(z))


def loglogistic(M, p, x):
    z = p[1] * M.log(x / p[0])
    return 1 / (1 + M.exp(-z)), 1 / (1 + M.exp(z))


def laplace(M, p, x):
    z = (x - p[0]) / p[1]
    small = M.exp(-abs(z)) / 2
    return M.where(z < 0, small, 1 - small), M.where(z < 0, 1 - small, small)


def cauchy(M, p, x):
    z = (x - p[0]) / p[1]
    return M.arctan2(1 + 0 * z, -z) / M.pi, M.arctan2(1 + 0 * z, z) / M.pi


def johnson_su(M, p, x):
    return M.normal(p[0] + p[1] * M.arcsinh((x - p[2]) / p[3]))


def kumaraswamy(M, p, x):
    a, b, low, high = p
    z, y = (x - low) / (high - low), (high - x) / (high - low)
    t = a * M.where(z < y, M.log(M.where(z < y, z, 1)), M.log1p(-M.where(z < y, 0, y)))  # ln z^a
    small = t < -0.7
    rest = M.where(small, M.log1p(-M.exp(M.where(small, t, -1))), M.log(-M.expm1(M.where(small, -1, t))))
    return hazard(M, -b * rest)


def gamma(M, p, x):
    return M.gamma(p[0], x / p[1])


def chi_squared(M, p, x):
    return M.gamma(p[0] / 2, x / 2)


def inverse_gamma(M, p, x):
    return swapped(M.gamma(p[0], p[1] / x))


def beta(M, p, x):
    a, b, low, high = p
    return M.beta(a, b, (x - low) / (high - low), (high - x) / (high - low))


def pert(M, p, x):
    low, mode, high, shape = p
    return beta(M, [1 + shape * (mode - low) / (high - low), 1 + shape * (high - mode) / (high - low), low, high], x)


def student_t(M, p, x):
    z = (x - p[1]) / p[2]
    df = p[0]
    size = abs(z)
    far = df / (df + size * size)
    small = M.beta(df / 2, M.number(0.5), far, size / (df / size + size) if M is Exact and size else (size * size) / (df + size * size))[0] / 2
    return M.where(z < 0, small, 1 - small), M.where(z < 0, 1 - small, small)


def inverse_gaussian(M, p, x):
    s, x = p[1] / p[0], x / p[0]
    r = M.sqrt(s / x)
    a, b, root = r * (x - 1), r * (x + 1), M.sqrt(M.number(2))
    first, peak = M.normal(a), M.exp(-a * a / 2) / 2
    second = peak * M.erfcx(b / root)
    far = M.maximum(a, 0)
    return first[0] + second, M.where(a > 0, M.exp(-far * far / 2) / 2 * M.erfcx(far / root) - second, first[1] - second)


# whole numbers: the tails at k are P(X <= k) and P(X > k)
def bernoulli(M, p, k):
    return M.where(k < 0, 0 * k, M.where(k < 1, 1 - p[0] + 0 * k, 1 + 0 * k)), M.where(k < 0, 1 + 0 * k, M.where(k < 1, p[0] + 0 * k, 0 * k))


def binomial(M, p, k):
    n, q = p
    inside = (k >= 0) & (k < n) if M is Fast else 0 <= k < n
    at = M.where(inside, k, 0 * k)
    lower, upper = M.beta(at + 1, M.maximum(n - at, 1), q, 1 - q)
    return M.where(inside, upper, M.where(k < 0, 0 * k, 1 + 0 * k)), M.where(inside, lower, M.where(k < 0, 1 + 0 * k, 0 * k))


def poisson(M, p, k):
    lower, upper = M.gamma(M.maximum(k, 0) + 1, p[0])
    return M.where(k < 0, 0 * k, upper), M.where(k < 0, 1 + 0 * k, lower)


def geometric(M, p, k):
    return hazard(M, -M.maximum(M.floor(k) + 1, 0) * M.log1p(-p[0]))


def negative_binomial(M, p, k):
    lower, upper = M.beta(p[0], M.maximum(k, 0) + 1, p[1], 1 - p[1])
    return M.where(k < 0, 0 * k, lower), M.where(k < 0, 1 + 0 * k, upper)


def randint(M, p, k):
    n = p[1] - p[0] + 1
    j = M.where(k < p[0], 0 * k, M.where(k > p[1], n + 0 * k, k - p[0] + 1))
    return j / n, (n - j) / n


def hypergeometric(M, p, k):
    """Sums of exact integer masses; each tail by itself."""
    from math import comb
    population, marked, sample = (int(v) for v in p)
    masses = [comb(marked, j) * comb(population - marked, sample - j) for j in range(0, min(marked, sample) + 1)]
    total = comb(population, sample)
    below, sums = 0, []
    for mass in masses:
        below += mass
        sums.append((below, total - below))
    def at(j):
        j = int(j)
        a, b = (0, total) if j < 0 else sums[min(j, len(sums) - 1)]
        return (mp.mpf(a) / total, mp.mpf(b) / total) if M is Exact else (a / total, b / total)
    if M is Exact:
        return at(k)
    values, back = np.unique(k, return_inverse=True)
    tails = np.array([at(v) for v in values])
    return tails[back, 0], tails[back, 1]


# ------------------------------------------------------------------ where parameters are looked for: a share t of each range
def log_range(low, high):
    return lambda t: float(np.exp(np.log(low) + t * (np.log(high) - np.log(low))))


def signed(size):
    """Either sign, from 1e-3 to size, and 0 in the middle."""
    return lambda t: 0.0 if abs(t - 0.5) < 0.02 else float(np.sign(t - 0.5) * np.exp(np.log(1e-3) + (2 * abs(t - 0.5)) * (np.log(size) - np.log(1e-3))))


def between(low, high):
    return lambda t: float(low + t * (high - low))


def whole_log(low, high):
    of = log_range(low, high)
    return lambda t: float(round(of(t)))


def place_and_width(p, first, last):
    """Two coordinates that are a place and a width become two ends."""
    p[last] = p[first] + p[last]
    return p


def rising(p):
    for k in range(1, len(p)):
        p[k] += p[k - 1]
    return p


def middle_of(p, mode, low, high):
    place_and_width(p, low, high)
    p[mode] = min(p[low] + p[mode] * (p[high] - p[low]), p[high])
    return p


def or_none(of):
    """0 at the lower end."""
    return lambda t: of(t) if t > 0.03 else 0.0


EVERY = log_range(1e-3, 1e3)
PLACE = signed(1e4)
# name: parameter names, their ranges, what makes them fit together, tails
FAMILIES = {
    "uniform": ("min max", [PLACE, EVERY], lambda p: place_and_width(p, 0, 1), uniform),
    "triangular": ("min mode max", [PLACE, between(0, 1), EVERY], lambda p: middle_of(p, 1, 0, 2), triangular),
    "trapezoidal": ("min from to max", [PLACE, or_none(EVERY), or_none(EVERY), or_none(EVERY)], lambda p: rising(p[:3] + [p[3] or float(p[1] + p[2] == 0)]), trapezoidal),
    "normal": ("mean sd", [PLACE, EVERY], None, normal),
    "lognormal": ("mu sigma", [signed(20), log_range(1e-3, 8)], None, lognormal),
    "exponential": ("mean", [EVERY], None, exponential),
    "weibull": ("shape scale", [log_range(0.06, 300), EVERY], None, weibull),
    "rayleigh": ("scale", [EVERY], None, rayleigh),
    "pareto": ("min shape", [EVERY, log_range(0.06, 300)], None, pareto),
    "burr": ("c k scale", [log_range(0.3, 50), log_range(0.3, 50), EVERY], None, burr),
    "gpd": ("location scale shape", [PLACE, EVERY, signed(3)], None, gpd),
    "gev": ("location scale shape", [PLACE, EVERY, signed(3)], None, gev),
    "gumbel": ("location scale", [PLACE, EVERY], None, gumbel),
    "frechet": ("shape scale location", [log_range(0.1, 300), EVERY, PLACE], None, frechet),
    "logistic": ("location scale", [PLACE, EVERY], None, logistic),
    "loglogistic": ("scale shape", [EVERY, log_range(0.1, 300)], None, loglogistic),
    "laplace": ("location scale", [PLACE, EVERY], None, laplace),
    "cauchy": ("location scale", [PLACE, EVERY], None, cauchy),
    "johnson_su": ("gamma delta location scale", [signed(8), log_range(0.1, 50), PLACE, EVERY], None, johnson_su),
    "kumaraswamy": ("a b min max", [log_range(0.05, 100), log_range(0.05, 100), PLACE, EVERY], lambda p: place_and_width(p, 2, 3), kumaraswamy),
    "gamma": ("shape scale", [log_range(0.02, 1e5), EVERY], None, gamma),
    "chi_squared": ("df", [log_range(0.04, 1e5)], None, chi_squared),
    "inverse_gamma": ("shape scale", [log_range(0.1, 1e5), EVERY], None, inverse_gamma),
    "beta": ("a b min max", [log_range(0.03, 1e4), log_range(0.03, 1e4), PLACE, EVERY], lambda p: place_and_width(p, 2, 3), beta),
    "pert": ("min mode max shape", [PLACE, between(0, 1), EVERY, log_range(0.1, 1000)], lambda p: middle_of(p, 1, 0, 2), pert),
    "student_t": ("df mean scale", [log_range(0.3, 1e5), PLACE, EVERY], None, student_t),
    "inverse_gaussian": ("mean shape", [EVERY, log_range(0.002, 1e5)], lambda p: [p[0], p[0] * p[1]], inverse_gaussian),
    "bernoulli": ("p", [between(0, 1)], None, bernoulli),
    "binomial": ("n p", [whole_log(1, 1e5), between(0.001, 0.999)], None, binomial),
    "poisson": ("rate", [log_range(0.01, 1e5)], None, poisson),
    "geometric": ("p", [log_range(1e-4, 1)], lambda p: [min(p[0], 0.999)], geometric),
    "negative_binomial": ("r p", [log_range(0.1, 1000), between(0.1, 0.99)], None, negative_binomial),
    "hypergeometric": ("population marked sample", [whole_log(2, 3000), between(0, 1), between(0, 1)], lambda p: [p[0], float(round(p[0] * p[1])), float(round(p[0] * p[2]))], hypergeometric),
    "randint": ("low high", [lambda t: float(round(PLACE(t))), whole_log(1, 1e6)], lambda p: place_and_width(p, 0, 1), randint),
}
WHOLE = {"bernoulli", "binomial", "poisson", "geometric", "negative_binomial", "hypergeometric", "randint"}


def parameters_at(name, place):
    _, ranges, fit, _ = FAMILIES[name]
    p = [of(t) for of, t in zip(ranges, place)]
    return fit(p) if fit else p


def text_of(name, p):
    return "%s(%s)" % (name, ", ".join("%s: %.17g" % pair for pair in zip(FAMILIES[name][0].split(), p)))


def fast_tails(name, p, x):
    with np.errstate(all="ignore"):
        return FAMILIES[name][3](Fast, [float(v) for v in p], np.asarray(x, dtype=float))


def exact_tails(name, p, x):
    low, high = ends(name, p)
    if x < low or x > high or (name not in WHOLE and x in (low, high)):
        return (mp.mpf(0), mp.mpf(1)) if x <= low else (mp.mpf(1), mp.mpf(0))
    return FAMILIES[name][3](Exact, [mp.mpf(v) for v in p], mp.mpf(x))


INFINITE = float("inf")
ENDS = {
    "uniform": lambda p: (p[0], p[1]), "triangular": lambda p: (p[0], p[2]), "pert": lambda p: (p[0], p[2]), "trapezoidal": lambda p: (p[0], p[3]),
    "kumaraswamy": lambda p: (p[2], p[3]), "beta": lambda p: (p[2], p[3]), "pareto": lambda p: (p[0], INFINITE), "frechet": lambda p: (p[2], INFINITE),
    "gpd": lambda p: (p[0], p[0] - p[1] / p[2] if p[2] < 0 else INFINITE), "bernoulli": lambda p: (0, 1), "binomial": lambda p: (0, p[0]), "randint": lambda p: (p[0], p[1]),
    "gev": lambda p: (p[0] - p[1] / p[2] if p[2] > 0 else -INFINITE, p[0] - p[1] / p[2] if p[2] < 0 else INFINITE),
    "hypergeometric": lambda p: (max(0, p[1] + p[2] - p[0]), min(p[1], p[2])),
}
ENDS.update({name: lambda p: (-INFINITE, INFINITE) for name in "normal gumbel logistic laplace cauchy johnson_su student_t".split()})


def ends(name, p):
    """The support."""
    return ENDS[name](p) if name in ENDS else (0, INFINITE)


# ------------------------------------------------------------------ distributions without parameters of their own
def truncated(tails, low, high):
    """Tails of what lies between low and high (None: no end), from those of the whole."""
    def inner(M, x):
        one = M.number(1)
        below_low, above_low = tails(M, M.number(low)) if low is not None else (0 * one, one)
        below_high, above_high = tails(M, M.number(high)) if high is not None else (one, 0 * one)
        top = below_low > 0.5
        mass = above_low - above_high if top else below_high - below_low
        below, above = tails(M, x)
        lower = (above_low - above) / mass if top else (below - below_low) / mass
        upper = (above - above_high) / mass if top or below_high > 0.5 else (below_high - below) / mass
        return lower, upper
    return inner


def mixed(parts):
    """Tails of a mixture of (weight, tails)."""
    def inner(M, x):
        every = [(M.number(w), tails(M, x)) for w, tails in parts]
        return sum(w * t[0] for w, t in every), sum(w * t[1] for w, t in every)
    return inner


def whole(name, p):
    return lambda M, x: FAMILIES[name][3](M, [M.number(v) for v in p], x)


def knotted(x, w):
    """Straight between points of the cumulative chance."""
    def inner(M, at):
        if M is Fast:
            return np.interp(at, x, w), np.interp(at, x, 1 - np.asarray(w))
        if at <= x[0]:
            return mp.mpf(0), mp.mpf(1)
        k = max(i for i in range(len(x)) if x[i] <= at)
        if k + 1 == len(x):
            return mp.mpf(1), mp.mpf(0)
        lower = mp.mpf(w[k]) + (at - x[k]) / (mp.mpf(x[k + 1]) - x[k]) * (mp.mpf(w[k + 1]) - w[k])
        return lower, 1 - lower
    return inner


def bear_bull(low, bear, bull, high):
    """Mean and sd of the normal, to 30 digits."""
    share = mp.ncdf(-1)

    def off(mean, sd):
        z = [(mp.mpf(v) - mean) / sd for v in (low, bear, bull, high)]
        mass = mp.ncdf(z[3]) - mp.ncdf(z[0])
        return (mp.ncdf(z[1]) - mp.ncdf(z[0])) / mass - share, (mp.ncdf(z[3]) - mp.ncdf(z[2])) / mass - share
    mean, sd = mp.findroot(off, ((mp.mpf(bear) + bull) / 2, (mp.mpf(bull) - bear) / 2))
    return truncated(lambda M, x: normal(M, [M.number(mean), M.number(sd)], x), low, high)


def metalog_curve(percents, values, low=None, high=None):
    """Keelin's coefficients and M(u), M'(u) in doubles, for u and its complement."""
    def terms(M, u, above, count):
        c, l = (u - M.number(0.5)), M.log(u / above)
        out = [1 + 0 * c, l, c * l, c]
        for k in range(4, count):
            power = c ** (k // 2)
            out.append(power if k % 2 == 0 else power * l)
        return out[:count]
    n = len(percents)

    def shrink(x):
        x = mp.mpf(x)
        if low is not None and high is not None:
            return mp.log((x - low) / (high - x))
        return mp.log(x - low) if low is not None else -mp.log(high - x) if high is not None else x
    a = mp.lu_solve(mp.matrix([[t for t in terms(Exact, mp.mpf(u), 1 - mp.mpf(u), n)] for u in percents]), mp.matrix([shrink(x) for x in values]))
    return [a[k] for k in range(n)], terms, shrink
