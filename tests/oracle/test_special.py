# test_special.py - the golden points and constants of the special functions, looked at by a second oracle: SciPy, and mpmath's own functions.
# SPDX-License-Identifier: Apache-2.0
"""The unit test holds the C code to tests/data/special_points.txt. Here the points themselves are checked by other means
than the ones that made them, and each constant in kernels/special/ is computed again."""
import os
import re
import sys

import mpmath as mp
import scipy.special as sc
import scipy.stats as st

SOURCE = os.environ.get("APSIS_SRC") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(SOURCE, "tests", "data"))
import special_constants  # noqa: E402

mp.mp.dps = 30


def close(got, want, bound):
    return abs(got - want) <= bound * abs(want)


def gamma_series(a, x):
    """P(a, x) by DLMF 8.7.1 in 96-bit integers; every term is positive"""
    with mp.workdps(40):
        front = mp.exp(mp.mpf(a) * mp.log(x) - x - mp.loggamma(mp.mpf(a) + 1))
    term = total = 1 << 96
    above, below = int(mp.mpf(x) * 2**64), int(mp.mpf(a) * 2**64)
    while term:
        below += 1 << 64
        term = term * above // below
        total += term
    return front * total / mp.mpf(2) ** 96


def check_point(name, v, number):
    """None where the second oracle has nothing to say"""
    if name == "incomplete_gamma":
        a, x, low, up = v
        if a < 200 and number % 3 == 0:  # mpmath's own incomplete gamma
            with mp.workdps(40):
                got = mp.gammainc(a, 0, x, regularized=True) if low <= up else mp.gammainc(a, x, regularized=True)
            return close(got, min(low, up), 1e-15)
        if low <= up and a > 1e5:  # SciPy's lower tail is off by up to 1e-3 of itself far out: sum the series
            return close(gamma_series(a, x), low, 1e-15)
        return close(sc.gammainc(a, x), low, 1e-9) if low <= up else close(sc.gammaincc(a, x), up, 1e-9)
    if name == "incomplete_beta":
        a, b, x, y, low, up = v
        if max(a, b) < 100 and (number % 3 == 0 or min(low, up) < 1e-290):  # SciPy loses all digits near 1e-297
            with mp.workdps(40):
                got = mp.betainc(a, b, 0, x, regularized=True) if low <= up and x <= y else mp.betainc(b, a, 0, y, regularized=True) if up <= low and y <= x else None
            return got if got is None else close(got, min(low, up), 1e-15)
        return close(sc.betainc(a, b, x), low, 1e-8) if low <= up and x <= y else close(sc.betainc(b, a, y), up, 1e-8) if up <= low and y <= x else None
    if name == "lgamma":
        return abs(sc.gammaln(v[0]) - v[1]) <= 1e-13 * max(1, abs(v[1]))
    if name == "digamma":
        return abs(sc.digamma(v[0]) - v[1]) <= 1e-12 * max(1, abs(v[1]))
    if name == "log_beta":
        with mp.workdps(40):  # SciPy's betaln is off by 2e-10 where one parameter is large
            return abs(mp.log(mp.beta(v[0], v[1])) - v[2]) <= 1e-15 * max(1, abs(v[2]))
    if name == "erf":
        return close(sc.erf(v[0]), v[1], 1e-14)
    if name == "erfc":
        return close(sc.erfc(v[0]), v[1], 1e-12)
    if name == "erfcx":
        return close(sc.erfcx(v[0]), v[1], 1e-12)
    if name == "student_t":
        nu, t, low, up = v
        got = mp.mpf(st.t.cdf(t, nu) if t < 0 else st.t.sf(t, nu))
        return close(got, min(low, up), 1e-8)
    if name == "binomial":
        n, p, k, pmf, low, up = v
        return close(st.binom.pmf(k, n, p), pmf, 1e-10) and close(st.binom.cdf(k, n, p), low, 1e-9) and close(st.binom.sf(k, n, p), up, 1e-9)
    if name == "poisson":
        rate, k, pmf, low, up = v
        return close(st.poisson.pmf(k, rate), pmf, 1e-10) and close(st.poisson.cdf(k, rate), low, 1e-9) and close(st.poisson.sf(k, rate), up, 1e-9)
    if name == "binomial_interval":
        k, n, confidence, low, high = v
        tail = (1 - confidence) / 2
        return (k == 0 or close(st.beta.ppf(tail, k, n - k + 1), low, 1e-10)) and (k == n or close(st.beta.isf(tail, k + 1, n - k), high, 1e-10))
    if name == "quantile_ranks":
        n, above, below, confidence, low, high = v
        p, tail = above / below, (1 - confidence) / 2
        slack = 1e-12
        return (low == 0 or st.binom.cdf(low - 1, n, p) <= tail + slack) and st.binom.cdf(low, n, p) > tail - slack and (
            high == n + 1 or st.binom.sf(high - 1, n, p) <= tail + slack) and (high == 0 or st.binom.sf(high - 2, n, p) > tail - slack)
    return None


def check_points():
    seen, failures = {}, []
    with open(os.path.join(SOURCE, "tests", "data", "special_points.txt")) as file:
        for number, text in enumerate(file):
            if text.startswith("#"):
                continue
            name, *numbers = text.split()
            answer = check_point(name, [float.fromhex(n) for n in numbers], number)
            seen[name] = seen.get(name, 0) + (answer is not None)
            if answer is not None and not answer:
                failures.append(text.strip())
    print("points confirmed by a second oracle:", seen)
    return failures


def check_constants():
    text = ""
    folder = os.path.join(SOURCE, "kernels", "special")
    for name in sorted(os.listdir(folder)):
        if name.endswith((".c", ".h")):
            with open(os.path.join(folder, name)) as file:
                text += file.read()
    present = {abs(float.fromhex(n)) for n in re.findall(r"0x1(?:\.[0-9a-f]+)?p[-+]?\d+", text)}
    return [f"{name}: {value.hex()}" for name, values in special_constants.all_constants().items() for value in values if abs(value) not in present]


if __name__ == "__main__":
    failed = check_points() + ["constant not in the sources: " + c for c in check_constants()]
    for text in failed[:30]:
        print("FAILED", text)
    print(len(failed), "failures")
    sys.exit(1 if failed else 0)
