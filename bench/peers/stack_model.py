"""stack_model.py - revenue_stack from its mathematics for any array module (NumPy, CuPy, JAX), and what `apsis run` reports of its columns."""
# SPDX-License-Identifier: Apache-2.0
#
# xp is the module: numpy, cupy or jax.numpy. Inputs are rows in the order of NAMES; each may be drawn by a normal score.
import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

LAYERS = ("energy", "chips", "infrastructure", "models", "orchestration")
WEIGHTS = ((.5, .98), (5.0, 8.712), (7.0, 12.0914), (12.5, 32.3208), (2.5, 10.0))
PERT = {"total": (28, 41.6, 58), "fill_hybrid": (.40, .75, 1), "fill_full": (.15, .50, 1), "lease_out": (.70, .90, 1),
        "margin[energy]": (.15, .30, .45), "margin[chips]": (.30, .50, .70), "margin[infrastructure]": (.15, .35, .50),
        "margin[models]": (-.25, .20, .50), "margin[orchestration]": (.10, .45, .70)}
NAMES = [*PERT, *(f"weight[{layer}]" for layer in LAYERS)]
OUTPUTS = ["wholesale_revenue", "hybrid_revenue", "full_revenue", "wholesale_profit", "hybrid_profit", "full_profit", "full_edge", "hybrid_edge",
           "spread", "revenue_per_rack_musd", "best", *(f"rev[{layer}]" for layer in LAYERS)]
TARGETS = {"wholesale_revenue": (16.5,), "full_edge": (0,), "hybrid_edge": (0,)}
POINTS = (1, 5, 10, 25, 50, 75, 90, 95, 99)
LOWEST, STEP, RANKED = -8.25, 1 / 128, 65_536


def tables():
    """(9, nodes): quantiles of the PERT inputs at normal scores from LOWEST on, and the (5, 2) logarithmic means and deviations of weights."""
    score = LOWEST + STEP * np.arange(int(round(-2 * LOWEST / STEP)) + 2)
    rows = []
    for low, mode, high in PERT.values():
        a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
        rows.append(low + (high - low) * np.where(score < 0, betaincinv(a, b, ndtr(score)), 1 - betaincinv(b, a, ndtr(-score))))
    logs = [((np.log(p10) + np.log(p90)) / 2, (np.log(p90) - np.log(p10)) / (2 * ndtri(.9))) for p10, p90 in WEIGHTS]
    return np.array(rows), np.array(logs)


def inputs(xp, scores, quantiles, logs):
    """Rows of inputs from 14 rows of standard normals."""
    where = (xp.clip(scores[:9], LOWEST, -LOWEST) - LOWEST) / STEP
    node = where.astype(xp.int32)
    low = xp.take_along_axis(quantiles, node, axis=1)
    perts = low + (where - node) * (xp.take_along_axis(quantiles, node + 1, axis=1) - low)
    return [*perts, *xp.exp(logs[:, :1] + logs[:, 1:] * scores[9:])]


def outputs(xp, x):
    """The columns of OUTPUTS, in a list."""
    total, fill_hybrid, fill_full, lease_out = x[:4]
    margin, weight = x[4:9], x[9:]
    unit = total / (weight[0] + weight[1] + weight[2] + weight[3] + weight[4])
    rev = [w * unit for w in weight]
    gp = [r * m for r, m in zip(rev, margin)]
    base, profit = rev[0] + rev[1] + rev[2], gp[0] + gp[1] + gp[2]
    idle, leased = profit - (1 - lease_out) * base, lease_out * base
    hybrid_revenue = fill_hybrid * (base + rev[3]) + (1 - fill_hybrid) * leased
    full_revenue = fill_full * (base + rev[3] + rev[4]) + (1 - fill_full) * leased
    hybrid = fill_hybrid * (profit + gp[3]) + (1 - fill_hybrid) * idle
    full = fill_full * (profit + gp[3] + gp[4]) + (1 - fill_full) * idle
    best = xp.where(full > xp.maximum(profit, hybrid), 2.0, xp.where(hybrid > profit, 1.0, 0.0))
    return [base, hybrid_revenue, full_revenue, profit, hybrid, full, full - profit, hybrid - profit,
            (base + rev[3] + rev[4]) / base, base / 10, best, *rev]


def column(xp, values, points, targets):
    """Moments, percentiles, shortfall, targets, histogram of one column, as arrays of the module."""
    n = len(values)
    mean = values.mean()
    centred = values - mean
    square = centred * centred
    sd = xp.sqrt(square.mean())
    ordered = xp.sort(values)
    share = max(1, round(n * .05))
    percentiles = ordered[np.array([max(0, -(-n * p // 100) - 1) for p in points])]
    edges = percentiles[0] + (percentiles[-1] - percentiles[0]) * xp.linspace(0, 1, 41)
    return {"mean": mean, "sd": sd, "skewness": (square * centred).mean() / sd ** 3, "kurtosis": (square * square).mean() / sd ** 4,
            "min": ordered[0], "min_draw": values.argmin(), "max": ordered[n - 1], "max_draw": values.argmax(), "percentiles": percentiles,
            "shortfall": xp.stack([ordered[:share].mean(), ordered[n - share:].mean()]),
            "targets": 1 - xp.searchsorted(ordered, xp.asarray(np.array(targets, dtype=float)), side="right") / n,
            "histogram": xp.diff(xp.searchsorted(ordered, edges))}


def ranks(xp, values):
    """Centred ranks of unit length; ties in the order of draws, which is cheaper than mean ranks and a little less right for inputs of few values."""
    place = xp.argsort(xp.argsort(values[:RANKED])).astype(xp.float64)
    place = place - (len(place) - 1) / 2
    return place / xp.sqrt((place * place).sum())


def summary(xp, x, columns):
    """{output: statistics}, still where the columns are."""
    of_inputs = xp.stack([ranks(xp, row) for row in x])
    out = {}
    for name, values in zip(OUTPUTS, columns):
        if name == "best":
            out[name] = xp.stack([(values == k).sum() for k in range(3)])
            continue
        out[name] = column(xp, values, POINTS, TARGETS.get(name, ())) | {"rank_correlation": of_inputs @ ranks(xp, values)}
    return out


def on_host(tree):
    """The same, as lists and numbers: everything has been computed and fetched when this returns."""
    if isinstance(tree, dict):
        return {name: on_host(value) for name, value in tree.items()}
    return (tree.get() if hasattr(tree, "get") else np.asarray(tree)).tolist()
