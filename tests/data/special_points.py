# special_points.py - writes the golden points of the special functions, by series and quadrature of their definitions in mpmath.
# SPDX-License-Identifier: Apache-2.0
"""python tests/data/special_points.py > tests/data/special_points.txt   (some minutes)

A line is: name, arguments, expected values; all as hex floats. SciPy only chooses where to look; mpmath says what is there.
"""
import random
from multiprocessing import Pool

import mpmath as mp
import scipy.special as sc

DIGITS = 40


def gamma_tails(a, x):
    a, x = mp.mpf(a), mp.mpf(x)
    if a > 40:  # the definition, integrated from x away from the mode, in units of the density at x
        def part(upper):
            lam, sign = abs(x - a), 1 if upper else -1
            width = 300 / (lam + mp.sqrt(lam * lam + 100 * x))
            f = lambda t: mp.exp((a - 1) * mp.log1p(sign * t / x) - sign * t) if x + sign * t > 0 else mp.mpf(0)
            end = width * x
            if not upper and end > x: end = x
            cuts = [end * k / 12 for k in range(13)]
            if upper: cuts += [end * 2]
            return mp.quad(f, cuts) * mp.exp((a - 1) * mp.log(x) - x - mp.loggamma(a))
        if x <= a:
            low = part(False)
            return low, 1 - low
        up = part(True)
        return 1 - up, up
    with mp.workdps(DIGITS + 340 + int(x / 2)):
        term = total = mp.mpf(1)
        k = 1
        while term > total * mp.mpf(10) ** (-mp.mp.dps):
            term = term * x / (a + k)
            total += term
            k += 1
        low = total * mp.exp(a * mp.log(x) - x) / mp.gamma(a + 1)
        return low, 1 - low


def beta_tails(a, b, x, y):
    """the smaller of x and y is exact"""
    if x > y:
        low, up = beta_tails(b, a, y, x)
        return up, low
    a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    n = a + b
    y = 1 - x
    front = a * mp.log(x) + b * mp.log1p(-x) - (mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(n))
    if min(a, b) > 40:
        lam = a * y - b * x
        sign = 1 if lam >= 0 else -1
        end = 300 / (abs(lam) + mp.sqrt(lam * lam + 100 * n * x * y))
        # the variable is the logit of x: the integrand is t^a (1-t)^b
        f = lambda s: mp.exp(-sign * a * s - n * mp.log1p(x * mp.expm1(-sign * s)))
        cuts = [end * k / 12 for k in range(13)] + [end * 2]
        tail = mp.quad(f, cuts) * mp.exp(front)
        return (tail, 1 - tail) if sign > 0 else (1 - tail, tail)
    with mp.workdps(DIGITS + 340):
        front = a * mp.log(x) + b * mp.log1p(-x) - (mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(n))
        term = total = mp.mpf(1)
        k = 1
        while term > total * mp.mpf(10) ** (-mp.mp.dps):
            term = term * x * (n + k - 1) / (a + k)
            total += term
            k += 1
        low = total * mp.exp(front) / a
        return low, 1 - low


def line(name, *values):
    return name + " " + " ".join(float(v).hex() for v in values)


def fine(*tails):
    return all(mp.mpf(10) ** -300 < t <= 1 for t in tails)


def one(job):
    mp.mp.dps = DIGITS
    kind, args = job
    if kind == "gamma":
        a, x = args
        low, up = gamma_tails(a, x)
        if fine(low, up):
            return line("incomplete_gamma", a, x, low, up)
    elif kind == "beta":
        a, b, x, y = args
        low, up = beta_tails(a, b, x, y)
        if fine(low, up):
            return line("incomplete_beta", a, b, x, y, low, up)
    elif kind == "plain":
        name, function, x = args
        return line(name, x, FUNCTIONS[function](mp.mpf(x)))
    elif kind == "binomial":
        n, p, k = args
        with mp.workdps(400):
            x, y, total = mp.mpf(p), 1 - mp.mpf(p), mp.mpf(0)
            terms = [mp.binomial(n, j) * x**j * y ** (n - j) for j in range(n + 1)]
            low, up = mp.fsum(terms[: k + 1]), mp.fsum(terms[k + 1 :])
            if fine(terms[k], low, up):
                return line("binomial", n, p, k, terms[k], low, up)
    elif kind == "poisson":
        rate, k = args
        with mp.workdps(400):
            x = mp.mpf(rate)
            terms = [mp.exp(-x) * x**j / mp.factorial(j) for j in range(k + 1)]
            low = mp.fsum(terms)
            if fine(terms[k], low, 1 - low):
                return line("poisson", rate, k, terms[k], low, 1 - low)
    elif kind == "interval":
        k, n, confidence = args
        with mp.workdps(60):
            tail = (1 - mp.mpf(confidence)) / 2
            above = lambda p: mp.fsum(mp.binomial(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))
            below = lambda p: mp.fsum(mp.binomial(n, j) * p**j * (1 - p) ** (n - j) for j in range(k + 1))
            low = bisect(lambda p: above(p) - tail) if k else mp.mpf(0)
            high = bisect(lambda p: tail - below(p)) if k < n else mp.mpf(1)
            return line("binomial_interval", k, n, confidence, low, high)
    elif kind == "ranks":
        n, above, below, confidence = args
        with mp.workdps(60):
            p, tail, cdf = mp.mpf(above) / below, (1 - mp.mpf(confidence)) / 2, mp.mpf(0)
            low, high = 0, n + 1
            for rank in range(n + 2):  # cdf = P(Binomial < rank)
                if cdf <= tail:
                    low = rank
                if 1 - cdf <= tail:
                    high = rank
                    break
                cdf += mp.binomial(n, rank) * p**rank * (1 - p) ** (n - rank)
            return line("quantile_ranks", n, above, below, confidence, low, high)
    elif kind == "log_beta":
        a, b = map(mp.mpf, args)
        return line("log_beta", a, b, mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b))
    elif kind == "student":
        nu, t = map(mp.mpf, args)
        with mp.workdps(80):
            y = t * t / (nu + t * t)
            if nu > 5e3:
                # density from |t| on, in units of the density at |t|
                u = abs(t)
                f = lambda s: mp.exp(-(nu + 1) / 2 * (mp.log1p((u + s) ** 2 / nu) - mp.log1p(u * u / nu)))
                w = 1 / (1 + u)
                c = mp.exp(mp.loggamma((nu + 1) / 2) - mp.loggamma(nu / 2)) / mp.sqrt(nu * mp.pi) * mp.exp(-(nu + 1) / 2 * mp.log1p(u * u / nu))
                tail = c * mp.quad(f, [w * k * 4 for k in range(8)] + [200 * w, 1e4 * w])
            else:
                z = y if y < 0.5 else 1 - y
                aa, bb = (mp.mpf(1) / 2, nu / 2) if y < 0.5 else (nu / 2, mp.mpf(1) / 2)
                with mp.workdps(400):
                    y = t * t / (nu + t * t)
                    z = y if y < 0.5 else nu / (nu + t * t)
                    low, up = beta_exact(aa, bb, z)
                tail = (up if y < 0.5 else low) / 2
        if fine(tail):
            return line("student_t", nu, t, *((tail, 1 - tail) if t < 0 else (1 - tail, tail)))
    return None


def beta_exact(a, b, x):
    n = a + b
    front = a * mp.log(x) + b * mp.log1p(-x) - (mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(n))
    term = total = mp.mpf(1)
    k = 1
    while term > total * mp.mpf(10) ** (-mp.mp.dps):
        term = term * x * (n + k - 1) / (a + k)
        total += term
        k += 1
    low = total * mp.exp(front) / a
    return low, 1 - low


def bisect(f):
    """the root of an increasing function on (0, 1), by halving the logit"""
    low, high = mp.mpf(-60), mp.mpf(60)
    for _ in range(120):
        middle = (low + high) / 2
        if f(1 / (1 + mp.exp(-middle))) < 0:
            low = middle
        else:
            high = middle
    return 1 / (1 + mp.exp(-low))


def correction(x):
    with mp.workdps(80):
        return mp.loggamma(x) - ((x - mp.mpf(1) / 2) * mp.log(x) - x + mp.log(2 * mp.pi) / 2)


FUNCTIONS = {
    "lgamma": mp.loggamma, "correction": correction, "digamma": mp.digamma, "erf": mp.erf, "erfc": mp.erfc,
    "erfcx": lambda x: mp.exp(x * x) * mp.erfc(x),
}


def jobs():
    rng = random.Random(20240607)
    shapes = [1e-3, 0.05, 0.3, 0.5, 0.999, 1.0, 1.7, 2.5, 7.0, 12.5, 24.9, 25.1, 40.0, 73.0, 300.0, 999.5, 1e3, 1e4, 123456.789, 1e6, 1e8]

    def tail():
        r = rng.random()
        return 10 ** -rng.uniform(0.05, 3) if r < 0.5 else 10 ** -rng.uniform(3, 20) if r < 0.75 else 10 ** -rng.uniform(20, 299)

    for a in shapes + [10 ** rng.uniform(-3, 8) for _ in range(20)]:
        for _ in range(22):
            p = tail()
            x = float(sc.gammaincinv(a, p) if rng.random() < 0.5 else sc.gammainccinv(a, p))
            if 1e-300 < x < 1e300:
                yield "gamma", (a, x)
    pairs = [(a, b) for a in (1e-3, 0.05, 0.3, 1.0, 2.5, 8.0, 26.0, 40.0, 1e4, 1e6) for b in (1e-3, 0.05, 0.3, 1.0, 4.5, 8.0, 26.0, 40.0, 1e4, 1e6)]
    pairs += [(10 ** rng.uniform(-2, 6.9), 10 ** rng.uniform(-2, 6.9)) for _ in range(60)] + [(10 ** rng.uniform(0, 2), 10 ** rng.uniform(0, 2)) for _ in range(40)]
    pairs += [(999.5, 999.5), (1000.5, 1000.5), (1000.5, 5e3), (1.1e3, 1e6), (2e3, 3e3), (900.0, 1e7), (600.0, 30.0), (400.0, 700.0), (1e7, 1e3)]
    for a, b in pairs:
        for _ in range(10):
            p = tail()
            if rng.random() < 0.5:
                x = float(sc.betaincinv(a, b, p))
                y = 1 - x
            else:
                y = float(sc.betaincinv(b, a, p))
                x = 1 - y
            if x > 1e-300 and y > 1e-300:
                yield "beta", (a, b, x, y)
    for x in [1e-300, 1e-10, 0.5, 1.0, 1 + 2 ** -40, 2.0, 2 - 2 ** -40, 1.5, 2.5, 10.0] + [10 ** rng.uniform(-5, 8) for _ in range(80)] + [rng.uniform(0.1, 12) for _ in range(80)]:
        yield "plain", ("lgamma", "lgamma", x)
        if x > 1e-6:
            yield "plain", ("gamma_correction", "correction", x)
            yield "plain", ("digamma", "digamma", x)
    for _ in range(120):
        yield "log_beta", (10 ** rng.uniform(-4, 8), 10 ** rng.uniform(-4, 8))
    for x in [1e-300, 1e-8] + [rng.uniform(-6, 26.2) for _ in range(120)] + [rng.uniform(-1.3, 1.3) for _ in range(40)]:
        yield "plain", ("erf", "erf", x)
        if abs(x) > 1e-9:
            yield "plain", ("erfc", "erfc", x)
            yield "plain", ("erfcx", "erfcx", x)
    for nu in [0.1, 0.5, 1.0, 2.0, 3.3, 5.0, 30.0, 100.0, 1e4, 1e6] + [10 ** rng.uniform(-1, 6) for _ in range(10)]:
        for _ in range(12):
            t = float(sc.stdtrit(nu, 10 ** -rng.uniform(0.31, 12)))
            yield "student", (nu, t if rng.random() < 0.5 else -t)
    for _ in range(60):
        n, p = rng.choice([1, 5, 20, 100, 700]), rng.choice([1e-6, 0.01, 0.3, 0.5, 0.97])
        k = min(n, max(0, round(n * p + rng.gauss(0, 4) * (1 + n * p * (1 - p)) ** 0.5)))
        yield "binomial", (n, p, k)
    for _ in range(60):
        rate = 10 ** rng.uniform(-6, 3)
        yield "poisson", (rate, max(0, round(rate + rng.gauss(0, 4) * (1 + rate) ** 0.5)))
    for k, n, confidence in [(0, 10, 0.95), (1, 10, 0.95), (3, 10, 0.9), (10, 10, 0.99), (7, 40, 0.95), (99, 100, 0.999)]:
        yield "interval", (k, n, confidence)
    for n in (1, 2, 5, 6, 59, 100, 400):
        for above, below in ((1, 100), (5, 100), (1, 2), (999, 1000), (95, 100)):
            for confidence in (0.9, 0.95, 0.99):
                yield "ranks", (n, above, below, confidence)


if __name__ == "__main__":
    with Pool(2) as pool:
        print("# written by special_points.py: name, arguments, expected values")
        for text in pool.imap(one, jobs(), chunksize=8):
            if text:
                print(text)
