"""orbital_jax.py - orbital_compute in JAX, double precision: arrays of draws, lax.scan over the periods, compiled by XLA for CPU or GPU."""
# SPDX-License-Identifier: Apache-2.0
#
# python3 bench/peers/orbital_jax.py --draws 500000 [--chunk 4096] [--platform cpu|gpu] [--serve]
# On the CPU chunks go to XLA from as many Python threads as there are cores and statistics are NumPy's, whose sort is far faster than
# XLA's there; on a GPU everything stays on the card (summaries_jax.py). Random words: generator "rbg", the fastest that JAX has on both.
import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor

import jax
import jax.numpy as jnp
import numpy as np
import peer
import summaries
from jax import lax
from orbital_tables import LOWEST, NAMES, NOISE, QUEUES, SCALARS, SERIES, STEP, TARGETS, T, cholesky, lognormals, pert_tables

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_default_prng_impl", "rbg")
LOGS, FACTOR = lognormals(), cholesky()
YEARS = np.arange(T)
PIPELINE = np.array([.5, .5, .3] + [0] * 17)
# what differs from period to period and from nothing else
BY_PERIOD = {"t": YEARS * 1.0, "row": YEARS, "cpi": 1.02 ** YEARS, "bus_fall": .98 ** YEARS, "fade3": np.exp(-YEARS / 3), "fade4": np.exp(-YEARS / 4),
             "fade5": np.exp(-YEARS / 5), "fade6": np.exp(-YEARS / 6), "ramp": np.minimum(1, YEARS / 10), "margin": 1 - np.exp(-(YEARS + 1) / 6),
             "pipeline": PIPELINE, "filings": np.floor(5 * 1.02 ** YEARS)}
LOST_P = .015


def annuity(q, n):
    return jnp.where(q == 1, n, (1 - q ** n) / (1 - q))


def plus(x):
    return jnp.maximum(x, 0)


def clamp(x):
    return jnp.clip(x, 0, 1)


def uniform(key, n):
    return jax.random.uniform(key, (n,), dtype=jnp.float64)


def stirling(k):
    k1 = 1 / (k + 1)
    return (1 / 12 - (1 / 360 - k1 * k1 / 1260) * k1 * k1) * k1


def binomial(key, n, p):
    """Inversion where 10 or fewer are expected, else transformed rejection (Hoermann 1993): twice as fast as jax.random.binomial."""
    few, many = jax.random.split(key)
    mean, ratio = n * p, p / (1 - p)
    small = mean < 10
    m = jnp.where(small, n, 0)
    u = uniform(few, len(n))
    chance = jnp.exp(m * np.log1p(-p))
    below, count = chance, jnp.zeros_like(n)
    for k in range(1, 45):  # 10 or fewer expected: beyond this, less than 1e-15
        count += u > below
        chance = chance * (m - (k - 1)) * (ratio / k)
        below += chance
    count = jnp.minimum(count, m)

    spread = jnp.sqrt(mean * (1 - p))
    b = 1.15 + 2.53 * spread
    a = -.0873 + .0248 * b + .01 * p
    narrow, alpha, mode = .92 - 4.2 / b, (2.83 + 5.1 / b) * spread, jnp.floor((n + 1) * p)
    at_mode = (mode + .5) * jnp.log((mode + 1) / (ratio * (n - mode + 1))) + stirling(mode) + stirling(n - mode)

    def again(state):
        return jnp.any(state[1])

    def attempt(state):
        key, open_, result = state
        key, one, two = jax.random.split(key, 3)
        u, v = uniform(one, len(n)) - .5, uniform(two, len(n))
        us = .5 - jnp.abs(u)
        k = jnp.floor((2 * a / us + b) * u + mean + .5)
        inside = (k >= 0) & (k <= n)
        safe = jnp.clip(k, 0, n)
        bound = (at_mode + (n + 1) * jnp.log((n - mode + 1) / (n - safe + 1)) + (safe + .5) * jnp.log(ratio * (n - safe + 1) / (safe + 1))
                 - stirling(safe) - stirling(n - safe))
        good = (us >= .07) & (v <= narrow) | inside & (jnp.log(v * alpha / (a / (us * us) + b)) <= bound)
        return key, open_ & ~good, jnp.where(open_ & good, safe, result)

    return lax.while_loop(again, attempt, (many, ~small, count))[2]


def rate_of_return(flows, final):
    """Newton's method within a bracket, all draws at once."""
    def value(i):
        v = 1 / (1 + i)
        total, slope = flows[T - 1], jnp.zeros_like(i)
        for t in range(T - 2, -1, -1):
            slope = slope * v + total
            total = total * v + flows[t]
        root, last = jnp.sqrt(v), final * v ** 19
        return -2000 + root * total + last * v, (.5 * total / root + root * slope + 20 * last) * v * v

    low, high = jnp.full_like(final, -.5), jnp.full_like(final, 1.0)
    at_low, at_high = value(low)[0] <= 0, value(high)[0] >= 0

    def step(state):
        i, low, high, _, k = state
        worth, slope = value(i)
        low, high = jnp.where(worth > 0, i, low), jnp.where(worth > 0, high, i)
        new = i + worth / slope
        new = jnp.where((new > low) & (new < high), new, (low + high) / 2)
        new = jnp.where(worth == 0, i, new)
        moved = jnp.where(at_low | at_high, 0, jnp.abs(new - i))
        return new, low, high, jnp.max(moved), k + 1

    i = lax.while_loop(lambda s: (s[3] > 1e-12) & (s[4] < 80), step, (jnp.full_like(final, .02), low, high, jnp.array(1.0), 0))[0]
    return jnp.where(at_low, -.5, jnp.where(at_high, 1.0, i))


def outputs(x, noise_of, given, chip_vol=.12, price_vol=.15, core_vol=.08):
    """x: {name: (n,)}; noise_of(period's numbers, what was scanned over) gives a function name, argument -> (n,)."""
    n = len(x["wacc"])
    zero = jnp.zeros(n)
    life = x["life"]
    cap = jnp.maximum(x["launch_cap"], 50)
    stack = 41.6 / 16.5 * x["model_capture"]
    win = .70 * stack > 1
    own = jnp.where(win, .50, .10)
    m = (1 - own) + .70 * own * stack
    e, r, down = x["erosion"], x["wacc"], x["price_trend"]
    keep = 1 - x["attrition"]
    q_o, q_g, phi = (1 - e) * keep * (1 - down) / (1 + r), (1 - e) * (1 - down) / (1 + r), np.exp(-1 / 3)
    h = (1 + r) ** -.5
    a_o, a_op, a_ok = annuity(q_o, life), annuity(q_o * phi, life), annuity(keep / (1 + r), life)
    a_g, a_gp, a_r = annuity(q_g, life), annuity(q_g * phi, life), annuity(1 / (1 + r), life)
    shell_share = a_r / annuity(1 / (1 + r), 20)
    whole = jnp.floor(x["permit_delay"] + 1)
    part = x["permit_delay"] + 1 - whole
    whole = whole.astype(jnp.int32)
    growth, learning, last_life = jnp.log1p(x["launch_growth"]), jnp.log2(1 - x["launch_lr"]), (1 - e) ** life

    def of_life(past):  # past[k]: k + 1 periods ago
        return jnp.where(life == 4, past[3], jnp.where(life == 5, past[4], jnp.where(life == 6, past[5], past[6])))

    def period(s, now):
        p, scanned = now
        z = noise_of(p, scanned)
        t = p["t"]
        first = t == 0
        age = plus(t + 1 - x["t_launch"])
        on = jnp.minimum(age, 1)
        cadence = cap / (1 + (cap / 25 - 1) * jnp.exp(-growth * age))
        flights = jnp.floor(on * cadence * (1 - .5 * z("standdown")))
        good = flights - z("lost", flights)
        mass = jnp.maximum(10, x["mass_kw"] * jnp.exp(np.log(.97) * age))
        launch_gw = plus(.85 * good - 30) * x["payload"] / mass / 1000
        kg = jnp.maximum(60, x["kg_cost"] * (s["c"] / 25) ** learning)
        factory = on * .25 * jnp.exp(5 * x["array_growth"] * (1 - jnp.exp(-age / 5)))
        bus = jnp.maximum(2.5, x["bus_cost"] * p["bus_fall"] * (jnp.maximum(s["built"], .25) / .25) ** np.log2(.85))
        base = jnp.where(first, 1, s["base"] * (1.06 + (x["chip_growth"] - .06) * p["fade4"]))
        load = jnp.where(first, 45, s["load"] * (1.04 + (x["market_growth"] - .04) * p["fade5"]))
        fab = x["tera_works"] * x["tera_cap"] * clamp((t + 1 - x["tera_delay"]) / 4)
        chips = base * jnp.exp(z("chip_noise") - chip_vol ** 2 / 2) + fab
        hw = x["hw_cost"] * s["hw_power"] * (1 - .25 * fab / chips)
        plan = jnp.maximum(20, 6 * x["tera_cap"]) * (.5 + .5 * x["tera_works"]) / 4 * plus(
            jnp.minimum(t + 1, x["tera_delay"]) - jnp.maximum(t, x["tera_delay"] - 4))
        depth = (1 + (s["fleet_g"] + s["fleet_o"]) / load) ** (-1 / 1.2)
        trend = x["price_lr"] * s["trend_power"] * (1 + x["earth_rent"] * p["ramp"]) * depth
        premium = x["scarcity"] * p["fade3"]
        swing, var = .65 * s["swing"] + z("price_noise"), .4225 * s["var"] + price_vol ** 2
        price = trend * (1 + premium) * jnp.exp(swing - var / 2)
        unit = (hw + bus + kg * mass / 1000) * jnp.where(flights > 0, jnp.maximum(1, flights / jnp.maximum(1, good)), 1)
        npv_o = h * (.94 * m * trend * x["orbit_discount"] * (a_o + premium * a_op) - .8 * p["cpi"] * a_ok) - unit
        npv_g = h * (.94 * m * trend * .90 * (a_g + premium * a_gp) - 2.2 * p["cpi"] * a_r) - hw
        go_o, go_g = npv_o > 0, npv_g > 0
        approved = lax.dynamic_update_index_in_dim(s["approved"], .5 * z("approvals", npv_g > 14 * p["cpi"] * shell_share), p["row"] + 2, 0)
        k = p["row"] - whole + 2  # row of the history, which begins at t = -2
        then = jnp.take_along_axis(approved, jnp.maximum(k, 0)[None], axis=0)[0]
        before = jnp.take_along_axis(approved, jnp.maximum(k - 1, 0)[None], axis=0)[0]
        ready = (1 - part) * then + part * before + p["pipeline"]
        spend = jnp.where(go_o | go_g, plan, 0)
        cash = plus(45 + .9 * plus(s["cashflow"]) - 14 * p["cpi"] * ready - spend)
        retired = of_life(s["ground"])
        available = s["shell"] + ready + retired
        ground = jnp.where(go_g, jnp.minimum(jnp.minimum(available, chips), cash / hw), 0)
        chips_left, cash_left = plus(chips - ground), plus(cash - ground * hw) / unit
        room = jnp.minimum(jnp.minimum(launch_gw, factory), jnp.minimum(chips_left, cash_left))
        queue = jnp.where(room == launch_gw, 1.0, jnp.where(room == factory, 2.0, jnp.where(room == chips_left, 3.0, 4.0)))
        orbit = jnp.where(go_o, room, jnp.minimum(jnp.where((age > 0) & (age <= 6), .20, 0), room))
        survive = keep * (1 - z("storm") * z("severity"))
        alive = s["alive"][0] * survive
        gone = of_life(s["orbit"]) * alive / of_life(s["alive"])
        fleet_o = plus(s["fleet_o"] * survive + orbit - gone)
        earn_o = plus(s["earn_o"] * survive * (1 - e) + orbit - gone * last_life)
        fleet_g = plus(s["fleet_g"] + ground - retired)
        earn_g = plus(s["earn_g"] * (1 - e) + ground - retired * last_life)
        wholesale = price * (jnp.where(first, .45, .90) * (earn_g - ground / 2) + x["orbit_discount"] * (earn_o - orbit / 2))
        own_rev = own * stack * wholesale
        compute = (1 - own) * wholesale + own_rev
        rd = jnp.where(first, 5.1, s["rd"] * jnp.where(win & (t <= 8), 1.10, 1.03))
        ebitda = .94 * compute - p["cpi"] * (2.2 * (fleet_g - ground / 2) + .8 * (fleet_o - orbit / 2)) - .30 * own_rev - rd
        capex = 14 * p["cpi"] * ready + spend + hw * ground + unit * orbit
        tax = .23 * plus(ebitda - capex - s["nol"])
        core = s["core"] * (1.035 + (x["core_growth"] - .035) * p["fade6"]) * jnp.exp(z("core_noise") - core_vol ** 2 / 2)
        core_fcf = core * x["core_margin"] * p["margin"]
        fcf = core_fcf + ebitda - capex - tax
        upkeep = fleet_g * hw / life + fleet_o * unit / life + fleet_g * 14 * p["cpi"] / 20
        total = s["total"] + fcf
        state = {
            "c": s["c"] + flights, "built": s["built"] + orbit, "base": base, "load": load, "hw_power": s["hw_power"] * (1 + x["hw_trend"]),
            "trend_power": s["trend_power"] * (1 - down), "swing": swing, "var": var, "approved": approved, "cashflow": ebitda + core_fcf,
            "shell": available - ground, "ground": (ground, *s["ground"][:6]), "orbit": (orbit, *s["orbit"][:6]), "alive": (alive, *s["alive"][:6]),
            "fleet_o": fleet_o, "earn_o": earn_o, "fleet_g": fleet_g, "earn_g": earn_g, "rd": rd, "nol": plus(s["nol"] - (ebitda - capex)),
            "core": core, "core_fcf": core_fcf, "total": total, "deepest": jnp.minimum(s["deepest"], total),
            "first": jnp.minimum(s["first"], jnp.where(fcf > 0, 2026 + t, 2046)), "last": jnp.where(total < 0, 2026 + t, s["last"]),
            "value": s["value"] + fcf * s["discount"], "core_value": s["core_value"] + core_fcf * s["discount"], "discount": s["discount"] / (1 + r),
            "profit": s["profit"] + jnp.where(t >= 17, ebitda - upkeep, 0)}
        return state, (core + compute, fcf, price, flights, fleet_g, fleet_o, jnp.where(go_o, queue, 0))

    start = {"c": zero + 25, "built": zero, "base": zero + 1, "load": zero + 45, "hw_power": zero + 1, "trend_power": zero + 1, "swing": zero,
             "var": jnp.array(0.0), "approved": jnp.zeros((T + 2, n)), "cashflow": zero + 6.6, "shell": zero,
             "ground": (zero + .7, zero + .3, zero, zero, zero, zero, zero), "orbit": (zero,) * 7, "alive": (zero + 1,) * 7,
             "fleet_o": zero, "earn_o": zero, "fleet_g": zero + 1, "earn_g": .7 + .3 * (1 - e), "rd": zero, "nol": zero + 10, "core": zero + 18.67,
             "core_fcf": zero, "total": zero, "deepest": zero, "first": zero + 2046, "last": zero + 2025, "value": zero, "core_value": zero,
             "discount": h, "profit": zero}
    s, series = lax.scan(period, start, ({k: jnp.asarray(v) for k, v in BY_PERIOD.items()}, given))
    tv_core = s["core_fcf"] * 1.025 / (r - .025)
    final = plus(1.025 * .77 * s["profit"] / 3) / r + tv_core
    end = (1 + r) ** -20.0
    ev, core_ev = s["value"] + final * end, s["core_value"] + tv_core * end
    scalars = (ev, core_ev, ev - core_ev, rate_of_return(series[1], final), -s["deepest"], s["first"], 1 + s["last"])
    return dict(zip(SCALARS, scalars)), dict(zip(SERIES, series))


@jax.jit
def given_draws(x, noise, chip_vol, price_vol, core_vol):
    return outputs(x, lambda p, z: lambda name, argument=None: z[name], noise, chip_vol, price_vol, core_vol)


def own_draws(key, n, tables):
    """(inputs (30, n), scalars, series) of n draws."""
    keys = jax.random.split(key, 4)
    scores = jnp.asarray(FACTOR) @ jax.random.normal(keys[0], (28, n), dtype=jnp.float64)
    where = (jnp.clip(scores[:25], LOWEST, -LOWEST) - LOWEST) / STEP
    node = where.astype(jnp.int32)
    low = jnp.take_along_axis(tables, node, axis=1)
    x = dict(zip(NAMES, low + (where - node) * (jnp.take_along_axis(tables, node + 1, axis=1) - low)))
    for k, name in enumerate(NAMES[25:28]):
        x[name] = jnp.exp(LOGS[k, 0] + LOGS[k, 1] * scores[25 + k])
    u = uniform(keys[1], n)
    x["life"] = jnp.where(u < .20, 4.0, jnp.where(u < .65, 5.0, jnp.where(u < .90, 6.0, 7.0)))
    x["tera_works"] = jnp.where(uniform(keys[2], n) < .55, 1.0, 0.0)

    def noise_of(p, key):
        k = jax.random.split(key, 6)
        normals = jax.random.normal(k[0], (3, n), dtype=jnp.float64)
        u = jax.random.uniform(k[1], (3, n), dtype=jnp.float64)

        def approvals(start):  # 5 to 7 filings, each with its own uniform
            v = jax.random.uniform(k[2], (7, n), dtype=jnp.float64)
            return jnp.where(start, ((v >= x["veto"]) & (jnp.arange(7)[:, None] < p["filings"])).sum(axis=0), 0).astype(jnp.float64)

        def noise(name, argument=None):
            return {"chip_noise": lambda: .12 * normals[0], "price_noise": lambda: .15 * normals[1], "core_noise": lambda: .08 * normals[2],
                    "standdown": lambda: jnp.where(u[0] < .07, 1.0, 0.0), "storm": lambda: jnp.where(u[1] < .02, 1.0, 0.0),
                    # beta(2, 10): the second least of 11 uniforms, one after the other by their spacings
                    "severity": lambda: second_least(u[2], k[4], n), "lost": lambda: binomial(k[3], argument, LOST_P),
                    "approvals": lambda: approvals(argument)}[name]()
        return noise

    scalars, series = outputs(x, noise_of, jax.random.split(keys[3], T))
    return jnp.stack([x[name] for name in NAMES]), scalars, series


def second_least(u, key, n):
    """Of 11 uniforms: the least is 1 - u^(1/11), the next splits what is left as the least of 10."""
    least = 1 - u ** (1 / 11)
    return least + (1 - least) * (1 - uniform(key, n) ** (1 / 10))


def simulate(x, z, chip_vol=.12, price_vol=.15, core_vol=.08):
    """Outputs of given inputs {name: (n,)} and noise {name: (n, 20)}: {scalar: (n,), series: (20, n)}."""
    scalars, series = given_draws({name: jnp.asarray(v, dtype=jnp.float64) for name, v in x.items()},
                                  {name: jnp.asarray(z[name].T, dtype=jnp.float64) for name in NOISE}, chip_vol, price_vol, core_vol)
    return {name: np.asarray(v) for name, v in {**scalars, **series}.items()}


COMPILED = {}


def compiled(chunk):
    if chunk not in COMPILED:
        tables = jnp.asarray(pert_tables())
        COMPILED[chunk] = jax.jit(lambda key, chunk=chunk: own_draws(key, chunk, tables))
    return COMPILED[chunk]


def draw(n, seed, chunk=4096, threads=os.cpu_count()):
    """Inputs {name: (n,)} and outputs of n draws, in the host's memory."""
    function, chunks = compiled(chunk), -(-n // chunk)
    keys = jax.random.split(jax.random.key(seed), chunks)
    inputs = np.empty((30, n))
    out = {name: np.empty(n) for name in SCALARS} | {name: np.empty((T, n)) for name in SERIES}

    def one(k):
        x, scalars, series = function(keys[k])
        at = slice(k * chunk, min(n, (k + 1) * chunk))
        inputs[:, at] = np.asarray(x)[:, :at.stop - at.start]
        for name, values in (*scalars.items(), *series.items()):
            out[name][..., at] = np.asarray(values)[..., :at.stop - at.start]

    one(0)  # compiled once, not by every thread
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(1, chunks)))
    return dict(zip(NAMES, inputs)), out


def draw_on_device(n, seed, chunk):
    function, chunks = compiled(chunk), n // chunk
    parts = [function(key) for key in jax.random.split(jax.random.key(seed), chunks)]
    inputs = jnp.concatenate([p[0] for p in parts], axis=1)
    columns = {name: jnp.concatenate([p[1][name] for p in parts]) for name in SCALARS}
    columns |= {name: jnp.concatenate([p[2][name] for p in parts], axis=1) for name in SERIES}
    return inputs, jax.block_until_ready(columns)


def work(args, draws, seed):
    start = time.perf_counter()
    if args.platform == "gpu":
        import summaries_jax
        inputs, columns = draw_on_device(draws, seed, min(args.chunk, draws))
        drawing = time.perf_counter() - start
        return drawing, summaries_jax.summarise(columns, SCALARS, {"queue": len(QUEUES)}, inputs, NAMES, TARGETS)
    inputs, columns = draw(draws, seed, args.chunk, args.threads)
    drawing = time.perf_counter() - start
    return drawing, summaries.summarise(columns, SCALARS, {"queue": len(QUEUES)}, inputs, TARGETS, args.threads)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--chunk", type=int, default=4096)
    parser.add_argument("--platform", choices=("cpu", "gpu"), default="cpu")
    jax.config.update("jax_platforms", "cuda" if parser.parse_known_args()[0].platform == "gpu" else "cpu")
    peer.main(parser, work, {"peer": "JAX", "versions": peer.versions("jax", "jaxlib", "numpy", "scipy")})
