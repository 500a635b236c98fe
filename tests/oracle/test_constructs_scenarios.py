"""test_constructs_scenarios.py - overrides, streams and correlations of the language: what changes, and what must not, draw by draw."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import tempfile

import numpy as np
from scipy.stats import norm, spearmanr

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import run  # noqa: E402
from constructs import HEAD, draws, error, run_all, same  # noqa: E402

BASE = """period year 2026 to 2030
member site: texas, virginia, nordics
cadence ~ pert(20, 80, 300)
cost ~ lognormal(p10: 5, p90: 30)
noise[t] ~ normal(0, 1)
permit[site] ~ uniform(1, 4)
wobble[site, t] ~ normal(0, 2)
price = 12
factor[t] = 1
need[site, t] = 1
sales[t] = cadence * price * factor[t] + noise[t]
output sales[t]
output late[site] = permit[site]
output total = sum(sales) - cost
output use[site, t] = need[site, t] * wobble[site, t]
correlate
  cadence, cost  60%
"""
SITES = ["texas", "virginia", "nordics"]


def sales(d, cadence, price=12.0, factor=1.0, noise=None):
    cadence, price = np.asarray(cadence), np.asarray(price)
    return (cadence * price)[:, None] * factor + (d.series("noise") if noise is None else noise)


def columns_agree(one, two, *names):
    for name in names:
        picked = [column for column in one.names if column == name or column.startswith(name + "[")]
        assert picked, name
        for column in picked:
            assert one.text(column) == two.text(column), column


def test_values_and_scaled_draws():
    base = draws(BASE)
    for override, cadence, price in [("price = 20", base["cadence"], 20.0), ("price = price / 2", base["cadence"], 6.0), ("cadence = 50% * cadence", base["cadence"] * 0.5, 12.0),
                                     ("cadence = 100", 100.0 + 0 * base["cadence"], 12.0), ("cadence = cadence + cost", base["cadence"] + base["cost"], 12.0),
                                     ("price = cost", base["cadence"], base["cost"]), ("cadence = min(cadence, 60)", np.minimum(base["cadence"], 60), 12.0),
                                     ("price = cadence / 10", base["cadence"], base["cadence"] / 10)]:
        written = draws(BASE + f"scenario s \"title\"\n  {override}\n", "--scenario", "s")
        given = draws(BASE, "--set", override)
        assert written.cells == given.cells, override
        same(written.series("sales"), sales(base, cadence, price), rtol=3e-16, what=override)
        columns_agree(base, written, "noise", "permit", "wobble", "late", "cost", "use")  # an intervention leaves partners and others alone


def test_series_members_and_cells():
    base = draws(BASE)
    cadence = base["cadence"]
    for override, factor in [("factor[2028..2030] = 0.7", [1, 1, 0.7, 0.7, 0.7]), ("factor[2027] = 3", [1, 3, 1, 1, 1]), ("factor[t] = 1.1 ^ t", 1.1 ** np.arange(5)),
                             ("factor[2026..2028] = 2, 3, 4", [2, 3, 4, 1, 1]), ("factor[2028..2030] = 0.7 * factor[t]", [1, 1, 0.7, 0.7, 0.7]), ("factor = 5", [5] * 5),
                             ("factor[t] = factor[t] + t", [1, 2, 3, 4, 5])]:
        try:
            changed = draws(BASE, "--set", override)
        except AssertionError as problem:
            assert override == "factor = 5", (override, problem)
            continue
        same(changed.series("sales"), sales(base, cadence, factor=np.array(factor)), rtol=4e-16, what=override)
        columns_agree(base, changed, "noise", "permit", "wobble", "cadence", "cost", "late")
    permit = base.series("permit")
    for override, expected in [("permit[texas] = 9", [9, None, None]), ("permit[site] = 2 * permit[site]", [2, 2, 2]), ("permit[virginia..nordics] = 7", [None, 7, 7]),
                               ("permit[texas] = permit[texas] * 3", [3])]:
        changed = draws(BASE, "--set", override).series("late")
        if "permit[" in override.split("=")[1]:
            factor = np.array((expected + [1, 1])[:3])
            same(changed, permit * factor, what=override)
        else:
            same(changed, np.stack([permit[:, i] if value is None else np.full(300, float(value)) for i, value in enumerate(expected)], axis=1), what=override)
    for override, cells in [("need[texas, 2027] = 5", {(0, 1): 5}), ("need[texas..virginia, 2029..2030] = 0.5", {(m, t): 0.5 for m in (0, 1) for t in (3, 4)}),
                            ("need[nordics, t] = t", {(2, t): t for t in range(5)}), ("need[site, 2026] = 4", {(m, 0): 4 for m in range(3)}),
                            ("need[site, t] = 3 * need[site, t]", {(m, t): 3 for m in range(3) for t in range(5)})]:
        changed = draws(BASE, "--set", override)
        for m, name in enumerate(SITES):
            need = np.array([cells.get((m, t), 1.0) for t in range(5)])
            same(changed.series("use", name), need * base.series("wobble", name), what=override)


def test_random_series_are_fixed_or_scaled():
    base = draws(BASE)
    for override, noise in [("noise[t] = 0", 0 * base.series("noise")), ("noise[t] = 2 * noise[t]", 2 * base.series("noise")),
                            ("noise[2028] = 10", np.where(np.arange(5) == 2, 10, base.series("noise")))]:
        changed = draws(BASE, "--set", override)
        same(changed.series("sales"), sales(base, base["cadence"], noise=noise), rtol=3e-16, what=override)
        columns_agree(base, changed, "cadence", "cost", "permit", "wobble")
    changed = draws(BASE, "--set", "noise[t] ~ normal(5, 2)")
    same(changed.series("noise"), 5 + 2 * base.series("noise"), rtol=1e-15, atol=1e-15, what="the same scores")


def test_a_distribution_keeps_stream_and_correlation():
    base = draws(BASE, n=3000)
    for override, quantile in [("cadence ~ uniform(10, 20)", lambda u: 10 + 10 * u), ("cadence ~ normal(3, 1)", lambda u: norm.ppf(u) + 3)]:
        changed = draws(BASE, "--set", override, n=3000)
        columns_agree(base, changed, "noise", "permit", "wobble", "cost")
        assert (np.argsort(changed["cadence"]) == np.argsort(base["cadence"])).all(), "the same scores, in the same order"
        assert abs(spearmanr(changed["cadence"], changed["cost"])[0] - 0.6) < 0.04
    wide = draws(BASE, "--set", "permit[site] ~ uniform(0, 30)")
    same(wide.series("permit"), (draws(BASE).series("permit") - 1) * 10, atol=1e-13)
    one = draws(BASE, "--set", "permit[texas] ~ uniform(0, 30)")
    same(one["permit", "texas"], (draws(BASE)["permit", "texas"] - 1) * 10, atol=1e-13)
    columns_agree(draws(BASE), one, "permit[virginia]", "permit[nordics]", "cadence", "cost")


def test_overrides_stack():
    body = BASE + "scenario half \"Half\"\n  cadence = 50% * cadence\n  price = 10\nscenario more \"More\"\n  cadence = cadence + 7\nscenario dear \"Dear\"\n  price = price * 2\n"
    cadence = draws(BASE)["cadence"]
    base = draws(body)
    same(base.series("sales"), sales(base, cadence))
    for arguments, expected, price in [(["--scenario", "half"], cadence * 0.5, 10), (["--scenario", "half", "--scenario", "more"], cadence * 0.5 + 7, 10),
                                       (["--scenario", "more", "--scenario", "half"], (cadence + 7) * 0.5, 10), (["--scenario", "half", "--scenario", "dear"], cadence * 0.5, 20),
                                       (["--scenario", "dear", "--scenario", "half"], cadence * 0.5, 10), (["--set", "cadence = 2 * cadence", "--scenario", "more"], (cadence + 7) * 2, 12),
                                       (["--scenario", "more", "--set", "cadence = 2 * cadence", "--set", "cadence = cadence - 1"], (cadence + 7) * 2 - 1, 12),
                                       (["--scenario", "more", "--scenario", "more"], cadence + 14, 12)]:
        same(draws(body, *arguments).series("sales"), sales(base, expected, float(price) + 0 * cadence), rtol=3e-16, what=arguments)
    assert "scenario" in error(body + "scenario wrong \"w\"\n  nothing = 3\n") and "did you mean" in error(body + "scenario wrong \"w\"\n  cadance = 3\n")


def test_what_a_name_means_in_an_override():
    numbers = "a = 1\nb = 10\nc = a + b\noutput all = a * 10000 + b * 100 + c\n"
    series = "period year 2026 to 2028\nx[t] = x[t-1] * 2\nx[2025] = 3\ny[t] = 1\noutput z[t] = x[t]\noutput w[t] = y[t]\n"
    for arguments, expected in [(["b = a", "a = 2 * a"], 20204), (["a = 2 * a", "b = a"], 20204), (["b = a", "a = 7"], 70714), (["c = c + 1"], 11012), (["a = a + 1", "a = a * 5"], 101020 + 0)]:
        assert draws(numbers, *[word for text in arguments for word in ("--set", text)], n=1)["all"][0] == expected, arguments
    for arguments, x, y in [(["x[t] = x[t] + 1"], [7, 13, 25], [1, 1, 1]), (["x[2027] = 100"], [6, 100, 200], [1, 1, 1]), (["x[2027] = 100 * x[2027]"], [6, 1200, 2400], [1, 1, 1]),
                            (["x[2025] = 2 * x[2025]"], [12, 24, 48], [1, 1, 1]), (["y[2025] = 4", "y[t] = y[t-1] * 2"], [6, 12, 24], [8, 16, 32]),
                            (["y[t] = 7", "y[2027] = y[2027] + 5"], [6, 12, 24], [7, 12, 7]), (["y[2027] = 5", "y[t] = 2 * y[t]"], [6, 12, 24], [2, 10, 2]),
                            (["y[t] = t * 2", "y[2027..2028] = 10 * y[t]"], [6, 12, 24], [0, 20, 40]), (["x[t] = x[t-1] + 10"], [13, 23, 33], [1, 1, 1])]:
        d = draws(series, *[word for text in arguments for word in ("--set", text)], n=1)
        same(d.series("z"), [x], what=arguments)
        same(d.series("w"), [y], what=arguments)
    assert "need each other" in error(numbers, "--set", "a = b", "--set", "b = a")


def test_edits_disturb_nothing():
    lines = ["a ~ normal(0, 1)", "b ~ pert(1, 2, 5)", "c[site] ~ uniform(0, 1)", "e[t] ~ normal(0, 1)", "f[site, t] ~ exponential(mean: 2)", "g ~ lognormal(p10: 1, p90: 9)", "h ~ normal(1, 1)"]
    head, tail = "period year 2026 to 2028\nmember site: texas, virginia\n", "output sum_of_all = a + g\ncorrelate\n  a, g 50%\n"
    base = draws(head + "\n".join(lines) + "\n" + tail)
    changed = draws(head + "\n".join(lines[::-1]) + "\n" + tail)
    columns_agree(base, changed, *"abcefgh", "sum_of_all")
    fewer = draws(head + "\n".join([lines[0], lines[3], lines[5]]) + "\n" + tail)
    columns_agree(fewer, base, "a", "e", "g", "sum_of_all")
    more = draws(head + "aa ~ normal(0, 1)\n" + "\n".join(lines) + "\nzz[site, t] ~ normal(0, 1)\n" + tail + "  b, h 30%\n")
    columns_agree(base, more, "a", "c", "e", "f", "g", "sum_of_all")
    longer = draws(head.replace("2028", "2031").replace("virginia", "virginia, nordics") + "\n".join(lines) + "\n" + tail)
    columns_agree(base, longer, "a", "b", "c", "e", "f", "g", "h")
    run_on = draws(head + "\n".join(lines) + "\n" + tail, n=900)
    assert all(run_on.text(name)[:300] == base.text(name) for name in base.names), "more draws extend the run"
    moved = draws(head + "\n".join(lines) + "\n" + tail, "--from", "100", n=50)
    assert all(moved.text(name) == base.text(name)[100:150] for name in base.names)


def test_seeds():
    one, again, hexadecimal, other = (draws(BASE, "--seed", seed) for seed in ("7", "7", "0x7", "8"))
    assert one.cells == again.cells == hexadecimal.cells
    for name in one.names[1:]:
        assert one.text(name) != other.text(name), name
    default = draws(BASE)
    assert default.cells == draws(BASE, "--seed", "1").cells
    streams = np.stack([default[name] for name in ("cadence", "cost", "noise[2026]", "noise[2027]", "permit[texas]", "permit[virginia]", "wobble[texas, 2026]", "wobble[nordics, 2030]")])
    rank = np.abs(spearmanr(draws(BASE, n=4000)["noise[2026]"], draws(BASE, n=4000)["noise[2027]"])[0])
    assert rank < 0.06 and len({tuple(row) for row in streams}) == len(streams)


def test_correlations():
    count = 6000
    body = ("period year 2026 to 2028\nmember site: texas, virginia, nordics\na ~ lognormal(p10: 1, p90: 9)\nb ~ pert(1, 2, 9)\nc ~ uniform(0, 1)\ne ~ normal(0, 1)\nup ~ exponential(mean: 3)\n"
            "down ~ normal(5, 2)\ntwin ~ lognormal(mean: 5, sd: 2)\nflag ~ bernoulli(50%)\npermit[site] ~ uniform(1, 4)\noverrun[site] ~ normal(1, 1)\nx[t] ~ normal(0, 1)\ny[t] ~ uniform(0, 1)\n"
            "free ~ normal(0, 1)\noutput z = a + b + c + e + up + down + twin + flag + sum(permit) + sum(overrun) + sum(x) + sum(y) + free\ncorrelate\n  a, b 70%\n  b, c -50%\n  a, c -20%\n"
            "  up, down -100%\n  up, twin 100%\n  down, twin -100%\n  flag, e 60%\n  permit[texas], permit[virginia] 50%\n  permit[site], overrun[site] 30%\n  x[t], y[t] -40%\n")
    d = draws(body, n=count)
    error_of = 4 / np.sqrt(count)  # four standard errors of a rank correlation

    def rank(one, two):
        return spearmanr(d[one], d[two])[0]

    for one, two, target in [("a", "b", 0.7), ("b", "c", -0.5), ("a", "c", -0.2), ("permit[texas]", "permit[virginia]", 0.5), ("permit[nordics]", "overrun[nordics]", 0.3),
                             ("permit[texas]", "overrun[texas]", 0.3), ("permit[virginia]", "overrun[virginia]", 0.3), ("x[2026]", "y[2026]", -0.4), ("x[2028]", "y[2028]", -0.4),
                             ("x[2026]", "y[2027]", 0), ("x[2026]", "x[2027]", 0), ("free", "a", 0), ("permit[texas]", "permit[nordics]", 0), ("overrun[texas]", "overrun[virginia]", 0),
                             ("a", "e", 0)]:
        assert abs(rank(one, two) - target) < error_of, (one, two, rank(one, two))
    same(rank("up", "down"), -1, atol=1e-12)
    same(rank("up", "twin"), 1, atol=1e-12)
    latent = 2 * np.sin(np.pi * 0.6 / 6)  # of the scores: P(e > 0 and flag) = 1/4 + asin(rho) / 2 pi
    share = ((d["e"] > 0) & (d["flag"] == 1)).mean()
    assert abs(share - (0.25 + np.arcsin(latent) / (2 * np.pi))) < 4 * 0.5 / np.sqrt(count)
    for name in ("a", "b", "c"):  # the margins stay as they were declared
        alone = draws(body.split("correlate")[0], n=count)
        assert abs(np.mean(np.log(d[name])) - np.mean(np.log(alone[name]))) < 5 * np.std(np.log(alone[name])) * np.sqrt(2 / count)


def test_correlations_over_members_and_periods():
    count = 4000
    body = ("period year 2026 to 2028\nmember site: a, b\nu[site, t] ~ normal(0, 1)\nv[site, t] ~ uniform(0, 1)\noutput o[t] = sum(u[site, t]) + sum(v[site, t])\n"
            "correlate\n  u[site, t], v[site, t]  -60%\n  u[a, t], u[b, t]  50%\n")
    d = draws(body, n=count)
    for one, two, target in [(("u", "a", 2026), ("v", "a", 2026), -0.6), (("u", "b", 2028), ("v", "b", 2028), -0.6), (("u", "a", 2027), ("u", "b", 2027), 0.5),
                             (("u", "a", 2027), ("u", "b", 2028), 0), (("u", "a", 2026), ("v", "b", 2026), 0), (("u", "a", 2026), ("u", "a", 2027), 0)]:
        assert abs(spearmanr(d[one], d[two])[0] - target) < 4 / np.sqrt(count), (one, two)
    changed = draws(body, "--set", "u[a, t] = 3", n=count)
    columns_agree(changed, d, "u", "v")


def test_a_part_with_another_distribution():
    body = "period year 2026 to 2029\nmember site: a, b\nx[t] ~ normal(0, 1)\nu[site] ~ normal(0, 1)\noutput o[t] = x[t]\noutput w[site] = u[site]\n"
    base = draws(body)
    for period, override in [(1, "x[2027] ~ normal(5, 2)"), (slice(1, 3), "x[2027..2028] ~ normal(5, 2)")]:
        expected = base.series("x").copy()
        expected[:, period] = 5 + 2 * expected[:, period]
        same(draws(body, "--set", override).series("o"), expected, atol=1e-14, what=override)
        same(draws(body + override + "\n").series("o"), expected, atol=1e-14, what=override)
    same(draws(body, "--set", "u[b] ~ normal(5, 2)").series("w"), base.series("u") * [1, 2] + [0, 5], atol=1e-14)


def test_columns_have_names_of_their_own():
    body = HEAD + "period year 2026 to 2028\nx[t] ~ normal(0, 1)\nx[2027] ~ normal(5, 2)\na ~ normal(0, 1)\ndraw = 3\noutput a\noutput x[t]\noutput x[2027]\noutput draw\n"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "draws.npy")
        run("draws", "-", "--draws", 50, "--npy", path, stdin=body)
        table = np.load(path)
    csv = run("draws", "-", "--draws", 50, "--csv", "-", stdin=body).stdout.splitlines()[0].split(",")
    assert list(table.dtype.names) == csv and len(set(csv)) == len(csv), csv
    assert (table["a"] == table["a (drawn)"]).all() and (table["x[2027]"] == table["x[2027] (2)"]).all() and (table["draw (2)"] == 3).all()
    assert {"x[2026]", "x[2026] (drawn)", "x[2028] (drawn)"} <= set(csv)


def test_correlations_that_cannot_hold():
    head = "a ~ normal(0, 1)\nb ~ normal(0, 1)\nc ~ normal(0, 1)\noutput z = a + b + c\ncorrelate\n"
    text = error(head + "  a, b 90%\n  b, c 90%\n  a, c -90%\n")
    assert "the correlations cannot all hold" in text and ("a" in text and "c" in text)
    for lines in ("  a, b 120%\n", "  a, a 50%\n", "  a, b 50%\n  b, a 50%\n", "  a, z 50%\n", "  a, nothing 50%\n", "  a 50%\n", "  a, b\n"):
        assert "error" in error(head + lines), lines


def test_interventions_in_groups():
    body = ("member site: texas, virginia\na ~ normal(0, 1)\nb ~ normal(0, 1)\nc ~ normal(0, 1)\npermit[site] ~ normal(0, 1)\ndelay_of[site] ~ normal(0, 1)\n"
            "output z = a + b + c + sum(permit) + sum(delay_of)\ncorrelate\n  a, b 60%\n  b, c 40%\n  permit[site], delay_of[site] 80%\n  permit[texas], permit[virginia] 30%\n")
    base = draws(body)
    for override, kept in [("a = 3", ["b", "c"]), ("b = 0", ["a", "c"]), ("c ~ uniform(0, 1)", ["a", "b"]), ("permit[texas] = 1", ["permit[virginia]", "delay_of[texas]", "delay_of[virginia]"]),
                           ("permit[site] = 0", ["delay_of"]), ("a = a * 2", ["b", "c", "a"])]:
        changed = draws(body, "--set", override)
        columns_agree(changed, base, *kept)


if __name__ == "__main__":
    run_all(globals())
