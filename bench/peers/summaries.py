"""summaries.py - what `apsis run` reports, of columns in memory: moments, percentiles, shortfall, targets, histogram, rank correlations."""
# SPDX-License-Identifier: Apache-2.0
#
# NumPy, a column at a time, columns side by side on threads (its loops, sort and partition leave the interpreter's lock).
# No standard errors and intervals: they are cheap beside the rest, and left out in the peers' favour.
from concurrent.futures import ThreadPoolExecutor

import numpy as np

RANKED = 65_536  # draws that rank correlations look at, as in Apsis
SCALAR_POINTS, SERIES_POINTS = (1, 5, 10, 25, 50, 75, 90, 95, 99), (5, 25, 50, 75, 95)


def moments(values):
    n = len(values)
    mean = values.mean()
    centred = values - mean
    square = centred * centred
    variance = square.mean()
    sd = np.sqrt(variance) if variance > 0 else 1e-300
    return {"mean": float(mean), "sd": float(sd * np.sqrt(n / (n - 1))), "skewness": float(np.dot(square, centred) / n / sd ** 3),
            "kurtosis": float(np.dot(square, square) / n / sd ** 4 - 3), "min": float(values.min()), "min_draw": int(values.argmin()),
            "max": float(values.max()), "max_draw": int(values.argmax())}


def order_statistics(values, points, out):
    """Percentiles (of ranks ceil(n p / 100)) and the means of the lowest and the highest 5 %, from one partition."""
    n = len(values)
    at = [max(0, -(-n * p // 100) - 1) for p in points]
    share = max(1, round(n * .05))
    part = np.partition(values, sorted({*at, share - 1, n - share}))
    out["percentiles"] = [float(part[k]) for k in at]
    out["shortfall"] = [float(part[:share].mean()), float(part[n - share:].mean())]


def mid_ranks(values):
    order = np.argsort(values)
    ordered = values[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    ranks = np.empty(len(values))
    if len(first) == len(values):
        ranks[order] = np.arange(len(values))
    else:
        ends = np.append(first[1:], len(values))
        ranks[order] = np.repeat((first + ends - 1) / 2, ends - first)
    ranks -= (len(values) - 1) / 2
    size = np.sqrt(np.dot(ranks, ranks))
    return ranks / size if size > 0 else ranks


def summarise(columns, scalars, categories, inputs, targets, threads, moments_of=moments):
    """columns: {name: (n,) or (periods, n)}; scalars: names of one value a draw; categories: {name: how many}; inputs: {name: (n,)}."""
    def scalar(name):
        values, out = columns[name], moments_of(columns[name])
        order_statistics(values, SCALAR_POINTS, out)
        out["targets"] = [float(np.count_nonzero(values > limit) / len(values)) for limit in targets.get(name, ())]
        low, high = out["percentiles"][0], out["percentiles"][-1]
        out["histogram"] = np.histogram(values, bins=40, range=(low, max(high, low + 1e-9)))[0].tolist()
        return out

    def one(name, t):
        values = columns[name][t]
        if name in categories:
            return np.bincount(values.astype(np.int64), minlength=categories[name]).tolist()
        out = moments_of(values)
        order_statistics(values, SERIES_POINTS, out)
        return out

    with ThreadPoolExecutor(threads) as pool:
        ranks = [pool.submit(mid_ranks, np.ascontiguousarray(v[:RANKED])) for v in inputs.values()]
        of_scalar = {name: pool.submit(mid_ranks, np.ascontiguousarray(columns[name][:RANKED])) for name in scalars}
        tasks = {name: pool.submit(scalar, name) if name in scalars else [pool.submit(one, name, t) for t in range(len(columns[name]))]
                 for name in columns}
        out = {name: task.result() if name in scalars else [t.result() for t in task] for name, task in tasks.items()}
        table = np.array([r.result() for r in ranks])
        for name, of in of_scalar.items():
            out[name]["rank_correlation"] = dict(zip(inputs, (table @ of.result()).tolist()))
    return out
