"""test_constructs_series.py - periods, lags, delays, events, windows and whole series of the language against Python, draw by draw."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

import numpy as np
from scipy.optimize import brentq

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from constructs import draws, error, measured, replay, run_all, same  # noqa: E402

CALENDARS = {"year": ("2026 to 2031", 1, 0), "quarter": ("2026Q2 to 2028Q1", 4, 1), "month": ("2026-11 to 2028-02", 12, 10)}


def lagged(x, k, before=np.nan):
    """Column t is x[t-k], `before` where that is no period."""
    result = np.full_like(x, before)
    count = x.shape[1]
    if k >= 0:
        result[:, k:] = x[:, :count - k]
    else:
        result[:, :k] = x[:, -k:]
    return result


def test_calendar_names():
    for unit, (span, per_year, start) in CALENDARS.items():
        found = replay(f"period {unit} {span}\noutput a[t] = t\noutput b[t] = year\noutput c[t] = date\noutput g[t] = periods\noutput n = periods\n"
                       + ("" if unit == "year" else "output f[t] = quarter\n") + ("output e[t] = month\n" if unit == "month" else ""))
        count = len(found["a"])
        step = [start + i for i in range(count)]
        assert found["a"] == list(range(count)) and found["n"] == count and found["g"] == [count] * count, unit
        months = [k % per_year * (12 // per_year) + 1 for k in step]
        assert found["b"] == [2026 + k // per_year for k in step], unit
        assert found["c"] == [2026 + k // per_year + (k % per_year) / per_year for k in step], (unit, found["c"])
        assert found.get("e", months) == months, (unit, found["e"])
        assert unit == "year" or found["f"] == [k % per_year * (12 // per_year) // 3 + 1 for k in step], (unit, found["f"])
        assert count == {"year": 6, "quarter": 8, "month": 16}[unit]
    assert "there is no month" in error("period quarter 2026Q1 to 2026Q4\noutput a[t] = month\n")


def test_fixed_lags():
    for unit, before in [("year", ["2025", "2024", "2023", "2022", "2021"]), ("quarter", ["2026Q1", "2025Q4", "2025Q3", "2025Q2", "2025Q1"]),
                         ("month", ["2026-10", "2026-09", "2026-08", "2026-07", "2026-06"])]:
        body = f"period {unit} {CALENDARS[unit][0]}\nx[t] ~ normal(0, 1)\ny[t] = x[t] + 1\n"
        body += "".join(f"y[{label}] = {10 * (i + 1)}\n" for i, label in enumerate(before)) + "".join(f"output l{k}[t] = y[t-{k}]\n" for k in range(1, 6))
        body += "output lead[t] = if t < periods - 1 then y[t+1] else 0\noutput ahead[t] = if t < periods - 2 then y[t + 2] else -1\n"
        d = draws(body, n=20)
        y = d.series("x") + 1
        for k in range(1, 6):
            expected = lagged(y, k)
            for t in range(k):
                expected[:, t] = 10 * (k - t)
            same(d.series(f"l{k}"), expected, what=(unit, k))
        same(d.series("lead"), lagged(y, -1, 0))
        same(d.series("ahead"), lagged(y, -2, -1))


def test_missing_history_is_an_error():
    text = error("period year 2026 to 2030\nx[t] = x[t-1] + 1\noutput x[t]\n")
    assert "x[t] looks back to 2025, which has no value" in text and "x[2025]" in text, text
    text = error("period year 2026 to 2030\nx[t] = x[t-2] + 1\nx[2025] = 1\noutput x[t]\n")
    assert "2024" in text, text
    assert "each other" in error("period year 2026 to 2030\na[t] = b[t]\nb[t] = c[t] + 1\nc[t] = a[t]\noutput a[t]\n")


def test_history_ranges_and_lists():
    d = draws("period year 2026 to 2030\nx ~ uniform(0, 1)\na[t] = a[t-3] + 1\na[2023..2025] = 5, 6, 7\nb[t] = b[t-1] * 2 + b[t-2]\nb[..2025] = x\noutput a[t]\noutput b[t]\n"
              "c[t] = t\nc[2027..2029] = 10, x, 30\nc[2030] = 99\noutput c[t]\ne[2026..2030] = 1, 2, 3, 4, 5\noutput e[t]\nf[2026] = 4\nf[t] = f[t-1] / 2\noutput f[t]\n"
              "g[t] = 1\ng[2027..2028] = year\noutput g[t]\nh[t] = t\nh[0] = 50\nh[3..4] = 60, 70\noutput h[t]\n")
    x = d["x"]
    same(d.series("a"), [6, 7, 8, 7, 8])
    b = [x, x]
    for _ in range(5):
        b.append(b[-1] * 2 + b[-2])
    same(d.series("b"), np.stack(b[2:], axis=1))
    same(d.series("c"), np.stack([0 * x, 0 * x + 10, x, 0 * x + 30, 0 * x + 99], axis=1))
    same(d.series("e"), [1, 2, 3, 4, 5])
    same(d.series("f"), [4, 2, 1, 0.5, 0.25])
    same(d.series("g"), [1, 2027, 2028, 1, 1])
    same(d.series("h"), [50, 1, 2, 60, 70])


def test_random_whole_lags():
    d = draws("period year 2026 to 2040\nlife ~ discrete(0: 25%, 1: 25%, 4: 25%, 9: 25%)\nwide ~ discrete(-2: 30%, 2: 40%, 30: 30%)\nahead[t] = x[t]\nx[t] ~ normal(0, 1)\ny[t] = x[t] * 2\n"
              "y[..2025] = 7\noutput a[t] = y[t - life]\nz[t] = x[t]\nz[2023..2025] = 1, 2, 3\nz[..2022] = 1 / 0\noutput b[t] = if t - wide >= -3 and t - wide <= 14 then z[t - wide] else -5\n"
              "output e[t] = y[t - round(life / 2)]\noutput f[t] = if t < 13 then ahead[t + max(-wide, 0)] else 0\n"
              "output g[t] = ahead[0 * t + life] + ahead[t + (if t + wide > 14 or t + wide < 0 then 0 else wide)]\n")
    x, life, wide = d.series("x"), d["life"].astype(int), d["wide"].astype(int)
    a, b, e = (np.empty_like(x) for _ in range(3))
    for i in range(len(x)):
        for t in range(15):
            at = t - life[i]
            a[i, t] = 2 * x[i, at] if at >= 0 else 7
            at = t - wide[i]
            b[i, t] = (x[i, at] if at <= t else np.nan) if 0 <= at <= 14 else (at + 4 if -3 <= at < 0 else -5)  # a lag looks back
            at = t - int(np.floor(life[i] / 2 + 0.5))
            e[i, t] = 2 * x[i, at] if at >= 0 else 7
    same(d.series("a"), a)
    same(d.series("b"), b)
    same(d.series("e"), e)
    up = np.where(wide < 0, 2, 0)
    same(d.series("f"), [[x[i, t + up[i]] if t < 13 else 0 for t in range(15)] for i in range(300)])
    same(d.series("g"), [[x[i, life[i]] + x[i, t + (wide[i] if 0 <= t + wide[i] <= 14 else 0)] for t in range(15)] for i in range(300)])


def test_places_outside_are_invalid():
    body = ("period year 2026 to 2030\nplace ~ discrete(-7: 20%, -1: 20%, 2: 20%, 4: 20%, 5: 10%, 1000000: 10%)\nx[t] ~ normal(0, 1)\ny[t] = x[t]\ny[2025] = 3\ny[..2024] = 1 / 0\n"
            "output a = y[place]\nlag ~ discrete(0: 50%, 1: 25%, 3: 25%)\noutput b[t] = y[t - lag]\noutput c = if place >= 0 and place < periods then y[place] else 0\n")
    d = draws(body)
    x, at, lag = d.series("x"), d["place"].astype(int), d["lag"].astype(int)
    inside = (at >= 0) & (at <= 4)
    safe = np.where(inside, at, 0)
    same(d["a"], np.where(inside, x[np.arange(300), safe], np.where(at == -1, 3, np.nan)))
    same(d["c"], np.where(inside, x[np.arange(300), safe], 0))
    b = np.stack([np.where(t - lag >= 0, x[np.arange(300), np.maximum(t - lag, 0)], np.where(t - lag == -1, 3, np.nan)) for t in range(5)], axis=1)
    same(d.series("b"), b)
    assert measured(body)["a"]["invalid"]["count"] != "0"


def delayed(x, d, before):
    """(1-f) x[t-k] + f x[t-k-1], d one a draw or one a draw and period."""
    result = np.empty_like(x)
    d = np.broadcast_to(np.asarray(d, float), x.shape) if np.ndim(d) != 1 else np.repeat(d[:, None], x.shape[1], axis=1)
    for i in range(x.shape[0]):
        for t in range(x.shape[1]):
            k = int(np.floor(d[i, t]))
            f = d[i, t] - k
            at = [x[i, p] if p >= 0 else before for p in (t - k, t - k - 1)]
            result[i, t] = (1 - f) * at[0] + f * at[1]
    return result


def test_delays():
    d = draws("period year 2026 to 2037\npermit ~ lognormal(p10: 0.6, p90: 6)\nwait[t] ~ uniform(0, 5)\nx[t] ~ normal(5, 1)\ny[t] = x[t]\ny[..2025] = 2\n"
              "output a[t] = delay(y, permit)[t]\noutput b[t] = delay(y, 2)[t]\noutput c[t] = delay(y, 2.25)[t]\noutput e[t] = delay(y, wait[t])[t]\noutput f[t] = delay(y, 0)[t]\n"
              "g[t] = 1 + delay(g, permit + 1)[t] / 2\ng[..2025] = 0\noutput g[t]\noutput h[t] = delay(y, permit)[t] + delay(y, permit + 1)[t]\n")
    x, permit = d.series("x"), d["permit"]
    for name, lag in [("a", permit), ("b", 2.0), ("c", 2.25), ("e", d.series("wait")), ("f", 0.0)]:
        same(d.series(name), delayed(x, lag, 2.0), rtol=1e-15, what=name)
    same(d.series("h"), delayed(x, permit, 2.0) + delayed(x, permit + 1, 2.0), rtol=1e-15)
    g = np.zeros_like(x)
    for t in range(12):
        for i in range(len(x)):
            lag = permit[i] + 1
            k = int(np.floor(lag))
            f = lag - k
            at = [g[i, p] if p >= 0 else 0.0 for p in (t - k, t - k - 1)]
            g[i, t] = 1 + ((1 - f) * at[0] + f * at[1]) / 2
    same(d.series("g"), g, rtol=1e-15)


def test_event_times():
    d = draws("period year 2026 to 2040\nx[t] ~ normal(0, 1)\nlevel ~ uniform(0.5, 4)\ny[t] = abs(x[t])\noutput a = first(t where y >= level, else 99)\n"
              "output b = last(t where y >= level, else -1)\noutput c = first(year where y > level and x < 0, else 2100)\noutput e = first(y where x > 1, else 0)\n"
              "output f = last(2 * y + t where x > 1, else level)\noutput g = if a < periods then y[a] else 0\noutput h[t] = if t >= a then y[t] else 0\noutput i = sum(h) - a\n"
              "output j[t] = if t >= a and a < periods then h[t - a] else 0\nh[..2025] = 0\noutput k = first(date where t >= 3 and y > level, else 0)\n")
    x, level = d.series("x"), d["level"]
    y, t = np.abs(x), np.arange(15)

    def event(hit, what, otherwise, last=False):
        what, otherwise = np.broadcast_to(what, hit.shape), np.broadcast_to(otherwise, len(hit))
        at = 14 - hit[:, ::-1].argmax(axis=1) if last else hit.argmax(axis=1)
        return np.where(hit.any(axis=1), what[np.arange(len(hit)), at], otherwise)

    hit = y >= level[:, None]
    a = event(hit, t, 99)
    assert (a == 99).any() and (a < 99).any()
    same(d["a"], a)
    same(d["b"], event(hit, t, -1, last=True))
    same(d["c"], event((y > level[:, None]) & (x < 0), 2026 + t, 2100))
    same(d["e"], event(x > 1, y, 0))
    same(d["f"], event(x > 1, 2 * y + t, level, last=True))
    same(d["g"], np.where(a < 15, y[np.arange(300), np.where(a < 15, a, 0)], 0))
    h = np.where(t >= a[:, None], y, 0)
    same(d.series("h"), h)
    same(d["i"], h.sum(axis=1) - a, atol=1e-12)
    same(d["k"], event((y > level[:, None]) & (t >= 3), 2026 + t, 0))


def test_invalid_conditions_of_events():
    found = replay("period year 2026 to 2030\nx[t] = sqrt(2 - t)\nlate[t] = if t == 3 then sqrt(-x[t]) else t\noutput a = first(t where late > 1, else 99)\noutput b = first(t where late > 3, else 99)\n"
                   "output c = last(t where late > 1, else 99)\noutput e = last(t where late < 2, else 99)\noutput f = first(t where x < 1.1, else 99)\noutput g = first(late where t == 3, else 99)\n"
                   "output h = first(late where t == 2, else 99)\noutput i = first(t where t == 2, else log(-1))\noutput j = first(t where t > 9, else log(-1))\n")
    assert [found[name] for name in "abcefghij"] == [2, None, 4, None, 1, None, 2, 2, None], found  # NaN counts until the event is decided


def test_windows_and_reducers():
    d = draws("period year 2026 to 2037\nx[t] ~ normal(0, 1)\ny[t] = x[t]\ny[2023..2025] = 1, 2, 3\noutput a[t] = sum(y[t-3..t])\noutput b[t] = mean(y[t-2..t])\n"
              "output c[t] = lowest(y[t-1..t])\noutput e[t] = highest(y[t-2..t-1])\noutput f = sum(y)\noutput g = mean(y)\noutput h = lowest(y)\noutput i = highest(y)\n"
              "output j = mean(y[2030..2033])\noutput k = sum(y[2023..2026])\noutput l[t] = cumulative(y)[t]\nm[t] = m[t-1] + sum(m[t-3..t-1]) / 6 + x[t]\nm[..2025] = 1\noutput m[t]\n"
              "output n = lowest(y[2035..2037])\noutput o[t] = sum(y[0..t])\n")
    x = d.series("x")
    long = np.concatenate([np.tile([1.0, 2, 3], (300, 1)), x], axis=1)
    window = lambda back, until, reduce: np.stack([reduce(long[:, t + 3 - back:t + 4 - until], axis=1) for t in range(12)], axis=1)  # noqa: E731
    for name, expected in [("a", window(3, 0, np.sum)), ("b", window(2, 0, np.mean)), ("c", window(1, 0, np.min)), ("e", window(2, 1, np.max)), ("l", np.cumsum(x, axis=1)),
                           ("o", np.cumsum(x, axis=1)),]:
        same(d.series(name), expected, atol=1e-14, what=name)
    for name, expected in [("f", x.sum(axis=1)), ("g", x.mean(axis=1)), ("h", x.min(axis=1)), ("i", x.max(axis=1)), ("j", x[:, 4:8].mean(axis=1)), ("k", 6 + x[:, 0]),
                           ("n", x[:, 9:].min(axis=1))]:
        same(d[name], expected, atol=1e-14, what=name)
    m = [np.ones(300)] * 3
    for t in range(12):
        m.append(m[-1] + (m[-3] + m[-2] + m[-1]) / 6 + x[:, t])
    same(d.series("m"), np.stack(m[3:], axis=1), rtol=1e-12, atol=1e-13)
    assert "2025" in error("period year 2026 to 2037\ny[t] = t\noutput a[t] = sum(y[t-1..t])\n")


def test_convolution():
    d = draws("period quarter 2026Q1 to 2028Q4\nx[t] ~ uniform(0, 2)\nchurn ~ uniform(5%, 20%)\nkeep[t] = (1 - churn) ^ t\nadded[t] = x[t]\nadded[2025Q4] = 1000\n"
              "output a[t] = convolve(added, keep)[t]\nborn[t] = if t == 0 then 1 + x[t] else 0.3 * convolve(born, w)[t-1] + x[t]\nw[t] = 1 / (1 + t)\noutput born[t]\n"
              "output c = sum(a) / 2\n")
    x, keep = d.series("x"), (1 - d["churn"][:, None]) ** np.arange(12)
    a = np.stack([sum(x[:, t - k] * keep[:, k] for k in range(t + 1)) for t in range(12)], axis=1)
    same(d.series("a"), a, rtol=1e-13)
    born = np.zeros_like(x)
    for t in range(12):
        born[:, t] = 1 + x[:, 0] if t == 0 else 0.3 * sum(born[:, t - 1 - k] / (1 + k) for k in range(t)) + x[:, t]
    same(d.series("born"), born, rtol=1e-13)
    same(d["c"], a.sum(axis=1) / 2, rtol=1e-13)


def test_npv():
    for unit, (span, per_year, _) in CALENDARS.items():
        d = draws(f"period {unit} {span}\nx[t] ~ normal(1, 3)\nr ~ uniform(-5%, 20%)\nextra ~ normal(0, 5)\noutput a = npv(r, x, mid)\noutput b = npv(r, x, end)\noutput c = npv(r, x, start)\n"
                  "output e = npv(r, x, mid, upfront: -extra, final: 3 * extra)\noutput f = npv(8%, x, end, final: 10)\noutput g = npv(r, x, start, upfront: 5)\n")
        x, r, extra = d.series("x"), d["r"], d["extra"]
        count = x.shape[1]
        present = lambda rate, shift: (x * (1 + np.broadcast_to(rate, 300)[:, None]) ** (-(np.arange(count) + shift) / per_year)).sum(axis=1)  # noqa: E731
        finish = lambda rate: (1 + rate) ** (-count / per_year)  # noqa: E731
        for name, expected in [("a", present(r, 0.5)), ("b", present(r, 1)), ("c", present(r, 0)), ("e", present(r, 0.5) - extra + 3 * extra * finish(r)),
                               ("f", present(0.08, 1) + 10 * finish(0.08)), ("g", present(r, 0) + 5)]:
            same(d[name], expected, rtol=1e-12, atol=1e-12, what=(unit, name))


def test_irr():
    seen = []
    for unit, (span, per_year, _) in CALENDARS.items():
        for moment, shift in [("start", 0), ("mid", 0.5), ("end", 1)]:
            body = (f"period {unit} {span}\nx[t] ~ uniform(-0.2, 3)\ncost ~ uniform(0, 25)\noutput a = irr(x, {moment}, upfront: -cost, final: -cost / 2, between: -30%, 60%)\n"
                    f"flow[t] = if t < 2 then -cost else x[t]\noutput b = irr(flow, {moment}, between: -50%, 100%)\n")
            d = draws(body, n=100)
            x, cost = d.series("x"), d["cost"]
            count = x.shape[1]
            flow = np.where(np.arange(count) < 2, -cost[:, None], x)

            def rate(cash, upfront, final, low, high):
                def worth(i):
                    return upfront + (cash * (1 + i) ** (-(np.arange(count) + shift) / per_year)).sum() + final * (1 + i) ** (-count / per_year)
                return low if worth(low) <= 0 else high if worth(high) >= 0 else brentq(worth, low, high, xtol=1e-15)

            expected = [rate(x[i], -cost[i], -cost[i] / 2, -0.3, 0.6) for i in range(100)]
            seen += expected
            same(d["a"], expected, atol=2e-12, what=(unit, moment))
            expected = [rate(flow[i], 0, 0, -0.5, 1.0) for i in range(100)]
            seen += expected
            same(d["b"], expected, atol=2e-11, what=(unit, moment, "b"))
    for end in (-0.3, 0.6, -0.5, 1.0):
        assert 20 < seen.count(end) < 800, (end, seen.count(end))


def test_three_passes():
    d = draws("period year 2026 to 2033\nx[t] ~ normal(1, 1)\ntotal = sum(x)\nshare[t] = x[t] / total\ntop = highest(share)\nabove[t] = share[t] >= top\nwhen = first(t where above, else -1)\n"
              "rest[t] = if t > when then x[t] else 0\noutput end = sum(rest)\noutput spread = highest(x) - lowest(x)\noutput norm[t] = (x[t] - mean(x)) / spread\noutput check = sum(norm)\n")
    x = d.series("x")
    when = (x / x.sum(axis=1)[:, None])
    when = (when >= when.max(axis=1)[:, None]).argmax(axis=1)
    same(d["end"], np.where(np.arange(8) > when[:, None], x, 0).sum(axis=1), atol=1e-13)
    same(d["spread"], x.max(axis=1) - x.min(axis=1))
    same(d.series("norm"), (x - x.mean(axis=1)[:, None]) / (x.max(axis=1) - x.min(axis=1))[:, None], atol=1e-14)


def test_horizons_of_one_and_of_many():
    d = draws("period month 2026-03 to 2026-03\nx[t] ~ normal(0, 1)\ny[t] = y[t-1] + x[t]\ny[2026-02] = 5\noutput y[t]\noutput a = npv(12%, y, end)\noutput b = first(t where y > 5, else 9)\n"
              "output c = sum(y)\noutput e[t] = cumulative(y)[t]\noutput f = y[2026-03]\n")
    y = d.series("x") + 5
    same(d.series("y"), y)
    same(d["a"], y[:, 0] * 1.12 ** (-1 / 12), rtol=1e-15)
    same(d["b"], np.where(y[:, 0] > 5, 0, 9))
    for name in ("c", "f"):
        same(d[name], y[:, 0])
    d = draws("period month 1900-01 to 2066-08\nx[t] ~ normal(0, 1)\ny[t] = 0.9 * y[t-1] + x[t]\ny[1899-12] = 0\noutput a = sum(y)\noutput b = y[2066-08]\noutput c = first(t where y > 8, else -1)\n", n=20)
    x = d.series("x")
    assert x.shape[1] == 2000
    y = np.zeros((20, 2001))
    for t in range(2000):
        y[:, t + 1] = 0.9 * y[:, t] + x[:, t]
    same(d["a"], y[:, 1:].sum(axis=1), atol=1e-9)
    same(d["b"], y[:, -1], atol=1e-13)


if __name__ == "__main__":
    run_all(globals())
