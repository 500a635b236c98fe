"""terrestrial_numpy.py - terrestrial_dc written from its mathematics, draw by draw over months: an oracle."""
# SPDX-License-Identifier: Apache-2.0
import numpy as np

MONTHS = 168


def simulate(x, noise, hit, spot_vol=0.2):
    """x: {input: (n,)}; noise, hit: (n, 168). Returns {npv, irr, delay: (n,), online, flow, spot: (n, 168)}; irr and delay count where x["refused"] is 0."""
    n = len(x["wacc"])
    built = x["permit"] + 18 * x["time_overrun"]
    grid = np.maximum(x["grid_wait"], x["permit"])
    bridge = np.maximum(x["bridge_wait"], x["permit"] + 6)
    slot = 24 + x["chip_slip"]
    chips_from = np.minimum(np.maximum(built - 6, slot), slot + 12)
    t = np.arange(MONTHS)[None, :]
    elapsed = t + 1.0
    halls = np.clip((elapsed - built[:, None] + 6) / 6, 0, 1)
    chips = np.clip((elapsed - chips_from[:, None]) / 6, 0, 1)
    on_grid = elapsed >= grid[:, None]
    power = np.where(on_grid, 1, np.where(elapsed >= bridge[:, None], x["bridge_share"][:, None], 0))
    online = np.minimum(np.minimum(halls, chips), power)
    half = online >= 0.5
    cod = np.where(half.any(axis=1), half.argmax(axis=1), MONTHS)
    late = cod + 1 - 30
    spot = np.empty((n, MONTHS))
    last = x["price0"]
    for month in range(MONTHS):
        last = last * np.exp(np.log(1 - x["price_decline"]) / 12 - spot_vol ** 2 / 24 + spot_vol / np.sqrt(12) * noise[:, month])
        spot[:, month] = last
    at_cod = spot[np.arange(n), np.minimum(cod, MONTHS - 1)]
    contract = np.where((late > 12) & (cod < MONTHS), np.minimum(x["price0"], at_cod), x["price0"])
    leaving = (hit > 0) & (t > cod[:, None]) & (t < cod[:, None] + 60)
    leaves = np.where(leaving.any(axis=1), leaving.argmax(axis=1), 9999)[:, None]
    void = (leaves <= t) & (t < leaves + 6)
    inside = (t < cod[:, None] + 60) & (t < leaves)
    price = np.where(void, 0, np.where(inside, np.where(t >= cod[:, None], contract[:, None], x["price0"][:, None]), spot))
    use = np.where(inside, .98, .80)
    live = t < cod[:, None] + 72
    running = np.where(live, online, 0)
    revenue = running * 430_000 * 730 * price * use / 1e9
    energy = running * 1000 * 730 * .85 * x["power_price"][:, None] * np.where(on_grid, 1, 1.4) / 1e9
    margin = np.maximum(revenue - energy, 0) - np.where(live, 1.30 / 12 * halls, 0)
    shell = 13 * x["cost_overrun"]
    building = shell[:, None] * np.maximum(0, np.minimum(elapsed, built[:, None]) - np.maximum(t, x["permit"][:, None])) / (built - x["permit"])[:, None]
    racks = x["hw_cost"][:, None] * np.diff(chips, axis=1, prepend=0)
    turbines = np.where((t < bridge[:, None]) & (bridge[:, None] <= elapsed) & (grid > bridge)[:, None], 2 * x["bridge_share"][:, None], 0)
    capex = building + racks + turbines + np.where(t == 0, .15, 0)
    sale = np.where(t == np.minimum(cod + 72, 167)[:, None], (x["exit_share"] * shell)[:, None], 0)
    refused = x["refused"][:, None] > 0
    flow = np.where(refused, np.where(t == 0, -0.50, 0), margin - capex + sale)

    def value(rate):
        return (flow * (1 + rate)[:, None] ** (-elapsed / 12)).sum(axis=1)

    low, high = np.full(n, -.9), np.full(n, 1.5)
    at_low, at_high = value(low) <= 0, value(high) >= 0
    for _ in range(60):
        mid = (low + high) / 2
        up = value(mid) > 0
        low, high = np.where(up, mid, low), np.where(up, high, mid)
    irr = np.where(at_low, -.9, np.where(at_high, 1.5, (low + high) / 2))
    return {"npv": value(x["wacc"]), "irr": irr, "delay": late.astype(float), "online": online, "flow": flow, "spot": spot}
