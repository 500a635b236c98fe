"""test_constructs_members.py - tables, members, slices, cells and both indexes of the language against NumPy, draw by draw."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from constructs import draws, error, measured, replay, run_all, same  # noqa: E402

TABLE = "table site  low  high  refusal\n  memphis  0.6  1.5  5%\n  texas  1.0  3.0  10%\n  virginia  0.5  1.5  35%\n  nordics  2_000  3k  -1\n"
SITES = ["memphis", "texas", "virginia", "nordics"]
LOW, HIGH = np.array([0.6, 1, 0.5, 2000]), np.array([1.5, 3, 1.5, 3000])
YEARS = "period year 2026 to 2029\nmember segment: small, large, huge\n"
SEGMENTS = ["small", "large", "huge"]


def test_table_columns():
    body = TABLE + ('column low "power at full build, low [GW]" from "filings"\nx[site] ~ uniform(low, high)\nsize[site] = x[site] * low + high\noutput size[site]\noutput a = low[texas] + high[nordics]\n'
                    "output b = sum(low)\noutput c = sum(high[texas..nordics])\noutput e = highest(refusal) - mean(low[memphis..virginia])\noutput f = lowest(x)\noutput g[site] = refusal\n"
                    "output h = x[virginia] - low[virginia]\noutput i[site] = x[site] / sum(x)\n")
    d = draws(body)
    x = d.series("x")
    assert (x >= LOW).all() and (x <= HIGH).all()
    same(d.series("size"), x * LOW + HIGH)
    same(d["a"], 3001.0)
    same(d["b"], LOW.sum(), rtol=1e-15)
    same(d["c"], 3004.5)
    same(d["e"], 0.35 - 0.7, rtol=1e-14)
    same(d["f"], x.min(axis=1))
    same(d.series("g"), [0.05, 0.1, 0.35, -1])
    same(d["h"], x[:, 2] - 0.5)
    same(d.series("i"), x / x.sum(axis=1)[:, None], rtol=1e-15)
    assert "low" in error(TABLE + "output a = low * 2\n")


def test_slices_cells_and_members():
    d = draws(TABLE + "x[site] ~ normal(0, 1)\ny[site] = x[site]\ny[texas..virginia] = 10\ny[virginia] = 20\noutput y[site]\nz[memphis] = 1\nz[texas] = x[texas]\n"
              "z[virginia..nordics] = 3, 4\noutput z[site]\nw[site] ~ uniform(0, 1)\nw[texas] = 5\noutput a = sum(w)\nv[site] = 1\nv[texas] ~ normal(100, 1)\noutput b[site] = v[site]\noutput c = mean(x[memphis..texas]) + highest(x[texas..nordics]) * lowest(x[virginia..virginia])\n")
    x = d.series("x")
    one = np.ones(300)
    same(d.series("y"), np.stack([x[:, 0], 10 * one, 20 * one, x[:, 3]], axis=1))
    same(d.series("z"), np.stack([one, x[:, 1], 3 * one, 4 * one], axis=1))
    same(d["a"], d["w", "memphis"] + 5 + d["w", "virginia"] + d["w", "nordics"], rtol=1e-15)
    same(d["c"], x[:, :2].mean(axis=1) + x[:, 1:].max(axis=1) * x[:, 2], atol=1e-15)
    same(d.series("b"), np.stack([one, d["v", "texas"], one, one], axis=1))
    assert abs(d["v", "texas"].mean() - 100) < 0.5
    for wrong in ("y[site] = 1\ny[texas] = 2\ny[texas] = 3\noutput y[site]\n", "y[site] = 1\ny[memphis..texas] = 2\ny[texas..nordics] = 3\noutput y[site]\n", "y[memphis] = 1\noutput y[site]\n",
                  "y[site] = 1\noutput a = y[paris]\n", "y[site] = 1\noutput a = sum(y[texas..memphis])\n", "y[site] = 1\noutput a = y\n", "y = 1\noutput a = y[texas]\n"):
        assert "error" in error(TABLE + wrong)


def test_both_indexes():
    d = draws(YEARS + "x[segment, t] ~ normal(0, 1)\ny[segment, t] = y[segment, t-1] * 1.2 + x[segment, t]\ny[segment, 2025] = 5\ny[large, 2027] = 9\ny[huge, 2028..2029] = 1, 2\noutput y[segment, t]\n"
              "output all[t] = sum(y[segment, t])\noutput part[t] = sum(y[small..large, t])\noutput top[t] = highest(y[segment, t])\noutput whole[segment] = sum(y[segment])\n"
              "output some[segment] = sum(y[segment, 2027..2028])\noutput cell = y[large, 2026] + y[small, 2025]\noutput first_up[segment] = first(t where y[segment] > 6, else -1)\n"
              "output worth[segment] = npv(10%, y[segment], mid, final: 3)\noutput before[segment, t] = y[segment, t-1]\noutput queue[segment, t] = sum(y[small..segment, t])\n"
              "output behind[segment, t] = sum(y[segment..huge, t])\noutput year_28 = sum(y[segment, 2028])\noutput flat = sum(y[small])\n")
    y = np.zeros((300, 3, 5))
    y[:, :, 0] = 5
    for m, name in enumerate(SEGMENTS):
        x = d.series("x", name)
        for t in range(4):
            y[:, m, t + 1] = y[:, m, t] * 1.2 + x[:, t]
            if name == "large" and t == 1:
                y[:, m, t + 1] = 9
            if name == "huge" and t >= 2:
                y[:, m, t + 1] = t - 1
    long, y = y, y[:, :, 1:]
    for m, name in enumerate(SEGMENTS):
        same(d.series("y", name), y[:, m])
        same(d.series("before", name), long[:, m, :4])
        same(d.series("queue", name), np.cumsum(y, axis=1)[:, m], atol=1e-14)
        same(d.series("behind", name), y[:, m:].sum(axis=1), atol=1e-14)
        same(d["first_up", name], np.where((y[:, m] > 6).any(axis=1), (y[:, m] > 6).argmax(axis=1), -1))
        same(d["worth", name], (y[:, m] * 1.1 ** -(np.arange(4) + 0.5)).sum(axis=1) + 3 * 1.1 ** -4.0, rtol=1e-13, atol=1e-13)
        same(d["some", name], y[:, m, 1] + y[:, m, 2])
        same(d["whole", name], y[:, m].sum(axis=1), atol=1e-14)
    same(d.series("all"), y.sum(axis=1), atol=1e-14)
    same(d.series("part"), y[:, 0] + y[:, 1])
    same(d.series("top"), y.max(axis=1))
    same(d["cell"], y[:, 1, 0] + 5)
    same(d["year_28"], y[:, :, 2].sum(axis=1), atol=1e-14)
    same(d["flat"], y[:, 0].sum(axis=1), atol=1e-14)
    assert "sum over which?" in error(YEARS + "y[segment, t] = 1\noutput a = sum(y)\n")


def test_whole_series_of_a_member():
    d = draws(YEARS + "added[segment, t] ~ uniform(0, 1)\nkeep[t] = 0.9 ^ t\noutput base[segment, t] = convolve(added[segment], keep)[t]\noutput run[segment, t] = cumulative(added[segment])[t]\n"
              "wait[segment] ~ uniform(0, 3)\nx[segment, t] = added[segment, t]\nx[segment, ..2025] = 4\noutput late[segment, t] = delay(x[segment], wait[segment])[t]\n"
              "output share[segment, t] = added[segment, t] / sum(added[small..huge, t])\noutput norm[segment, t] = added[segment, t] / sum(added[segment])\n"
              "output rate[segment] = irr(added[segment], end, upfront: -1.5, between: -90%, 300%)\n")
    for name in SEGMENTS:
        added, wait = d.series("added", name), d["wait", name]
        same(d.series("base", name), np.stack([sum(added[:, t - k] * 0.9 ** k for k in range(t + 1)) for t in range(4)], axis=1), rtol=1e-14)
        same(d.series("run", name), np.cumsum(added, axis=1), rtol=1e-14)
        same(d.series("norm", name), added / added.sum(axis=1)[:, None], rtol=1e-15)
        same(d.series("share", name), added / sum(d.series("added", other) for other in SEGMENTS), rtol=1e-15)
        k = np.floor(wait).astype(int)
        f = wait - k
        long = np.concatenate([np.full((300, 8), 4.0), added], axis=1)
        row = np.arange(300)
        same(d.series("late", name), np.stack([(1 - f) * long[row, 8 + t - k] + f * long[row, 7 + t - k] for t in range(4)], axis=1), rtol=1e-15)
        rate = d["rate", name]
        worth = -1.5 + sum(added[:, t] * (1 + rate) ** -(t + 1.0) for t in range(4))
        inside = (rate > -0.9) & (rate < 3)
        assert inside.sum() > 200 and (np.abs(worth[inside]) < 1e-9).all()


def test_slices_over_members_and_periods():
    d = draws(YEARS + "f[segment, t] = 1\nf[small..large, 2027..2028] = 0.7\nf[large, 2028] = 0.1\noutput f[segment, t]\ng[segment, t] = t\ng[huge, 2026..2029] = 5, 6, 7, 8\noutput g[segment, t]\n")
    same(d.series("f", "small"), [1, 0.7, 0.7, 1])
    same(d.series("f", "large"), [1, 0.7, 0.1, 1])
    same(d.series("f", "huge"), [1, 1, 1, 1])
    same(d.series("g", "huge"), [5, 6, 7, 8])
    same(d.series("g", "large"), [0, 1, 2, 3])


def test_which_member():
    d = draws(YEARS + "x[segment, t] ~ discrete(0: 40%, 1: 30%, 2: 30%)\nworth[segment] = sum(x[segment])\noutput best = largest(worth[segment])\noutput worst = smallest(worth[segment])\n"
              "output leader[t] = largest(x[segment, t])\noutput named = smallest(small: worth[small], rest: worth[large] + worth[huge])\noutput is_small = best == \"small\"\n")
    x = np.stack([d.series("x", name) for name in SEGMENTS], axis=1)
    worth, names = x.sum(axis=2), np.array(SEGMENTS)
    assert (d["best"] == names[worth.argmax(axis=1)]).all()  # argmax takes the first of equals
    assert (d["worst"] == names[worth.argmin(axis=1)]).all()
    same(d["is_small"], worth.argmax(axis=1) == 0)
    for t in range(4):
        assert (d["leader", 2026 + t] == names[x[:, :, t].argmax(axis=1)]).all()
    assert (d["named"] == np.where(worth[:, 0] <= worth[:, 1] + worth[:, 2], "small", "rest")).all()


def test_several_indexes():
    d = draws("member a: p, q\nmember b: r, s, u\nx[a] ~ normal(0, 1)\ny[b] ~ normal(0, 1)\noutput v[a] = x[a] * sum(y)\noutput w[b] = y[b] - highest(x) + x[q]\noutput z = sum(v) * sum(w)\n")
    x, y = d.series("x"), d.series("y")
    same(d.series("v"), x * y.sum(axis=1)[:, None], rtol=1e-15)
    same(d.series("w"), y - x.max(axis=1)[:, None] + x[:, 1:])
    same(d["z"], d.series("v").sum(axis=1) * d.series("w").sum(axis=1), rtol=1e-15)


def test_given_of_series_and_members():
    body = YEARS + ("x[segment, t] ~ normal(0, 1)\nok[t] = sum(x[segment, t]) > 0\nfine[segment] = sum(x[segment]) > 0\noutput a[t] = x[small, t] given ok[t]\noutput b[segment] = sum(x[segment]) given fine[segment]\n"
                    "output c[segment, t] = x[segment, t] given fine[segment] and ok[t]\noutput e[t] = x[huge, t] given fine[huge] targets 0\n")
    d, result = draws(body, n=2000), measured(body)
    x = np.stack([d.series("x", name) for name in SEGMENTS], axis=1)
    ok, fine = x.sum(axis=1) > 0, x.sum(axis=2) > 0
    for t in range(4):
        label = str(2026 + t)
        assert abs(result["a", label]["given_share"] - ok[:, t].mean()) < 1e-12
        assert abs(result["a", label]["mean"] - x[ok[:, t], 0, t].mean()) < 1e-13
        assert abs(result["e", label]["targets"][0]["probability"] - (x[fine[:, 2], 2, t] > 0).mean()) < 1e-12
        for m, name in enumerate(SEGMENTS):
            holds = ok[:, t] & fine[:, m]
            assert abs(result["c", name, label]["mean"] - x[holds, m, t].mean()) < 1e-13
    for m, name in enumerate(SEGMENTS):
        assert abs(result["b", name]["given_share"] - fine[:, m].mean()) < 1e-12


def test_replay_tells_what_draws_do():
    body = YEARS + "x[segment, t] ~ normal(0, 1)\ny[segment] = sum(x[segment])\nz[t] = sum(x[segment, t])\noutput a = sum(y)\noutput w = largest(y[segment])\n"
    d = draws(body, n=20)
    for number in (0, 7, 19):
        found = replay(body, number)
        assert found["a"] == d["a"][number] and found["w"] == d["w"][number]
        for name in SEGMENTS:
            assert (found[f"x[{name}]"] == d.series("x", name)[number]).all()
            same(found[f"y[{name}]"], d.series("x", name)[number].sum(), atol=1e-15)
        same(found["z"], sum(d.series("x", name)[number] for name in SEGMENTS), atol=1e-15)


if __name__ == "__main__":
    run_all(globals())
