"""portfolio_numpy.py - portfolio written from its mathematics, over quarters and sites: an oracle."""
# SPDX-License-Identifier: Apache-2.0
import numpy as np

SITES = ["memphis", "texas", "virginia", "nordics", "orbit"]
QUARTERS = 40
PLAN = [1, 1.5, 1.75, 1.5, .75]
PACE = [.30, .40, .25, .20, .15]
SHELL = [12, 13, 15, 14, 1]
UPKEEP = [2.4, 2.1, 2.3, 1.8, .8]


def simulate(x, z):
    """x: {name: (n,) or (n, 5)}; z: price_noise, chip_noise (n, 40), noise (n, 5, 40). Returns outputs by name."""
    n = len(x["wacc"])
    plan, pace, shell, upkeep = map(np.array, (PLAN, PACE, SHELL, UPKEEP))
    live = ((x["signed"] > 0) & (x["refused"] == 0)).astype(float)
    granted = 4 * x["permit"]
    opens = granted + 4 * plan * x["overrun"]
    life, failure, erosion, wacc = x["life"], x["failure"], x["erosion"], x["wacc"]
    q = (1 - failure) * (1 - erosion) * (1 - x["price_decline"]) / (1 + wacc)
    years = (1 - q ** life) / (1 - q)
    k = np.arange(QUARTERS)[None, :]
    keep = np.where(k < 4 * life[:, None], (1 - failure)[:, None] ** (k / 4), 0)
    earn = keep * (1 - erosion)[:, None] ** (k / 4) * np.where(k == 0, .5, 1)
    swing, local, working = np.zeros(n), np.zeros((n, 5)), np.zeros((n, 5))
    added = np.zeros((QUARTERS, n, 5))
    out = {name: np.zeros((QUARTERS, n)) for name in ("fleet", "revenue", "trailing", "queue", "short", "total", "open")}
    margins, cash, sales_all, working_all = [], [], np.zeros((n, 5)), np.zeros((QUARTERS, n, 5))
    for t in range(QUARTERS):
        y = t / 4
        halls = live * x["size"] * np.clip((t + 1 - opens) / 4, 0, 1)
        swing = .8 * swing + z["price_noise"][:, t]
        local = .7 * local + .04 * z["noise"][:, :, t]
        price = 10 * (x["rack_price"] * (1 - x["price_decline"]) ** y)[:, None] * x["rent"] * np.exp(swing[:, None] + local)
        chips = x["chip_start"] * (1 + x["chip_growth"]) ** y * np.exp(z["chip_noise"][:, t])
        cost = (x["hw_cost"] * .98 ** y)[:, None] + np.outer(x["orbit_cost"], [0, 0, 0, 0, 1])
        pays = years[:, None] * (price - upkeep) > cost
        orders = np.where(pays, np.minimum(np.maximum(0, halls - working), pace), 0)
        ordered = orders.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            served = np.where(ordered > chips, chips / ordered, 1)
        added[t] = orders * served[:, None]
        working = sum(added[t - j] * keep[:, j, None] for j in range(t + 1))
        earning = sum(added[t - j] * earn[:, j, None] for j in range(t + 1))
        sales = earning * price * .95 / 4
        margin = sales - working * upkeep / 4
        building = live * x["size"] * shell * np.maximum(0, np.minimum(t + 1, opens) - np.maximum(t, granted)) / (opens - granted)
        cash.append(margin - added[t] * cost - building - (.05 if t < 4 else 0))
        margins.append(margin)
        sales_all += sales
        working_all[t] = working
        out["fleet"][t], out["revenue"][t], out["short"][t] = working.sum(axis=1), sales.sum(axis=1), ordered > chips
        out["queue"][t] = np.where(ordered == 0, 0, np.where(ordered <= chips, 1, 2))
        out["trailing"][t] = out["revenue"][max(0, t - 3):t + 1].sum(axis=0)
        out["total"][t], out["open"][t] = cash[-1].sum(axis=1), (working > 0).sum(axis=1)
    value = sum(c * ((1 + wacc) ** -((t + .5) / 4))[:, None] for t, c in enumerate(cash))
    value += (x["exit_multiple"] * (1 + wacc) ** -10.0)[:, None] * sum(margins[36:40])
    first = np.where((out["fleet"] > 0).any(axis=0), (out["fleet"] > 0).argmax(axis=0), QUARTERS)
    return {"value": value, "portfolio": value.sum(axis=1), "peak_funding": np.maximum(0, -np.cumsum(out["total"], axis=0).min(axis=0)),
            "open_2030": out["open"][19], "chips_bind": out["short"].mean(axis=0), "first_rack": 2026 + first / 4,
            "best": sales_all.argmax(axis=1), "built": live.sum(axis=1), "fleet": out["fleet"].T, "trailing": out["trailing"].T,
            "queue": out["queue"].T, "working": working_all}
