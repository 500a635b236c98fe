"""test_stress.py - apsis stress: cells against runs of their own, differences, grids, bands, CSV, bad input."""
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import os
import tempfile

from cli_common import SRC, apsis, main

FIRST = os.path.join(SRC, "models", "first.risk")
ORBITAL = os.path.join(SRC, "models", "orbital_compute.risk")
PORTFOLIO = os.path.join(SRC, "models", "portfolio.risk")
NUMBERS = ", ".join(map(str, range(1000)))
DRAWS = ["--draws", "20000", "--engine", "interpreter"]


def named(outputs):
    return {output["name"]: output for output in outputs}


def same_numbers(cell, run, where):
    """Every statistic of a cell is that of a run of its own, to the last bit."""
    alone = {o["name"]: o for o in run["outputs"] if o["period"] is None and o["member"] is None}
    checked = 0
    for name, output in named(cell["outputs"]).items():
        if name not in alone:
            continue
        checked += 1
        for key in ("mean", "mean_se", "sd", "valid", "draws"):
            if key in alone[name]:
                assert output[key] == alone[name][key], (where, name, key)
        for mine, theirs in zip(output["percentiles"], alone[name]["percentiles"], strict=True):
            assert (mine["p"], mine["value"], mine["low"], mine["high"], mine["draw"]) == tuple(theirs[k] for k in ("p", "value", "low", "high", "draw")), (where, name)
        for mine, theirs in zip(output["shortfall"], alone[name]["shortfall"], strict=True):
            assert mine["value"] == theirs["value"] and mine["se"] == theirs["se"], (where, name)
        for mine, theirs in zip(output["targets"], alone[name]["targets"], strict=True):
            assert mine["probability"] == theirs["probability"], (where, name)
    return checked


def test_cells_are_runs():
    for model in (FIRST, ORBITAL, PORTFOLIO):
        stress = apsis("stress", model, *DRAWS, "--json").json
        base = apsis("run", model, *DRAWS, "--json").json
        assert stress["cells"][0]["name"] == "base"
        checked = same_numbers(stress["cells"][0], base, "base")
        for cell in stress["cells"][1:]:
            checked += same_numbers(cell, apsis("run", model, *DRAWS, "--scenario", cell["name"], "--json").json, cell["name"])
        assert checked >= len(stress["cells"]), model
        of = stress["of"]
        means = [named(cell["outputs"])[of]["mean"] for cell in stress["cells"][1:]]
        assert means == sorted(means), "the worst is not first"
        turned = apsis("stress", model, *DRAWS, "--more-is-worse", "--json").json
        assert [c["name"] for c in turned["cells"][1:]] == [c["name"] for c in reversed(stress["cells"][1:])]


def test_differences():
    stress = apsis("stress", ORBITAL, *DRAWS, "--json").json
    base = named(stress["cells"][0]["outputs"])
    for cell in stress["cells"][1:]:
        for name, output in named(cell["outputs"]).items():
            if output["mean"] is None:
                continue
            d = output["mean_difference"]
            assert abs(d["value"] - (output["mean"] - base[name]["mean"])) <= 1e-9 * max(abs(output["mean"]), abs(base[name]["mean"]), 1e-300), (cell["name"], name)
            assert d["low"] <= d["value"] <= d["high"]
            if output["same"]:
                assert d["low"] == d["value"] == d["high"] == 0 and output["mean"] == base[name]["mean"]
            else:  # paired: narrower than two independent runs would be
                apart = 1.96 * (output["mean_se"] ** 2 + base[name]["mean_se"] ** 2) ** 0.5
                assert (d["high"] - d["low"]) / 2 < 1.2 * apart
            for mine, theirs in zip(output["percentiles"], base[name]["percentiles"], strict=True):
                assert mine["difference"]["value"] == mine["value"] - theirs["value"]
            assert output["higher_share"] + output["lower_share"] <= 1 + 1e-12


def test_grid_and_parts():
    grid = apsis("stress", FIRST, *DRAWS, "--grid", "wacc = 8%, 12%; chip_supply = 1, 2, 3", "--json").json
    assert len(grid["cells"]) == 7
    for cell in grid["cells"][1:]:
        sets = [word for part in cell["name"].split(", ") for word in ("--set", part)]
        assert same_numbers(cell, apsis("run", FIRST, *DRAWS, *sets, "--json").json, cell["name"]) == 1
    cell = apsis("stress", FIRST, *DRAWS, "--cell", "slow_permits; wacc = 12%", "--json").json["cells"][1]
    assert same_numbers(cell, apsis("run", FIRST, *DRAWS, "--scenario", "slow_permits", "--set", "wacc = 12%", "--json").json, "both") == 1
    text = apsis("stress", FIRST, *DRAWS, "--grid", "wacc = 8%, 12%; chip_supply = 1, 2, 3").out
    assert "wacc, chip_supply across" in text and "12%" in text


def test_bands():
    band = apsis("stress", FIRST, *DRAWS, "--band", "permit_delay in P75..P100", "--json").json
    value = named(band["cells"][1]["outputs"])["value"]
    assert value["mean_difference"]["high"] < 0, "permits that take longer cost nothing"
    everything = apsis("stress", FIRST, *DRAWS, "--band", "permit_delay in P0..P100", "--json").json
    assert named(everything["cells"][1]["outputs"])["value"]["same"]
    both = apsis("stress", FIRST, *DRAWS, "--scenario", "slow_permits", "--band", "permit_delay in P75..P100", "--json").json
    assert sorted(c["name"] for c in both["cells"]) == ["base", "permit_delay in P75..P100", "slow_permits", "slow_permits; permit_delay in P75..P100"]


def test_csv():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "s.csv")
        done = apsis("stress", FIRST, *DRAWS, "--csv", path, "--json")
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        cells = {cell["name"]: named(cell["outputs"]) for cell in done.json["cells"]}
        seen = 0
        for row in rows:
            output = cells[row["cell"]][row["output"]]
            assert "nan" not in str(row).lower() and "inf" not in str(row).lower()
            if row["statistic"] == "mean":
                seen += 1
                assert float(row["value"]) == output["mean"]
                if row["cell"] != "base":
                    assert float(row["difference_low"]) == output["mean_difference"]["low"]
            if row["statistic"] == "P95":
                seen += 1
                assert float(row["value"]) == [p["value"] for p in output["percentiles"] if p["p"] == 95][0]
        assert seen == 6
        assert apsis("stress", FIRST, *DRAWS, "--csv", os.path.join(folder, "no", "s.csv")).code == 1
    piped = apsis("stress", FIRST, *DRAWS, "--csv", "-")
    assert list(csv.reader(io.StringIO(piped.out)))[0][0] == "cell" and "rocket company" not in piped.out


def test_engines_agree():
    plain, compiled = (apsis("stress", FIRST, "--draws", "20000", "--engine", engine, "--csv", "-").out for engine in ("interpreter", "compiled"))
    assert plain == compiled


def test_bad_input():
    for words, part in (
        (["--band", "permit_delay in P60..P60"], "the band P60..P60 is empty"),
        (["--band", "permit_dely in P5..P60"], "permit_delay"),
        (["--scenario", "slow_permit"], "slow_permits"),
        (["--grid", "wacc = " + NUMBERS + "; chip_supply = " + NUMBERS], "the most is 10000"),
        (["--grid", "wacc ="], "wacc"),
        (["--grid", "wac = 8%, 9%"], "wacc"),
        (["--of", "valu"], "valu"),
        (["--cell", "slow_permits; slow_permits; wacc = "], "wacc"),
    ):
        done = apsis("stress", FIRST, *DRAWS, *words)
        assert done.code in (2, 65) and done.out == "" and part in done.err, (words, done.code, done.err)
    with tempfile.NamedTemporaryFile("w", suffix=".risk") as model:
        model.write("x ~ normal(0, 1)\noutput y = x\n")
        model.flush()
        done = apsis("stress", model.name)
        assert done.code == 2 and "no scenario" in done.err, done.err


main(globals())
