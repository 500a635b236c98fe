"""orbital_numba_tuned.py - orbital_compute in Numba tuned by hand: structure of arrays in cache-sized chunks, loops that LLVM turns into vectors."""
# SPDX-License-Identifier: Apache-2.0
#
# python3 bench/peers/orbital_numba_tuned.py --draws 500000 [--serve] [--no-pin] [--libm]
# --libm: Numba's own exp, log and pow, as its documentation has it (scalar calls where SVML is missing), all else the same.
#
# What was done: every quantity is a row of CHUNK draws in one flat workspace that stays in the second cache (one array and constant
# offsets, so that LLVM sees that rows do not overlap); exp, log, power and uniforms are arithmetic that vectorises (numba_elementary.py,
# orbital_tuned_model.py);
# powers of the period's number are tables or running products; normals by Box and Muller; the number of lost launches by transformed
# rejection (Hoermann 1993) or, where few are expected, by inversion; histories of 4 to 7 years by selection in place of gathers; IRR by
# Newton's method over all draws of a chunk at once; moments in one compiled pass; OpenMP threads bound to cores; error_model='numpy'.
import argparse
import math
import os
import sys
import time

if "--no-pin" not in sys.argv:  # read when the threads start
    os.environ.setdefault("OMP_PROC_BIND", "true")
    os.environ.setdefault("NUMBA_THREADING_LAYER", "omp")
import numpy as np  # noqa: E402
import peer  # noqa: E402
import summaries  # noqa: E402
from numba import njit, prange, set_num_threads  # noqa: E402
from numba_elementary import sine_of_turn, uniform  # noqa: E402
from orbital_tables import COLUMNS, LOWEST, NAMES, QUEUES, SCALARS, STEP, TARGETS, T, mixing, named, pert_tables, simulated  # noqa: E402
from orbital_tuned_model import (  # noqa: E402
    APPROVALS, CHIP_NOISE, CHUNK, CORE_NOISE, CPI, FAST, FLIGHTS, LIFE, LOG_NORMALS, LOST, PRICE_NOISE, SCORES, SEVERITY, SIZE, START,
    STOOD, STORM, TERA_WORKS, VETO, after_period, approve, before_period, copy_out, deployment, economics, exp, fleets_and_cash, launches, log,
    once_a_draw, values)


@njit(parallel=True, **FAST)
def given_draws(inputs, noise, col, chip_vol, price_vol, core_vol):
    n = inputs.shape[1]
    for chunk in prange((n + CHUNK - 1) // CHUNK):
        w = np.empty(SIZE)
        at = chunk * CHUNK
        lanes = min(CHUNK, n - at)
        for k in range(30):
            for i in range(CHUNK):
                w[k * CHUNK + i] = inputs[k, at + min(i, lanes - 1)]
        once_a_draw(w)
        variance = 0.0
        for t in range(T):
            for k in range(8):
                for i in range(CHUNK):
                    w[STOOD + k * CHUNK + i] = noise[k, t, at + min(i, lanes - 1)]
            variance = .4225 * variance + price_vol * price_vol
            launches(w, t)
            economics(w, t, .5 * chip_vol * chip_vol, .5 * variance)
            approve(w, t)
            before_period(w, t)
            deployment(w, t)
            fleets_and_cash(w, t, .5 * core_vol * core_vol)
            after_period(w, t, col, at, lanes)
        values(w, col, at, lanes)


# ---------------------------------------------------------------- its own generators

@njit(**FAST)
def normals(w, row, count, seed, counter):
    """count * CHUNK standard normals from row on, by Box and Muller; count is even. Returns the counter after them."""
    half = count // 2 * CHUNK
    for i in range(half):
        radius = math.sqrt(-2 * log(uniform(seed, counter + i)))
        turn = uniform(seed, counter + half + i) - .5
        w[row + i] = radius * sine_of_turn(turn)
        quarter = turn + .25
        w[row + half + i] = radius * sine_of_turn(quarter - 1.0 if quarter > .5 else quarter)
    return counter + 2 * half


@njit(**FAST)
def normal_row(w, row, sd, seed, counter):
    half = CHUNK // 2
    for i in range(half):
        radius = sd * math.sqrt(-2 * log(uniform(seed, counter + i)))
        turn = uniform(seed, counter + half + i) - .5
        w[row + i] = radius * sine_of_turn(turn)
        quarter = turn + .25
        w[row + half + i] = radius * sine_of_turn(quarter - 1.0 if quarter > .5 else quarter)
    return counter + CHUNK


@njit(inline="always", **FAST)
def stirling(k):
    """log k! less its main terms"""
    k1 = 1.0 / (k + 1)
    return (1 / 12 - (1 / 360 - k1 * k1 / 1260) * k1 * k1) * k1


@njit(**FAST)
def binomial(n, p, log_q, inverse, seed, counter):
    """One draw; inverse[k] = 1 / k. Returns it and how many uniforms it took."""
    mean = n * p
    if mean < 10:
        ratio, u = p / (1 - p), uniform(seed, counter)
        chance, k = math.exp(n * log_q), 0
        while u > chance and k < 110:
            u -= chance
            k += 1
            chance *= (n - k + 1) * ratio * inverse[k]
        return float(min(k, n)), 1
    spread = math.sqrt(mean * (1 - p))
    b = 1.15 + 2.53 * spread
    a = -.0873 + .0248 * b + .01 * p
    c, narrow = mean + .5, .92 - 4.2 / b
    used = 0
    while True:
        v, u = uniform(seed, counter + used), uniform(seed, counter + used + 1) - .5
        used += 2
        us = .5 - abs(u)
        k = math.floor((2 * a / us + b) * u + c)
        if us >= .07 and v <= narrow:
            return k, used
        if k < 0 or k > n:
            continue
        alpha = (2.83 + 5.1 / b) * spread
        mode = math.floor((n + 1) * p)
        v = math.log(v * alpha / (a / (us * us) + b))
        bound = ((mode + .5) * math.log((mode + 1) / ((p / (1 - p)) * (n - mode + 1))) + stirling(mode) + stirling(n - mode)
                 + (n + 1) * math.log((n - mode + 1) / (n - k + 1)) + (k + .5) * math.log((p / (1 - p)) * (n - k + 1) / (k + 1))
                 - stirling(k) - stirling(n - k))
        if v <= bound:
            return k, used


@njit(**FAST)
def draw_inputs(w, tables, starts, columns, weights, logs, seed, counter):
    counter = normals(w, SCORES, 28, seed, counter)
    for k in range(28):
        row = k * CHUNK
        if starts[k + 1] - starts[k] == 1:
            source = SCORES + columns[starts[k]] * CHUNK
            for i in range(CHUNK):
                w[row + i] = w[source + i]
        else:
            for i in range(CHUNK):
                w[row + i] = 0.0
            for j in range(starts[k], starts[k + 1]):
                source, weight = SCORES + columns[j] * CHUNK, weights[j]
                for i in range(CHUNK):
                    w[row + i] += weight * w[source + i]
        if k < 25:
            for i in range(CHUNK):
                z = (min(max(w[row + i], LOWEST), -LOWEST) - LOWEST) * (1 / STEP)
                node = int(z)
                here = tables[k, node]
                w[row + i] = here + (z - node) * (tables[k, node + 1] - here)
        else:
            mean, sd = logs[k - 25, 0], logs[k - 25, 1]
            for i in range(CHUNK):
                w[row + i] = exp(mean + sd * w[row + i])
    for i in range(CHUNK):
        u = uniform(seed, counter + i)
        w[LIFE + i] = 4.0 if u < .20 else 5.0 if u < .65 else 6.0 if u < .90 else 7.0
        w[TERA_WORKS + i] = 1.0 if uniform(seed, counter + CHUNK + i) < .55 else 0.0
    return counter + 2 * CHUNK


@njit(**FAST)
def draw_noise(w, seed, counter):
    counter = normal_row(w, CHIP_NOISE, .12, seed, counter)
    counter = normal_row(w, PRICE_NOISE, .15, seed, counter)
    counter = normal_row(w, CORE_NOISE, .08, seed, counter)
    for i in range(CHUNK):
        w[STOOD + i] = 1.0 if uniform(seed, counter + i) < .07 else 0.0
        w[STORM + i] = 1.0 if uniform(seed, counter + CHUNK + i) < .02 else 0.0
        w[SEVERITY + i] = 0.0
    counter += 2 * CHUNK
    for i in range(CHUNK):
        if w[STORM + i] > 0:  # beta(2, 10): the second least of 11 uniforms
            least, second = 1.0, 1.0
            for k in range(11):
                u = uniform(seed, counter + k)
                second = min(second, max(least, u))
                least = min(least, u)
            counter += 11
            w[SEVERITY + i] = second
    return counter


@njit(**FAST)
def draw_lost(w, inverse, seed, counter):
    log_q = math.log(1 - .015)
    for i in range(CHUNK):
        n = w[FLIGHTS + i]
        w[LOST + i] = 0.0
        if n > 0:
            w[LOST + i], used = binomial(n, .015, log_q, inverse, seed, counter)
            counter += used
    return counter


@njit(**FAST)
def draw_approvals(w, t, seed, counter):
    """By inversion: n is the same in all draws, 5 to 7."""
    n = int(math.floor(5 * CPI[t]))
    for i in range(CHUNK):
        u, q = uniform(seed, counter + i), w[VETO + i]
        ratio = (1 - q) / q
        chance = q * q * q * q * q
        chance = chance * q if n > 5 else chance
        chance = chance * q if n > 6 else chance
        below, count = chance, 0.0
        for k in (1, 2, 3, 4, 5, 6, 7):
            if k <= n:
                count += 1.0 if u > below else 0.0
                chance *= (n - k + 1) / k * ratio
                below += chance
        w[APPROVALS + i] = count * w[START + i]
    return counter + CHUNK


@njit(parallel=True, **FAST)
def own_draws(seed, tables, starts, columns, weights, logs, inverse, inputs, col):
    n = inputs.shape[1]
    chunks = (n + CHUNK - 1) // CHUNK
    many = 16  # chunks that share a workspace
    for group in prange((chunks + many - 1) // many):
        w = np.empty(SIZE)
        for chunk in range(group * many, min(chunks, (group + 1) * many)):
            at = chunk * CHUNK
            lanes = min(CHUNK, n - at)
            counter = chunk << 32
            counter = draw_inputs(w, tables, starts, columns, weights, logs, seed, counter)
            for k in range(30):
                copy_out(w, k * CHUNK, inputs, k, at, lanes)
            once_a_draw(w)
            variance = 0.0
            for t in range(T):
                counter = draw_noise(w, seed, counter)
                launches(w, t)
                counter = draw_lost(w, inverse, seed, counter)
                variance = .4225 * variance + .0225
                economics(w, t, .0072, .5 * variance)
                counter = draw_approvals(w, t, seed, counter)
                approve(w, t)
                before_period(w, t)
                deployment(w, t)
                fleets_and_cash(w, t, .0032)
                after_period(w, t, col, at, lanes)
            values(w, col, at, lanes)


# ---------------------------------------------------------------- moments

@njit(nogil=True, fastmath=True, error_model="numpy")
def sums_of(values):
    centre = values[0]
    total = 0.0
    least, most = values[0], values[0]
    for i in range(len(values)):
        total += values[i] - centre
        least, most = min(least, values[i]), max(most, values[i])
    mean = centre + total / len(values)
    s2, s3, s4 = 0.0, 0.0, 0.0
    for i in range(len(values)):
        d = values[i] - mean
        s2, s3, s4 = s2 + d * d, s3 + d * d * d, s4 + d * d * d * d
    at_least, at_most = 0, 0
    while values[at_least] != least:
        at_least += 1
    while values[at_most] != most:
        at_most += 1
    return mean, s2, s3, s4, least, most, at_least, at_most


def moments(values):
    n = len(values)
    mean, s2, s3, s4, least, most, at_least, at_most = sums_of(values)
    sd = math.sqrt(s2 / n) or 1e-300
    return {"mean": mean, "sd": math.sqrt(s2 / (n - 1)), "skewness": s3 / n / sd ** 3 if s2 else None,
            "kurtosis": s4 / n / sd ** 4 if s2 else None,
            "min": least, "min_draw": at_least, "max": most, "max_draw": at_most}


def simulate(x, z, *volatilities):
    """What the tests feed with given draws: orbital_tables.simulated()."""
    return simulated(given_draws, x, z, *volatilities)


CACHE = {}  # tables, made once a process


def draw(n, seed):
    """Inputs {name: (n,)} and outputs of n draws."""
    if not CACHE:
        CACHE["fixed"] = (pert_tables(), *mixing(), LOG_NORMALS, 1 / np.maximum(1, np.arange(128)))
    inputs, col = np.empty((30, n)), np.empty((COLUMNS, n))
    own_draws(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] >> np.uint64(1), *CACHE["fixed"], inputs, col)
    return dict(zip(NAMES, inputs)), named(col)


def work(args, draws, seed):
    set_num_threads(args.threads)
    start = time.perf_counter()
    inputs, columns = draw(draws, seed)
    drawing = time.perf_counter() - start
    return drawing, summaries.summarise(columns, SCALARS, {"queue": len(QUEUES)}, inputs, TARGETS, args.threads, moments)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--no-pin", action="store_true")
    parser.add_argument("--libm", action="store_true")
    peer.main(parser, work, {"peer": "Numba, tuned by hand" + (", libm's functions" if "--libm" in sys.argv else ""), "versions": peer.versions("numba", "llvmlite", "numpy", "scipy")})
