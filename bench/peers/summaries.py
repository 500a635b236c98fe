"""summaries.py - what `apsis run` reports, of columns in memory: moments, percentiles, shortfall, targets, histogram, rank correlations."""
# SPDX-License-Identifier: Apache-2.0
#
# NumPy, a column at a time, columns side by side on threads (its loops and its sort leave the interpreter's lock).
# Sums of products by einsum: BLAS would start threads of its own under the pool's. No standard errors and intervals: they are cheap
# beside the rest, and left out in the peers' favour.
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

RANKED = 65_536  # draws that rank correlations look at, as in Apsis
SCALAR_POINTS, SERIES_POINTS = (1, 5, 10, 25, 50, 75, 90, 95, 99), (5, 25, 50, 75, 95)


CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None


def anywhere():
    """A thread runs on every core that the process began with, though its parent may be bound to one by OpenMP."""
    if CORES:
        os.sched_setaffinity(0, CORES)


def moments(values):
    n = len(values)
    mean = values.mean()
    centred = values - mean
    square = centred * centred
    variance = square.mean()
    sd = np.sqrt(variance)
    return {"mean": float(mean), "sd": float(sd * np.sqrt(n / (n - 1))),
            "skewness": float(np.einsum("i,i", square, centred) / n / sd ** 3) if variance > 0 else None,
            "kurtosis": float(np.einsum("i,i", square, square) / n / sd ** 4) if variance > 0 else None,
            "min": float(values.min()), "min_draw": int(values.argmin()),
            "max": float(values.max()), "max_draw": int(values.argmax())}


def order_statistics(values, points, out):
    """Percentiles (of ranks ceil(n p / 100)) and the means of the lowest and the highest 5 %. Returns the values in order:
    NumPy sorts with AVX-512 or AVX2, three times faster than it partitions at as many ranks."""
    n = len(values)
    ordered = np.sort(values)
    share = max(1, round(n * .05))
    out["percentiles"] = [float(ordered[max(0, -(-n * p // 100) - 1)]) for p in points]
    out["shortfall"] = [float(ordered[:share].mean()), float(ordered[n - share:].mean())]
    return ordered


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
    size = np.sqrt(np.einsum("i,i", ranks, ranks))
    return ranks / size if size > 0 else ranks


def summarise(columns, scalars, categories, inputs, targets, threads, moments_of=moments):
    """columns: {name: (n,) or (periods, n)}; scalars: names of one value a draw; categories: {name: how many}; inputs: {name: (n,)}."""
    def scalar(name):
        values, out = columns[name], moments_of(columns[name])
        ordered = order_statistics(values, SCALAR_POINTS, out)
        out["targets"] = [float(1 - np.searchsorted(ordered, limit, "right") / len(values)) for limit in targets.get(name, ())]
        edges = np.linspace(out["percentiles"][0], out["percentiles"][-1], 41)
        out["histogram"] = np.diff(np.searchsorted(ordered, edges)).tolist()
        return out

    def one(name, t):
        values = columns[name][t]
        if name in categories:
            return [int(np.count_nonzero(values == k)) for k in range(categories[name])]
        out = moments_of(values)
        order_statistics(values, SERIES_POINTS, out)
        return out

    with ThreadPoolExecutor(threads, initializer=anywhere) as pool:
        ranks = [pool.submit(mid_ranks, np.ascontiguousarray(v[:RANKED])) for v in inputs.values()]
        of_scalar = {name: pool.submit(mid_ranks, np.ascontiguousarray(columns[name][:RANKED])) for name in scalars}
        tasks = {name: pool.submit(scalar, name) if name in scalars else [pool.submit(one, name, t) for t in range(len(columns[name]))]
                 for name in columns}
        out = {name: task.result() if name in scalars else [t.result() for t in task] for name, task in tasks.items()}
        table = np.array([r.result() for r in ranks])
        for name, of in of_scalar.items():
            out[name]["rank_correlation"] = dict(zip(inputs, np.einsum("ij,j", table, of.result()).tolist()))
    return out
