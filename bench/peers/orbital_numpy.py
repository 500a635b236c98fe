"""orbital_numpy.py - orbital_compute written from its mathematics in vectorised NumPy: the peer of the benchmark, an oracle of the tests."""
# SPDX-License-Identifier: Apache-2.0
#
# simulate(x, z) computes every output from given inputs (n) and noise (n, 20): tests feed it Apsis' own draws.
# main() is what a quant would run: NumPy's generator, a Gaussian copula, all cores by multiprocessing, percentiles at the end.
import argparse
import json
import multiprocessing
import os
import time

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

T = 20
PERT = {
    "t_launch": (1, 2, 6), "launch_growth": (0.20, 0.45, 0.90), "payload": (70, 110, 200), "kg_cost": (250, 750, 1700),
    "launch_lr": (0.08, 0.17, 0.26), "mass_kw": (13, 24, 50), "bus_cost": (6, 14, 26), "array_growth": (0.30, 0.65, 1.20),
    "attrition": (0.02, 0.05, 0.12), "orbit_discount": (0.55, 0.80, 1.00), "chip_growth": (0.15, 0.40, 0.70),
    "hw_cost": (18, 25, 34), "hw_trend": (-0.06, -0.02, 0.03), "tera_delay": (3, 5.5, 11), "veto": (0.10, 0.30, 0.65),
    "price_lr": (10, 16.5, 28), "earth_rent": (0, 0.15, 0.80), "scarcity": (0.1, 0.6, 1.8), "price_trend": (-0.03, 0.005, 0.05),
    "erosion": (0.03, 0.08, 0.18), "market_growth": (0.12, 0.28, 0.45), "model_capture": (0.05, 0.45, 1.20),
    "core_growth": (0.15, 0.33, 0.50), "core_margin": (0.20, 0.32, 0.42), "wacc": (0.075, 0.095, 0.13),
}
LOGNORMAL = {"launch_cap": (250, 3000), "tera_cap": (1.5, 25), "permit_delay": (1.2, 4.8)}
PAIRS = [
    ("launch_growth", "launch_cap", .50), ("launch_growth", "t_launch", -.40), ("launch_cap", "t_launch", -.30),
    ("launch_cap", "kg_cost", -.40), ("t_launch", "kg_cost", .30), ("launch_growth", "array_growth", .40),
    ("launch_cap", "array_growth", .30), ("mass_kw", "bus_cost", .40), ("chip_growth", "market_growth", .50),
    ("chip_growth", "scarcity", -.30), ("veto", "permit_delay", .50), ("veto", "scarcity", .30), ("veto", "earth_rent", .60),
    ("permit_delay", "earth_rent", .40), ("price_lr", "hw_cost", .50), ("price_lr", "market_growth", .30),
    ("price_trend", "erosion", .40), ("market_growth", "price_trend", -.40),
]
SCALARS = ["ev", "core_ev", "compute_ev", "irr", "peak_funding", "first_positive_year", "payback_year"]
SERIES = ["revenue", "fcf", "price", "flights", "fleet_ground", "fleet_orbit", "queue"]
QUEUES = ["not worth it", "rockets", "factory", "chips", "cash"]


def sample(n, rng):
    """Inputs and noise from NumPy's own generator."""
    x = {}
    names = sorted({a for a, _, _ in PAIRS} | {b for _, b, _ in PAIRS})
    rho = np.eye(len(names))
    for a, b, r in PAIRS:
        i, j = names.index(a), names.index(b)
        rho[i, j] = rho[j, i] = 2 * np.sin(np.pi * r / 6)
    scores = rng.standard_normal((n, len(names))) @ np.linalg.cholesky(rho).T
    correlated = dict(zip(names, scores.T))
    for name, (low, mode, high) in PERT.items():
        a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
        share = betaincinv(a, b, ndtr(correlated[name])) if name in correlated else rng.beta(a, b, n)
        x[name] = low + (high - low) * share
    z90 = ndtri(0.9)
    for name, (p10, p90) in LOGNORMAL.items():
        score = correlated[name] if name in correlated else rng.standard_normal(n)
        x[name] = np.exp((np.log(p10) + np.log(p90)) / 2 + (np.log(p90) - np.log(p10)) / (2 * z90) * score)
    x["life"] = rng.choice([4.0, 5.0, 6.0, 7.0], n, p=[.20, .45, .25, .10])
    x["tera_works"] = (rng.random(n) < .55).astype(float)
    z = {
        "standdown": (rng.random((n, T)) < .07).astype(float), "chip_noise": rng.normal(0, .12, (n, T)),
        "price_noise": rng.normal(0, .15, (n, T)), "storm": (rng.random((n, T)) < .02).astype(float),
        "severity": rng.beta(2, 10, (n, T)), "core_noise": rng.normal(0, .08, (n, T)),
        "lost": lambda t, flights: rng.binomial(flights.astype(np.int64), .015),
        "approvals": lambda t, filings: rng.binomial(filings.astype(np.int64), 1 - x["veto"]),
    }
    return x, z


def annuity(q, n):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(q == 1, n, (1 - q ** n) / (1 - q))


def plus(x):
    return np.maximum(x, 0)


def clamp(x):
    return np.clip(x, 0, 1)


def rate_of_return(upfront, flows, final, low, high):
    """60 bisections of upfront + sum flow v^(t + 1/2) + final v^20."""
    def value(i):
        v = 1 / (1 + i)
        total = np.zeros_like(i)
        for t in range(T - 1, -1, -1):
            total = total * v + flows[t]
        return upfront + np.sqrt(v) * total + final * v ** T
    lo, hi = np.full_like(final, low), np.full_like(final, high)
    at_low, at_high = value(lo) <= 0, value(hi) >= 0
    for _ in range(60):
        mid = (lo + hi) / 2
        up = value(mid) > 0
        lo, hi = np.where(up, mid, lo), np.where(up, hi, mid)
    return np.where(at_low, low, np.where(at_high, high, (lo + hi) / 2))


def simulate(x, z, chip_vol=.12, price_vol=.15, core_vol=.08):
    """Section 3 of the model's mathematics. Returns {scalar: (n,), series: (n, 20)}. The volatilities only set the mean corrections."""
    n = len(x["wacc"])
    zero = np.zeros(n)
    life = x["life"].astype(int)
    years = np.arange(n)
    cap = np.maximum(x["launch_cap"], 50)
    stack = 41.6 / 16.5 * x["model_capture"]
    win = 0.70 * stack > 1
    own = np.where(win, 0.50, 0.10)
    m = (1 - own) + 0.70 * own * stack
    e, r, trend_down = x["erosion"], x["wacc"], x["price_trend"]
    keep = 1 - x["attrition"]
    q_o = (1 - e) * keep * (1 - trend_down) / (1 + r)
    q_g = (1 - e) * (1 - trend_down) / (1 + r)
    phi = np.exp(-1 / 3)
    h = (1 + r) ** -0.5
    a_o, a_op, a_ok = annuity(q_o, life), annuity(q_o * phi, life), annuity(keep / (1 + r), life)
    a_g, a_gp, a_r = annuity(q_g, life), annuity(q_g * phi, life), annuity(1 / (1 + r), life)
    a_r20 = annuity(1 / (1 + r), 20)
    pipeline = [0.5, 0.5, 0.3] + [0] * (T - 3)
    delay = x["permit_delay"] + 1
    whole = np.floor(delay)
    part = delay - whole
    whole = whole.astype(int)

    c, g_built, base, load, swing, var = zero + 25, zero, zero, zero, zero, zero
    shell, fleet_o, earn_o, fleet_g, earn_g = zero, zero, zero, zero + 1, 0.7 + 0.3 * (1 - e)
    alive_hist = np.ones((T + 8, n))       # row t + 7
    orbit_hist, ground_hist = np.zeros((T + 8, n)), np.zeros((T + 8, n))
    ground_hist[7 - 2], ground_hist[7 - 1] = 0.3, 0.7
    approved_hist = np.zeros((T, n))
    cashflow, nol, core, rd = zero + 6.6, zero + 10, zero + 18.67, zero
    out = {name: np.empty((n, T)) for name in SERIES}
    ebitda_hist, upkeep_hist, core_hist, fcf_hist = [], [], [], []
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for t in range(T):
            cpi = 1.02 ** t
            on, age = clamp(t + 1 - x["t_launch"]), plus(t + 1 - x["t_launch"])
            cadence = cap / (1 + (cap / 25 - 1) * np.exp(-np.log(1 + x["launch_growth"]) * age))
            flights = np.floor(on * cadence * (1 - 0.5 * z["standdown"][:, t]))
            lost = z["lost"](t, flights) if callable(z["lost"]) else z["lost"][:, t]
            good = flights - lost
            usable = plus(0.85 * good - 30)
            mass = np.maximum(10, x["mass_kw"] * 0.97 ** age)
            launch_gw = usable * x["payload"] / mass / 1000
            kg = np.maximum(60, x["kg_cost"] * (c / 25) ** np.log2(1 - x["launch_lr"]))
            c = c + flights
            factory = on * 0.25 * np.exp(5 * x["array_growth"] * (1 - np.exp(-age / 5)))
            bus = np.maximum(2.5, x["bus_cost"] * 0.98 ** t * (np.maximum(g_built, .25) / .25) ** np.log2(0.85))
            base = zero + 1 if t == 0 else base * (1 + .06 + (x["chip_growth"] - .06) * np.exp(-t / 4))
            fab = x["tera_works"] * x["tera_cap"] * clamp((t + 1 - x["tera_delay"]) / 4)
            chips = base * np.exp(z["chip_noise"][:, t] - chip_vol ** 2 / 2) + fab
            hw = x["hw_cost"] * (1 + x["hw_trend"]) ** t * (1 - .25 * fab / chips)
            fab_plan = np.maximum(20, 6 * x["tera_cap"]) * (.5 + .5 * x["tera_works"]) / 4 * plus(
                np.minimum(t + 1, x["tera_delay"]) - np.maximum(t, x["tera_delay"] - 4))
            load = zero + 45 if t == 0 else load * (1 + .04 + (x["market_growth"] - .04) * np.exp(-t / 5))
            depth = (1 + (fleet_g + fleet_o) / load) ** (-1 / 1.2)
            trend = x["price_lr"] * (1 - trend_down) ** t * (1 + x["earth_rent"] * min(1, t / 10)) * depth
            s = x["scarcity"] * np.exp(-t / 3)
            swing, var = .65 * swing + z["price_noise"][:, t], .4225 * var + price_vol ** 2
            price = trend * (1 + s) * np.exp(swing - var / 2)
            unit = (hw + bus + kg * mass / 1000) * np.where(flights > 0, np.maximum(1, flights / np.maximum(1, good)), 1)
            npv_o = h * (.94 * m * trend * x["orbit_discount"] * (a_o + s * a_op) - .8 * cpi * a_ok) - unit
            npv_g = h * (.94 * m * trend * .90 * (a_g + s * a_gp) - 2.2 * cpi * a_r) - hw
            go_o, go_g = npv_o > 0, npv_g > 0
            start = npv_g > 14 * cpi * a_r / a_r20
            filings = np.where(start, np.floor(5 * 1.02 ** t), 0)
            approvals = z["approvals"](t, filings) if callable(z["approvals"]) else z["approvals"][:, t]
            approved_hist[t] = 0.5 * approvals
            k = t - whole
            now = np.where(k >= 0, approved_hist[np.maximum(k, 0), years], 0)
            before = np.where(k >= 1, approved_hist[np.maximum(k - 1, 0), years], 0)
            ready = (1 - part) * now + part * before + pipeline[t]
            fab_spend = np.where(go_o | go_g, fab_plan, 0)
            cash = plus(45 + .9 * plus(cashflow) - 14 * cpi * ready - fab_spend)
            retired = ground_hist[t - life + 7, years]
            available = shell + ready + retired
            ground = np.where(go_g, np.minimum(np.minimum(available, chips), cash / hw), 0)
            shell = available - ground
            chips_left, cash_left = plus(chips - ground), plus(cash - ground * hw) / unit
            queues = np.stack([launch_gw, factory, chips_left, cash_left])
            room = queues.min(axis=0)
            pilot = np.where((0 < age) & (age <= 6), 0.20, 0)
            orbit = np.where(go_o, room, np.minimum(pilot, room))
            g_built = g_built + orbit
            ground_hist[t + 7], orbit_hist[t + 7] = ground, orbit
            survive = keep * (1 - z["storm"][:, t] * z["severity"][:, t])
            alive_hist[t + 7] = alive_hist[t + 6] * survive
            gone = orbit_hist[t - life + 7, years] * alive_hist[t + 7] / alive_hist[t - life + 7, years]
            fleet_o = plus(fleet_o * survive + orbit - gone)
            earn_o = plus(earn_o * survive * (1 - e) + orbit - gone * (1 - e) ** life)
            fleet_g = plus(fleet_g + ground - retired)
            earn_g = plus(earn_g * (1 - e) + ground - retired * (1 - e) ** life)
            wholesale = price * (.90 * (.5 if t == 0 else 1) * (earn_g - ground / 2) + x["orbit_discount"] * (earn_o - orbit / 2))
            own_rev = own * stack * wholesale
            compute = (1 - own) * wholesale + own_rev
            rd = zero + 5.1 if t == 0 else rd * np.where(win & (t <= 8), 1.10, 1.03)
            ebitda = .94 * compute - cpi * (2.2 * (fleet_g - ground / 2) + .8 * (fleet_o - orbit / 2)) - .30 * own_rev - rd
            capex = 14 * cpi * ready + fab_spend + hw * ground + unit * orbit
            tax = .23 * plus(ebitda - capex - nol)
            nol = plus(nol - (ebitda - capex))
            core = core * (1 + .035 + (x["core_growth"] - .035) * np.exp(-t / 6)) * np.exp(z["core_noise"][:, t] - core_vol ** 2 / 2)
            core_fcf = core * x["core_margin"] * (1 - np.exp(-(t + 1) / 6))
            cashflow = ebitda + core_fcf
            fcf = core_fcf + ebitda - capex - tax
            upkeep = fleet_g * hw / life + fleet_o * unit / life + fleet_g * 14 * cpi / 20
            ebitda_hist.append(ebitda)
            upkeep_hist.append(upkeep)
            core_hist.append(core_fcf)
            fcf_hist.append(fcf)
            for name, value in (("revenue", core + compute), ("fcf", fcf), ("price", price), ("flights", flights),
                                ("fleet_ground", fleet_g), ("fleet_orbit", fleet_o),
                                ("queue", np.where(go_o, 1 + queues.argmin(axis=0), 0))):
                out[name][:, t] = value
    profit = .77 * sum(ebitda_hist[t] - upkeep_hist[t] for t in (17, 18, 19)) / 3
    tv_core = core_hist[19] * 1.025 / (r - .025)
    tv = plus(1.025 * profit) / r + tv_core
    discount = [(1 + r) ** -(t + .5) for t in range(T)]
    end = (1 + r) ** -20.0
    out["ev"] = sum(f * d for f, d in zip(fcf_hist, discount)) + tv * end
    out["core_ev"] = sum(f * d for f, d in zip(core_hist, discount)) + tv_core * end
    out["compute_ev"] = out["ev"] - out["core_ev"]
    total = np.cumsum(fcf_hist, axis=0)
    flows = np.array(fcf_hist)
    out["peak_funding"] = plus(-total.min(axis=0))
    positive = flows > 0
    out["first_positive_year"] = np.where(positive.any(axis=0), 2026 + positive.argmax(axis=0), 2046).astype(float)
    negative = total < 0
    out["payback_year"] = np.where(negative.any(axis=0), 2026 + T - negative[::-1].argmax(axis=0), 2026).astype(float)
    out["irr"] = rate_of_return(-2000, flows, tv, -.5, 1.0)
    return out


def chunk(args):
    n, seed = args
    x, z = sample(n, np.random.default_rng(seed))
    return simulate(x, z)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--chunk", type=int, default=5_000)
    args = parser.parse_args()
    jobs = [(args.chunk, seed) for seed in range(args.draws // args.chunk)]
    start = time.perf_counter()
    with multiprocessing.Pool(args.workers) as pool:
        parts = pool.map(chunk, jobs, chunksize=1)
    stats = {}
    for name in SCALARS + SERIES:
        values = np.concatenate([p[name] for p in parts])
        if name == "queue":
            stats[name] = [np.bincount(values[:, t].astype(int), minlength=5).tolist() for t in range(T)]
            continue
        percentiles = [5, 25, 50, 75, 95] if values.ndim == 2 else [1, 5, 10, 25, 50, 75, 90, 95, 99]
        centred = values - values.mean(axis=0)
        sd = np.maximum(values.std(axis=0), 1e-300)
        stats[name] = {"mean": values.mean(axis=0).tolist(), "sd": sd.tolist(),
                       "skewness": ((centred ** 3).mean(axis=0) / sd ** 3).tolist(),
                       "kurtosis": ((centred ** 4).mean(axis=0) / sd ** 4).tolist(),
                       "min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist(),
                       "percentiles": np.percentile(values, percentiles, axis=0, method="inverted_cdf").tolist()}
    seconds = time.perf_counter() - start
    print(json.dumps({"draws": len(jobs) * args.chunk, "seconds": seconds, "draws_per_second": len(jobs) * args.chunk / seconds,
                      "workers": args.workers, "ev": {k: stats["ev"][k] for k in ("mean", "sd", "percentiles")},
                      "irr_mean": stats["irr"]["mean"], "peak_funding_mean": stats["peak_funding"]["mean"]}, indent=1))


if __name__ == "__main__":
    main()
