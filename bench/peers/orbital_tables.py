"""orbital_tables.py - what the compiled peers of orbital_compute share: names in order, correlations, quantile tables by normal score."""
# SPDX-License-Identifier: Apache-2.0
import numpy as np
from orbital_numpy import LOGNORMAL, PAIRS, PERT, QUEUES, SCALARS, SERIES, T  # noqa: F401
from scipy.special import betaincinv, ndtr, ndtri

NAMES = list(PERT) + list(LOGNORMAL) + ["life", "tera_works"]  # the inputs, in the order of the peers' rows
NOISE = ["standdown", "chip_noise", "price_noise", "storm", "severity", "core_noise", "lost", "approvals"]
CORRELATED = sorted({a for a, _, _ in PAIRS} | {b for _, b, _ in PAIRS})
LIVES, LIFE_STEPS = (4.0, 5.0, 6.0, 7.0), (.20, .65, .90)
TARGETS = {"ev": (0, 1000, 1770, 2000), "irr": (0, .08, .10), "peak_funding": (75, 200)}
LOWEST, STEP = -8.25, 1 / 128  # normal scores of the tables' first node and from node to node


COLUMNS = 7 + 7 * T  # of a peer's results: the scalars, then the series, a row a year


def index(name):
    return NAMES.index(name)


def named(col):
    """{scalar: (n,), series: (20, n)} from (COLUMNS, n)."""
    out = {name: col[k] for k, name in enumerate(SCALARS)}
    for k, name in enumerate(SERIES):
        out[name] = col[7 + T * k:7 + T * (k + 1)]
    return out


def simulated(given_draws, x, z, chip_vol=.12, price_vol=.15, core_vol=.08):
    """Outputs of given inputs {name: (n,)} and noise {name: (n, 20)}: {scalar: (n,), series: (20, n)}, by a peer's given_draws()."""
    inputs = np.array([x[name] for name in NAMES], dtype=float)
    noise = np.ascontiguousarray(np.array([z[name].T for name in NOISE], dtype=float))
    col = np.empty((COLUMNS, inputs.shape[1]))
    given_draws(inputs, noise, col, chip_vol, price_vol, core_vol)
    return named(col)


def cholesky():
    """Factor of the copula's correlations in the order of NAMES: rows of inputs without correlation are of the unit matrix."""
    rho = np.eye(len(PERT) + len(LOGNORMAL))
    for a, b, r in PAIRS:
        i, j = index(a), index(b)
        rho[i, j] = rho[j, i] = 2 * np.sin(np.pi * r / 6)
    return np.linalg.cholesky(rho)


def mixing():
    """The factor without its zeros: for each row (first, last) in columns and weights, since scores are mixed in every draw."""
    factor = cholesky()
    starts, columns, weights = [0], [], []
    for row in factor:
        used = np.flatnonzero(np.abs(row) > 1e-15)
        columns += used.tolist()
        weights += row[used].tolist()
        starts.append(len(columns))
    return np.array(starts), np.array(columns), np.array(weights)


def beta_by_score(a, b, step=STEP):
    """Quantiles of beta(a, b) at normal scores from LOWEST on; both tails from their own side, to keep their digits."""
    score = LOWEST + step * np.arange(int(round(-2 * LOWEST / step)) + 2)
    return np.where(score < 0, betaincinv(a, b, ndtr(score)), 1 - betaincinv(b, a, ndtr(-score)))


def pert_tables(step=STEP):
    """(25, nodes): the values of every PERT input by its score."""
    rows = []
    for low, mode, high in PERT.values():
        a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
        rows.append(low + (high - low) * beta_by_score(a, b, step))
    return np.array(rows)


def lognormals():
    """(3, 2): mean and deviation of the logarithms."""
    z90 = ndtri(0.9)
    return np.array([[(np.log(low) + np.log(high)) / 2, (np.log(high) - np.log(low)) / (2 * z90)] for low, high in LOGNORMAL.values()])
