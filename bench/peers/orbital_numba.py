"""orbital_numba.py - orbital_compute as a quant writes it in Numba: a scalar loop over draws, njit(parallel=True), Numba's own generators."""
# SPDX-License-Identifier: Apache-2.0
#
# python3 bench/peers/orbital_numba.py --draws 500000 [--serve]. Beta quantiles come from tables by normal score, read linearly
# (within 3e-6 of the range); severity is drawn where there is a storm. simulate() is fed with given draws by the tests.
import argparse
import math
import os
import time

import numpy as np
import peer
import summaries
from numba import njit, prange, set_num_threads
from orbital_tables import COLUMNS, LOWEST, NAMES, QUEUES, SCALARS, STEP, TARGETS, T, index, lognormals, mixing, named, pert_tables, simulated

(T_LAUNCH, LAUNCH_GROWTH, PAYLOAD, KG_COST, LAUNCH_LR, MASS_KW, BUS_COST, ARRAY_GROWTH, ATTRITION, ORBIT_DISCOUNT, CHIP_GROWTH, HW_COST,
 HW_TREND, TERA_DELAY, VETO, PRICE_LR, EARTH_RENT, SCARCITY, PRICE_TREND, EROSION, MARKET_GROWTH, MODEL_CAPTURE, CORE_GROWTH, CORE_MARGIN,
 WACC, LAUNCH_CAP, TERA_CAP, PERMIT_DELAY, LIFE, TERA_WORKS) = range(30)
assert index("wacc") == WACC and index("launch_cap") == LAUNCH_CAP and index("tera_works") == TERA_WORKS
EV, CORE_EV, COMPUTE_EV, IRR, PEAK, FIRST_POSITIVE, PAYBACK = range(7)
REVENUE, FCF, PRICE, FLIGHTS, GROUND, ORBIT, QUEUE = (7 + 20 * k for k in range(7))
PERTS = 25
LOG_NORMALS = lognormals()


@njit
def annuity(q, n):
    return n if q == 1 else (1 - q ** n) / (1 - q)


@njit
def rate_of_return(upfront, flows, final, low, high):
    """Newton's method kept within a shrinking bracket."""
    lo, hi = low, high
    i = 0.02
    for k in range(100):
        v = 1 / (1 + i)
        total, slope = 0.0, 0.0
        for t in range(T - 1, -1, -1):
            slope = slope * v + total
            total = total * v + flows[t]
        root = math.sqrt(v)
        last = v ** 19
        value = upfront + root * total + final * last * v
        if value > 0:
            lo = i
        else:
            hi = i
        slope = total / (2 * root) + root * slope + 20 * final * last  # by v
        step = value / (slope * v * v) if slope != 0 else 0.0
        new = i + step
        if abs(step) <= 1e-14 * (1 + abs(i)) and lo <= new <= hi:
            return new
        if not (lo < new < hi):
            if k == 0 or new <= low or new >= high:  # beyond an end?
                for end in (low, high):
                    v = 1 / (1 + end)
                    total = 0.0
                    for t in range(T - 1, -1, -1):
                        total = total * v + flows[t]
                    at_end = upfront + math.sqrt(v) * total + final * v ** 20
                    if end == low and at_end <= 0 or end == high and at_end >= 0:
                        return end
            new = (lo + hi) / 2
        if hi - lo < 1e-15:
            return new
        i = new
    return i


@njit
def one_draw(x, given, z, col, i, chip_vol, price_vol, core_vol):
    """Every output of one draw into col[:, i]. given: noise comes from z (8, 20), else from the generators."""
    ground_hist, orbit_hist, alive_hist = np.zeros(T + 8), np.zeros(T + 8), np.ones(T + 8)
    approved, flows = np.zeros(T), np.empty(T)
    ground_hist[5], ground_hist[6] = 0.3, 0.7
    life = int(x[LIFE])
    e, r, down = x[EROSION], x[WACC], x[PRICE_TREND]
    cap = max(x[LAUNCH_CAP], 50)
    stack = 41.6 / 16.5 * x[MODEL_CAPTURE]
    win = 0.70 * stack > 1
    own = 0.50 if win else 0.10
    m = (1 - own) + 0.70 * own * stack
    keep = 1 - x[ATTRITION]
    q_o, q_g, phi = (1 - e) * keep * (1 - down) / (1 + r), (1 - e) * (1 - down) / (1 + r), math.exp(-1 / 3)
    h = 1 / math.sqrt(1 + r)
    a_o, a_op, a_ok = annuity(q_o, life), annuity(q_o * phi, life), annuity(keep / (1 + r), life)
    a_g, a_gp, a_r = annuity(q_g, life), annuity(q_g * phi, life), annuity(1 / (1 + r), life)
    a_r20 = annuity(1 / (1 + r), 20)
    delay = x[PERMIT_DELAY] + 1
    whole = int(math.floor(delay))
    part = delay - whole
    growth, learning, bus_learning = math.log(1 + x[LAUNCH_GROWTH]), math.log2(1 - x[LAUNCH_LR]), math.log2(0.85)
    last_life = (1 - e) ** life
    c, g_built, base, load, swing, var = 25.0, 0.0, 1.0, 45.0, 0.0, 0.0
    shell, fleet_o, earn_o, fleet_g, earn_g = 0.0, 0.0, 0.0, 1.0, 0.7 + 0.3 * (1 - e)
    cashflow, nol, core, rd = 6.6, 10.0, 18.67, 5.1
    total, lowest, first_positive, last_negative = 0.0, 0.0, 2046.0, 2025.0
    ev, core_ev, profit, core_fcf = 0.0, 0.0, 0.0, 0.0
    discount = h
    for t in range(T):
        cpi = 1.02 ** t
        on, age = min(max(t + 1 - x[T_LAUNCH], 0.0), 1.0), max(t + 1 - x[T_LAUNCH], 0.0)
        if on > 0:
            cadence = cap / (1 + (cap / 25 - 1) * math.exp(-growth * age))
            stood = z[0, t] if given else (1.0 if np.random.random() < .07 else 0.0)
            flights = math.floor(on * cadence * (1 - 0.5 * stood))
        else:
            flights = 0.0
        lost = z[6, t] if given else (float(np.random.binomial(int(flights), .015)) if flights > 0 else 0.0)
        good = flights - lost
        mass = max(10.0, x[MASS_KW] * 0.97 ** age)
        launch_gw = max(0.85 * good - 30, 0.0) * x[PAYLOAD] / mass / 1000
        kg = max(60.0, x[KG_COST] * (c / 25) ** learning)
        c += flights
        factory = on * 0.25 * math.exp(5 * x[ARRAY_GROWTH] * (1 - math.exp(-age / 5)))
        bus = max(2.5, x[BUS_COST] * 0.98 ** t * (max(g_built, .25) / .25) ** bus_learning)
        if t > 0:
            base *= 1 + .06 + (x[CHIP_GROWTH] - .06) * math.exp(-t / 4)
            load *= 1 + .04 + (x[MARKET_GROWTH] - .04) * math.exp(-t / 5)
        fab = x[TERA_WORKS] * x[TERA_CAP] * min(max((t + 1 - x[TERA_DELAY]) / 4, 0.0), 1.0)
        chips = base * math.exp((z[1, t] if given else np.random.normal(0, chip_vol)) - chip_vol ** 2 / 2) + fab
        hw = x[HW_COST] * (1 + x[HW_TREND]) ** t * (1 - .25 * fab / chips)
        depth = (1 + (fleet_g + fleet_o) / load) ** (-1 / 1.2)
        trend = x[PRICE_LR] * (1 - down) ** t * (1 + x[EARTH_RENT] * min(1.0, t / 10)) * depth
        s = x[SCARCITY] * math.exp(-t / 3)
        swing = .65 * swing + (z[2, t] if given else np.random.normal(0, price_vol))
        var = .4225 * var + price_vol ** 2
        price = trend * (1 + s) * math.exp(swing - var / 2)
        unit = (hw + bus + kg * mass / 1000) * (max(1.0, flights / max(1.0, good)) if flights > 0 else 1.0)
        npv_o = h * (.94 * m * trend * x[ORBIT_DISCOUNT] * (a_o + s * a_op) - .8 * cpi * a_ok) - unit
        npv_g = h * (.94 * m * trend * .90 * (a_g + s * a_gp) - 2.2 * cpi * a_r) - hw
        go_o, go_g = npv_o > 0, npv_g > 0
        if given:
            approvals = z[7, t]
        else:
            approvals = 0.0
            if npv_g > 14 * cpi * a_r / a_r20:
                approvals = float(np.random.binomial(int(math.floor(5 * cpi)), 1 - x[VETO]))
        approved[t] = 0.5 * approvals
        k = t - whole
        ready = ((1 - part) * approved[k] if k >= 0 else 0.0) + (part * approved[k - 1] if k >= 1 else 0.0)
        ready += 0.5 if t < 2 else 0.3 if t == 2 else 0.0
        spend = 0.0
        if go_o or go_g:
            spend = max(20.0, 6 * x[TERA_CAP]) * (.5 + .5 * x[TERA_WORKS]) / 4 * max(min(t + 1.0, x[TERA_DELAY]) - max(t, x[TERA_DELAY] - 4), 0.0)
        cash = max(45 + .9 * max(cashflow, 0.0) - 14 * cpi * ready - spend, 0.0)
        retired = ground_hist[t - life + 7]
        available = shell + ready + retired
        ground = min(available, chips, cash / hw) if go_g else 0.0
        shell = available - ground
        chips_left, cash_left = max(chips - ground, 0.0), max(cash - ground * hw, 0.0) / unit
        room = min(launch_gw, factory, chips_left, cash_left)
        queue = 0.0
        if go_o:
            orbit = room
            queue = 1.0 if room == launch_gw else 2.0 if room == factory else 3.0 if room == chips_left else 4.0
        else:
            orbit = min(0.20 if 0 < age <= 6 else 0.0, room)
        g_built += orbit
        ground_hist[t + 7], orbit_hist[t + 7] = ground, orbit
        survive = keep
        if given:
            survive *= 1 - z[3, t] * z[4, t]
        elif np.random.random() < .02:
            survive *= 1 - np.random.beta(2, 10)
        alive_hist[t + 7] = alive_hist[t + 6] * survive
        gone = orbit_hist[t - life + 7] * alive_hist[t + 7] / alive_hist[t - life + 7]
        fleet_o = max(fleet_o * survive + orbit - gone, 0.0)
        earn_o = max(earn_o * survive * (1 - e) + orbit - gone * last_life, 0.0)
        fleet_g = max(fleet_g + ground - retired, 0.0)
        earn_g = max(earn_g * (1 - e) + ground - retired * last_life, 0.0)
        wholesale = price * (.90 * (.5 if t == 0 else 1.0) * (earn_g - ground / 2) + x[ORBIT_DISCOUNT] * (earn_o - orbit / 2))
        own_rev = own * stack * wholesale
        compute = (1 - own) * wholesale + own_rev
        if t > 0:
            rd *= 1.10 if win and t <= 8 else 1.03
        ebitda = .94 * compute - cpi * (2.2 * (fleet_g - ground / 2) + .8 * (fleet_o - orbit / 2)) - .30 * own_rev - rd
        capex = 14 * cpi * ready + spend + hw * ground + unit * orbit
        tax = .23 * max(ebitda - capex - nol, 0.0)
        nol = max(nol - (ebitda - capex), 0.0)
        core *= (1 + .035 + (x[CORE_GROWTH] - .035) * math.exp(-t / 6)) * math.exp(
            (z[5, t] if given else np.random.normal(0, core_vol)) - core_vol ** 2 / 2)
        core_fcf = core * x[CORE_MARGIN] * (1 - math.exp(-(t + 1) / 6))
        cashflow = ebitda + core_fcf
        fcf = core_fcf + ebitda - capex - tax
        if t >= 17:
            profit += ebitda - (fleet_g * hw / life + fleet_o * unit / life + fleet_g * 14 * cpi / 20)
        ev += fcf * discount
        core_ev += core_fcf * discount
        discount /= 1 + r
        flows[t] = fcf
        total += fcf
        lowest = min(lowest, total)
        if fcf > 0 and first_positive == 2046:
            first_positive = 2026.0 + t
        if total < 0:
            last_negative = 2026.0 + t
        col[REVENUE + t, i] = core + compute
        col[FCF + t, i] = fcf
        col[PRICE + t, i] = price
        col[FLIGHTS + t, i] = flights
        col[GROUND + t, i] = fleet_g
        col[ORBIT + t, i] = fleet_o
        col[QUEUE + t, i] = queue
    end = (1 + r) ** -20.0
    tv_core = core_fcf * 1.025 / (r - .025)
    tv = max(1.025 * .77 * profit / 3, 0.0) / r + tv_core
    ev += tv * end
    core_ev += tv_core * end
    col[EV, i], col[CORE_EV, i], col[COMPUTE_EV, i] = ev, core_ev, ev - core_ev
    col[IRR, i] = rate_of_return(-2000.0, flows, tv, -.5, 1.0)
    col[PEAK, i], col[FIRST_POSITIVE, i], col[PAYBACK, i] = -lowest, first_positive, 1 + last_negative


@njit(parallel=True)
def given_draws(inputs, noise, col, chip_vol, price_vol, core_vol):
    for i in prange(inputs.shape[1]):
        one_draw(inputs[:, i].copy(), True, noise[:, :, i], col, i, chip_vol, price_vol, core_vol)


@njit(parallel=True)
def own_draws(seeds, tables, starts, columns, weights, logs, inputs, col):
    n = inputs.shape[1]
    chunks = len(seeds)
    for chunk in prange(chunks):
        np.random.seed(seeds[chunk])  # the generator of this thread
        nothing = np.empty((0, 0))
        x, score = np.empty(30), np.empty(28)
        for i in range(n * chunk // chunks, n * (chunk + 1) // chunks):
            for k in range(28):
                score[k] = np.random.normal()
            for k in range(28):
                z = 0.0
                for j in range(starts[k], starts[k + 1]):
                    z += weights[j] * score[columns[j]]
                if k < PERTS:
                    z = (min(max(z, LOWEST), -LOWEST) - LOWEST) / STEP
                    node = int(z)
                    x[k] = tables[k, node] + (z - node) * (tables[k, node + 1] - tables[k, node])
                else:
                    x[k] = math.exp(logs[k - PERTS, 0] + logs[k - PERTS, 1] * z)
            u = np.random.random()
            x[LIFE] = 4.0 if u < .20 else 5.0 if u < .65 else 6.0 if u < .90 else 7.0
            x[TERA_WORKS] = 1.0 if np.random.random() < .55 else 0.0
            for k in range(30):
                inputs[k, i] = x[k]
            one_draw(x, False, nothing, col, i, .12, .15, .08)


def simulate(x, z, *volatilities):
    """What the tests feed with given draws: orbital_tables.simulated()."""
    return simulated(given_draws, x, z, *volatilities)


TABLES = []  # made once a process


def draw(n, seed):
    """Inputs {name: (n,)} and outputs of n draws from Numba's generators."""
    seeds = np.random.SeedSequence(seed).generate_state(max(1, n // 4096))
    if not TABLES:
        TABLES.append(pert_tables())
    inputs, col = np.empty((30, n)), np.empty((COLUMNS, n))
    own_draws(seeds, TABLES[0], *mixing(), LOG_NORMALS, inputs, col)
    return dict(zip(NAMES, inputs)), named(col)


def work(args, draws, seed):
    set_num_threads(args.threads)
    start = time.perf_counter()
    inputs, columns = draw(draws, seed)
    drawing = time.perf_counter() - start
    return drawing, summaries.summarise(columns, SCALARS, {"queue": len(QUEUES)}, inputs, TARGETS, args.threads)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    peer.main(parser, work, {"peer": "Numba", "versions": peer.versions("numba", "llvmlite", "numpy", "scipy")})
