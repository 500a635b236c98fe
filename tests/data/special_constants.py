# special_constants.py - the constants of kernels/special/, by mpmath with 60 digits.
# SPDX-License-Identifier: Apache-2.0
"""python tests/data/special_constants.py prints them; tests/oracle/test_special.py looks for each in the sources."""
import mpmath as mp
import numpy as np


def rgamma1p(count=18):
    """Taylor coefficients of 1/Gamma(1+t) from t^1 on, by Cauchy's integral on |t| = 1 (the function is entire)"""
    with mp.workdps(60):
        return [float(c) for c in mp.taylor(lambda t: mp.rgamma(1 + t), 0, count)[1:]]


def stirling(count=9):
    return [float(mp.bernoulli(2 * k) / (2 * k * (2 * k - 1))) for k in range(1, count + 1)]


def gauss_legendre(n=24):
    """nodes and weights on [0, 1]"""
    nodes, weights = [], []
    with mp.workdps(60):
        for start in np.polynomial.legendre.leggauss(n)[0]:
            x = mp.mpf(float(start))
            slope = lambda x: n * (x * mp.legendre(n, x) - mp.legendre(n - 1, x)) / (x * x - 1)
            for _ in range(5):
                x -= mp.legendre(n, x) / slope(x)
            nodes.append(float((1 + x) / 2))
            weights.append(float(1 / ((1 - x * x) * slope(x) ** 2)))
    return nodes, weights


def ln2_parts():
    """42 bits, and the rest"""
    with mp.workdps(60):
        high = mp.floor(mp.log(2) * 2**42) / 2**42
        return float(high), float(mp.log(2) - high)


def all_constants():
    nodes, weights = gauss_legendre()
    with mp.workdps(60):
        single = [float(v) for v in (mp.sqrt(2 * mp.pi), mp.log(2 * mp.pi) / 2, 2 / mp.sqrt(mp.pi), mp.sqrt(mp.pi))]
    return {"rgamma1p": rgamma1p(), "stirling": stirling(), "nodes": nodes, "weights": weights, "ln2": list(ln2_parts()), "single": single}


if __name__ == "__main__":
    for name, values in all_constants().items():
        print(name, *(v.hex() for v in values), sep="\n    ")
