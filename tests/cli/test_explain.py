# test_explain.py - what changed, as a user asks: two versions of a model, a scenario, two records, and what bad input gets.
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import json
import os

from cli_common import MODELS, apsis, golden, main, scratch

FIRST = os.path.join(MODELS, "first.risk")


def changed():
    with open(FIRST, encoding="utf-8") as file:
        text = file.read()
    for old, new in (("pert(7.5%, 9.5%, 13%)", "pert(8%, 10.5%, 14%)"), ("pert(20, 150, 900)", "pert(20, 120, 700)"), ("rack_revenue * 10", "rack_revenue * price_factor * 10")):
        assert old in text
        text = text.replace(old, new)
    return text.replace("\nin_orbit", "\nprice_factor = 90%   \"of today's price\"\nspare = 3\n\nin_orbit")


def of(values, p=None):
    return next(v for v in values if v["p"] == p)


def run_figures(folder, *words):
    measure = next(m for m in apsis("run", *words, "--json", cwd=folder).json["outputs"] if m["name"] == "value")
    return measure["mean"], {p["p"]: p["value"] for p in measure["percentiles"]}


def test_two_versions():
    with scratch(new__risk=changed()) as folder:
        done = apsis("explain", FIRST, "new.risk", "--of", "value", "--draws", "20k", "--json", cwd=folder)
        assert done.code == 0, done.err
        told = done.json
        assert told["method"] == "shapley" and told["cells"] == 8 and told["draws"] == "20000"
        assert {p["name"] for p in told["parts"]} == {"price_factor (new) and cash[t]", "wacc", "launch_cadence"}
        assert [c["name"] for c in told["idle"]] == ["spare"]
        wacc = next(p for p in told["parts"] if p["name"] == "wacc")["changes"][0]
        assert wacc["was"] == "pert(7.5%, 9.5%, 13%)" and wacc["now"] == "pert(8%, 10.5%, 14%)" and wacc["label"] == "cost of capital"
        for p in (None, 5, 50, 95):  # parts add up; both ends are what runs of the two models say
            parts = [of(part["values"], p)["value"] for part in told["parts"]]
            before, after, difference = (of(told[key], p)["value"] for key in ("before", "after", "difference"))
            assert difference == after - before and abs(sum(parts) - difference) < 1e-9
            for path, value in ((FIRST, before), ("new.risk", after)):
                mean, percentiles = run_figures(folder, path, "--draws", "20k")
                assert value == (mean if p is None else percentiles[p]), (path, p)
            for part in told["parts"]:
                v = of(part["values"], p)
                assert v["low"] < v["value"] < v["high"]
        sizes = [abs(of(part["values"])["value"]) for part in told["parts"]]
        assert sizes == sorted(sizes, reverse=True)
        same = apsis("explain", FIRST, "new.risk", "--of", "value", "--draws", "20k", "--json", "--threads", "1", "--cpu", "plain", cwd=folder).json
        for key in ("before", "parts", "after", "difference"):
            assert same[key] == told[key]


def test_text():
    with open(FIRST, encoding="utf-8") as file:
        old = file.read()
    with scratch(new__risk=changed(), old__risk=old) as folder:
        for name, width, env in (("80", 80, {}), ("120", 120, {}), ("ascii", 80, {"LC_ALL": "C"})):
            done = apsis("explain", "old.risk", "new.risk", "--of", "value", "--draws", "20k", cwd=folder, width=width, env=env)
            assert done.code == 0 and done.err == "", done.err
            assert max(map(len, done.out.splitlines())) <= width
            assert name != "ascii" or done.out.isascii()
            golden(f"explain_first_{name}.txt", done.out)


def test_scenario():
    told = apsis("explain", "orbital_compute.risk", "--scenario", "no_orbit", "--of", "ev", "--draws", "5k", "--json")
    assert told.code == 0, told.err
    told = told.json
    assert [p["name"] for p in told["parts"]] == ["t_launch"] and told["parts"][0]["changes"][0]["override"] is True
    assert told["new"] == "orbital_compute.risk + no_orbit" and told["cells"] == 2
    assert told["parts"][0]["values"] == told["difference"]
    told = apsis("explain", "first.risk", "--set", "wacc = 10%\nlaunch_cadence = 2 * launch_cadence", "--draws", "5k", "--json").json
    assert {p["name"] for p in told["parts"]} == {"wacc", "launch_cadence"}


def test_records():
    with scratch(new__risk=changed()) as folder:
        for name, words in {"a": [FIRST], "b": ["new.risk"], "c": ["new.risk", "--seed", "7"], "d": [FIRST, "--scenario", "slow_permits"]}.items():
            assert apsis("run", *words, "--draws", "20k", "--record", f"{name}.json", cwd=folder).code == 0
        models = apsis("explain", FIRST, "new.risk", "--draws", "20k", "--json", cwd=folder).json
        records = apsis("explain", "a.json", "b.json", "--of", "value", "--json", cwd=folder).json
        assert records["parts"] == models["parts"] and records["draws"] == "20000"
        assert apsis("explain", "a.json", "new.risk", "--json", cwd=folder).json["parts"] == models["parts"]
        assert [p["name"] for p in apsis("explain", "a.json", "d.json", "--json", cwd=folder).json["parts"]] == ["permit_delay"]
        done = apsis("explain", "a.json", "c.json", cwd=folder)
        assert done.code == 2 and "0x1" in done.err and "0x7" in done.err and "--seed" in done.err
        assert apsis("explain", "a.json", "c.json", "--seed", "7", cwd=folder).code == 0
        with open(os.path.join(folder, "a.json"), encoding="utf-8") as file:
            record = json.load(file)
        record["model"]["text"] += "# more\n"
        with open(os.path.join(folder, "bad.json"), "w", encoding="utf-8") as file:
            json.dump(record, file)
        done = apsis("explain", "bad.json", "b.json", cwd=folder)
        assert done.code == 1 and "bad.json: the model's text was changed" in done.err, done.err
        assert apsis("explain", "a.json", "b.json", "--scenario", "slow_permits", cwd=folder).code == 2


def test_csv():
    with scratch(new__risk=changed()) as folder:
        done = apsis("explain", FIRST, "new.risk", "--draws", "2k", "--csv", "-", cwd=folder)
        told = apsis("explain", FIRST, "new.risk", "--draws", "2k", "--json", "--csv", "out.csv", cwd=folder).json
        rows = list(csv.DictReader(io.StringIO(done.out)))
        with open(os.path.join(folder, "out.csv"), encoding="utf-8") as file:
            assert file.read() == done.out
        assert len(rows) == (3 + len(told["parts"])) * 4
        assert float(rows[0]["value"]) == of(told["before"])["value"] and rows[0]["statistic"] == "mean"
        assert [r["name"] for r in rows if r["row"] == "part"][::4] == [p["name"] for p in told["parts"]]


def test_nothing_differs():
    with open(FIRST, encoding="utf-8") as file:
        text = file.read()
    with scratch(same__risk="# a comment\n" + text.replace("  ", " ").replace("9.5%", "0.095")) as folder:
        done = apsis("explain", FIRST, "same.risk", "--draws", "2k", cwd=folder)
        assert done.code == 0 and "Nothing differs" in done.out


def test_bad_input():
    with scratch(new__risk=changed(), other__risk="output other = 3\n", broken__risk="output value = undefined_name\n", empty__json="{}") as folder:
        for words, code, said in (
            ([FIRST, "new.risk", "--of", "valu"], 2, "--of: new.risk has no output valu: did you mean value?"),
            ([FIRST, "new.risk", "--of", "fleet"], 65, "it is a series: choose a period, as in fleet[2030]"),
            ([FIRST, "other.risk"], 65, "the two models have no output in common that is one number a draw"),
            ([FIRST, "broken.risk"], 65, "undefined_name is not a name of the model"),
            (["broken.risk", FIRST], 65, "undefined_name is not a name of the model"),
            ([FIRST, "nothere.risk"], 1, "nothere.risk"),
            (["nothere.json", FIRST], 1, "nothere.json"),
            (["empty.json", FIRST], 1, "empty.json is no whole record"),
            ([FIRST], 2, "give two models, or one and what to lay over it"),
            ([FIRST, FIRST, FIRST], 2, "takes two files"),
            ([FIRST, "--scenario", "slow_permit"], 65, "did you mean slow_permits?"),
            ([FIRST, "new.risk", "--percentiles", "500"], 2, "--percentiles 500"),
            ([FIRST, "new.risk", "--csv", "nowhere/out.csv"], 1, "cannot write nowhere/out.csv"),
        ):
            done = apsis("explain", *words, cwd=folder)
            assert done.code == code and said in done.err and done.out == "", (words, done.code, done.err, done.out)
        assert sorted(os.listdir(folder)) == ["broken.risk", "empty.json", "new.risk", "other.risk"]


if __name__ == "__main__":
    main(globals())
