# test_run.py - apsis run: its figures against those worked out from the draws themselves, its forms, its exit codes.
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import json
import math
import re

from cli_common import apsis, golden, main, scratch

MIXED = '''model mixed "Everything that can come out"
period year 2030 to 2034
x ~ uniform(0, 1)   "a share"  from "nowhere"
z ~ normal(0, 1)
n[t] ~ normal(0, 10%)
output y = 10 * x + z                          "a number [$M]"   targets 2, 5
output bad = if x < 0.01 then log(-x) else x
output half = z given x > 0.5
output who = if x < 0.2 then "ann" else if x < 0.5 then "bob" else "cyd"   "who wins"
output s[t] = x * (t + 1) + n[t]               "a series"
output kind[t] = if n[t] > 0 then "up" else "down"
'''
N = 5000


def by_hand(rows, name):
    return [float(row[name]) for row in rows if row[name] not in ("", "nan", "inf", "-inf")]


def test_figures_against_draws():
    with scratch(m__risk=MIXED) as folder:
        rows = list(csv.DictReader(io.StringIO(apsis("draws", "m.risk", "--draws", N, "--csv", "-", cwd=folder).out)))
        done = apsis("run", "m.risk", "--draws", N, "--json", "--percentiles", "2.5,5,50,99.9", "--target", "y > 9", "--max-invalid", "5%", cwd=folder)
        assert done.code == 0, done.err
        result = done.json
    assert len(rows) == N and result["draws"] == str(N)
    outputs = {(o["name"], o["period"]): o for o in result["outputs"]}
    assert len(outputs) == 4 + 2 * 5
    for column, key in [("y", ("y", None)), ("bad", ("bad", None)), ("half", ("half", None)), ("s[2033]", ("s", "2033"))]:
        values, out = by_hand(rows, column), outputs[key]
        n = len(values)
        assert int(out["draws"]) == N
        assert int(out["invalid"]["count"]) == sum(row[column] in ("nan", "inf", "-inf") for row in rows)
        assert math.isclose(out["given_share"], sum(row[column] != "" for row in rows) / N)
        mean = math.fsum(values) / n
        sd = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1))
        assert math.isclose(out["mean"], mean, rel_tol=1e-12, abs_tol=1e-12), (column, out["mean"], mean)
        assert math.isclose(out["sd"], sd, rel_tol=1e-9)
        assert math.isclose(out["mean_se"], sd / math.sqrt(n), rel_tol=1e-9)
        ordered = sorted(values)
        assert out["min"]["value"] == ordered[0] and out["max"]["value"] == ordered[-1]
        assert float(rows[int(out["min"]["draw"])][column]) == ordered[0]
        assert [p["p"] for p in out["percentiles"]] == [2.5, 5, 50, 99.9]
        for p, thousandths in zip(out["percentiles"], (25, 50, 500, 999)):
            rank = -(-thousandths * n // 1000)
            assert p["value"] == ordered[rank - 1], (column, p)
            assert float(rows[int(p["draw"])][column]) == p["value"]
            assert (p["low"] is None or p["low"] <= p["value"]) and (p["high"] is None or p["value"] <= p["high"])
        if out["targets"]:
            assert [t["above"] for t in out["targets"]] == [2, 5, 9]
            for t in out["targets"]:
                assert math.isclose(t["probability"], sum(v > t["above"] for v in values) / n, rel_tol=1e-14)
                assert t["low"] < t["probability"] < t["high"]
        if out["histogram"]:
            assert sum(map(int, out["histogram"]["counts"])) == n
            assert len(out["histogram"]["edges"]) == len(out["histogram"]["counts"]) + 1
    assert outputs["bad", None]["invalid"]["first_draw"] == str(next(i for i, row in enumerate(rows) if row["bad"] == "nan"))
    who = outputs["who", None]
    assert list(who["shares"]) == ["ann", "bob", "cyd"] and math.isclose(sum(who["shares"].values()), 1)
    assert math.isclose(who["shares"]["ann"], sum(row["who"] == "ann" for row in rows) / N)
    assert who["mean"] is None and who["percentiles"] == []
    assert outputs["kind", "2030"]["shares"].keys() == {"up", "down"}
    ranks = outputs["y", None]["rank_correlation"]
    assert list(ranks) == ["x", "z"] and 0.8 < ranks["x"] < 1


def test_json_members():
    with scratch(m__risk=MIXED) as folder:
        done = apsis("run", "m.risk", "--draws", 2000, "--json", cwd=folder)
    assert done.code == 1, "invalid draws, and --max-invalid is 0"
    result = done.json
    assert list(result) == ["schema_version", "apsis", "model", "scenario", "seed", "draws", "sampling", "engine", "note", "seconds", "passes", "digest", "inputs", "outputs"]
    assert result["schema_version"] == 1 and result["seed"] == "0x1" and result["scenario"] is None and re.fullmatch("[0-9a-f]{64}", result["digest"])
    assert result["model"]["name"] == "mixed" and re.fullmatch("[0-9a-f]{64}", result["model"]["sha256"])
    wanted = ["name", "label", "period", "member", "draws", "given_share", "invalid", "mean", "mean_se", "sd", "skewness", "kurtosis", "min", "max",
              "percentiles", "shortfall", "targets", "histogram", "shares", "rank_correlation"]
    for out in result["outputs"]:
        assert [key for key in out if key in wanted] == wanted, list(out)
    assert result["inputs"][0]["parameters"] == {"min": 0, "max": 1} and result["inputs"][0]["source"] == "nowhere"
    assert [p["p"] for p in result["outputs"][0]["percentiles"]] == [1, 5, 10, 25, 50, 75, 90, 95, 99]


def test_text_says_what_is_left_out():
    with scratch(m__risk=MIXED) as folder:
        done = apsis("run", "m.risk", "--draws", 2000, "--seed", 7, cwd=folder)
        assert done.code == 1 and "WARNING" in done.out and "invalid" in done.err
        line = re.search(r"apsis replay m.risk --seed 0x7 --draw (\d+)", done.out)
        assert line, done.out
        replay = apsis("replay", "m.risk", "--seed", "0x7", "--draw", line.group(1), cwd=folder)
        assert replay.code == 0 and re.search(r"^  bad +NaN", replay.out, re.M), replay.out
        assert "given x > 0.5" in done.out
        calm = apsis("run", "m.risk", "--draws", 2000, "--seed", 7, "--max-invalid", "5%", cwd=folder)
        assert calm.code == 0 and "WARNING" not in calm.out and "Invalid draws" in calm.out


def stable(text):
    text = re.sub(r"interpreter/[\w-]+", "interpreter/ISA", text)
    return re.sub(r"\d+(\.\d+)? s$", "T s", text, flags=re.M)


def test_golden():
    for width in (80, 120):
        golden(f"run_first_{width}.txt", stable(apsis("run", "first.risk", "--draws", "200k", "--engine", "interpreter", width=width).out))
    golden("run_first_ascii.txt", stable(apsis("run", "first.risk", "--draws", "20k", "--engine", "interpreter", env={"LC_ALL": "C"}).out))
    with scratch(m__risk=MIXED) as folder:
        golden("run_mixed.txt", stable(apsis("run", "m.risk", "--draws", "20k", "--engine", "interpreter", cwd=folder).out))


SECTIONS = '''model mill "A mill in two sections"
period year 2030 to 2031
x ~ uniform(0, 1)   "before any section"
## Demand: what is asked for
d ~ normal(10, 1)   "orders [t]"  from "the order book"
s[t] ~ normal(0, 1)
output sold = d + x   "sold [t]"
##
free ~ uniform(1, 2)   "in a section without a title"
## Money
p ~ pert(1, 2, 4)   "price [$/t]"
output value = p * d   "worth [$]"
output cash[t] = p * (d + s[t]) / free   "by year [$]"
'''


def test_sections():
    with scratch(m__risk=SECTIONS) as folder:
        golden("run_sections.txt", stable(apsis("run", "m.risk", "--draws", "20k", "--engine", "interpreter", cwd=folder).out))
        golden("inputs_sections.txt", apsis("inputs", "m.risk", cwd=folder).out)
        golden("replay_sections.txt", apsis("replay", "m.risk", "--draw", 3, cwd=folder).out)
        result = apsis("run", "m.risk", "--draws", 1000, "--json", cwd=folder).json
        replay = apsis("replay", "m.risk", "--draw", 3, "--json", cwd=folder).json
        alone = apsis("run", "m.risk", "--draws", "20k", "--only", "value", cwd=folder).out
    sections = {"x": None, "d": "Demand: what is asked for", "s": "Demand: what is asked for", "free": None, "p": "Money", "sold": "Demand: what is asked for",
                "value": "Money", "cash": "Money"}
    for one in result["inputs"] + result["outputs"] + replay["inputs"] + replay["outputs"]:
        assert one["section"] == sections[one["name"]], one
    assert len(replay["inputs"]) == 5 and len(replay["outputs"]) == 3
    assert "Money" not in alone.split("Inputs")[0], "outputs of one section need no title"


def test_every_model_and_scenario():
    for model, scenario in [("first", "slow_permits"), ("revenue_stack", None), ("terrestrial_dc", None), ("portfolio", "price_war"), ("orbital_compute", None)]:
        words = ["run", f"{model}.risk", "--draws", "2048", "--max-invalid", "1"] + (["--scenario", scenario] if scenario else [])
        for width in (80, 120):
            done = apsis(*words, width=width)
            assert done.code == 0, (words, done.err)
            long = [line for line in done.out.splitlines() if len(line) > width]
            assert not long, long
        result = apsis(*words, "--json").json
        assert result["scenario"] == scenario
        json.dumps(result, allow_nan=False)


def test_same_bits_however_it_is_run():
    base = apsis("run", "first.risk", "--draws", "50000", "--json").json
    for words in (["--threads", "1"], ["--threads", "3"], ["--cpu", "plain"]):
        assert apsis("run", "first.risk", "--draws", "50000", "--json", *words).json["digest"] == base["digest"], words
    assert apsis("run", "first.risk", "--draws", "50000", "--json", "--seed", "2").json["digest"] != base["digest"]


def test_overrides():
    fixed = ["--set", "wacc = 10%", "--set", "rack_revenue = 2 * rack_revenue", "--scenario", "slow_permits"]
    done = apsis("run", "first.risk", "--draws", "5000", "--json", "--only", "value", *fixed)
    assert done.code == 0, done.err
    assert {o["name"] for o in done.json["outputs"]} == {"value"}
    assert done.json["scenario"].startswith("slow_permits")
    wrong = apsis("run", "first.risk", "--set", "wac = 10%")
    assert wrong.code == 65 and "wacc" in wrong.err and "--set:1:1" in wrong.err, wrong.err
    none = apsis("run", "first.risk", "--draws", "5000", "--percentiles", "none", "--json").json["outputs"][0]
    assert none["percentiles"] == [] and none["shortfall"] == [] and none["mean"] is not None


main(globals())
