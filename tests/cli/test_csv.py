# test_csv.py - apsis run --csv: every number is the one of --json to the last bit, empty where there is none, one table that readers of CSV take.
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import os

from cli_common import MODELS, apsis, main, scratch

MODELS_ALL = sorted(name for name in os.listdir(MODELS) if name.endswith(".risk"))
AWKWARD = """model awkward "T"
a ~ normal(0, 1)
b ~ uniform(0, 1)
output odd = a         "a 'quoted' label, with commas [$B]"
output root = sqrt(a)  "=1+1"
output never = log(-1 - b)
"""


def table(*words, cwd=MODELS, code=0):
    done = apsis("run", *words, "--csv", "-", cwd=cwd)
    assert done.code == code, (done.code, done.err)
    rows = list(csv.DictReader(io.StringIO(done.out, newline=""), strict=True))
    assert all(None not in row and None not in row.values() for row in rows), "rows of different length"
    heads = done.out.split("\n")[0].split(",")
    assert len(set(heads)) == len(heads)
    cells = [cell.lower() for row in csv.reader(io.StringIO(done.out)) for cell in row]
    assert not {"nan", "inf", "-inf", "-nan", "null", "none"} & set(cells)
    return rows


def same(cell, value):
    return cell == "" if value is None else cell != "" and float(cell) == float(value)


def compare(rows, result):
    numbers = 0
    assert len(rows) == len(result["outputs"])
    for row, output in zip(rows, result["outputs"]):
        for column, value in (("output", output["name"]), ("member", output["member"]), ("period", output["period"]), ("label", output["label"]),
                              ("unit", output["unit"]), ("section", output["section"]), ("given", output["given"])):
            assert row[column] == (value or ""), (column, row, value)
        place = ", ".join(word for word in (output["member"], output["period"]) if word)
        assert row["name"] == output["name"] + (f"[{place}]" if place else ""), row["name"]
        wanted = {"draws": output["draws"], "invalid": output["invalid"]["count"], "first_invalid": output["invalid"]["first_draw"]}
        wanted |= {name: output[name] for name in "mean mean_se sd sd_se skewness skewness_se kurtosis kurtosis_se".split()}
        for end in ("min", "max"):
            wanted |= {end: (output[end] or {}).get("value"), end + "_draw": (output[end] or {}).get("draw")}
        for p in output["percentiles"]:
            wanted |= {f"p{p['p']:g}": p["value"]} | {f"p{p['p']:g}_{key}": p[key] for key in ("low", "high", "draw")}
        for s in output["shortfall"]:
            wanted |= {f"shortfall_{s['side']}_{s['p']:g}": s["value"], f"shortfall_{s['side']}_{s['p']:g}_se": s["se"]}
        for i, t in enumerate(output["targets"], 1):
            wanted |= {f"target_{i}_{key}": t[key] for key in ("above", "probability", "low", "high")}
        for i, (category, share) in enumerate((output["shares"] or {}).items(), 1):
            assert row[f"category_{i}"] == category
            wanted[f"share_{i}"] = share
        if output["several_sign_changes"] is not None:
            wanted["several_sign_changes"] = output["several_sign_changes"]
        for column, value in wanted.items():
            assert same(row[column], value), (row["name"], column, row[column], value)
        words = {"name", "output", "member", "period", "label", "unit", "section", "given", "given_draws", "valid"} | {key for key in row if key.startswith("category_")}
        assert not [key for key, cell in row.items() if cell and key not in wanted and key not in words], row
        assert int(row["valid"]) + int(row["invalid"]) == int(row["given_draws"]) <= int(row["draws"])
        numbers += sum(value is not None for value in wanted.values())
    return numbers


def test_models():
    for model in MODELS_ALL:
        words = (model, "--draws", 3000)
        assert compare(table(*words), apsis("run", *words, "--json").json) > 100


def test_awkward():
    with scratch(awkward__risk=AWKWARD) as folder:
        words = ("awkward.risk", "--draws", 2000, "--percentiles", "0.1,50,99.95", "--shortfall", "5,2.5", "--target", "odd > 1", "--target", "odd > -0.1", "--max-invalid", "100%")
        rows = table(*words, cwd=folder)
        compare(rows, apsis("run", *words, "--json", cwd=folder).json)
        assert rows[0]["label"] == "a 'quoted' label, with commas" and rows[0]["unit"] == "$B"
        assert rows[2]["valid"] == "0" and rows[2]["mean"] == rows[2]["p50"] == ""
        assert apsis("run", *words[:-2], "--csv", "-", cwd=folder).code == 1  # too many invalid draws, said all the same


def test_beside():
    """To a file the report still comes; to stdout nothing else does."""
    with scratch() as folder:
        path = os.path.join(folder, "t.csv")
        both = apsis("run", "first.risk", "--draws", 2000, "--csv", path)
        alone = apsis("run", "first.risk", "--draws", 2000, "--csv", "-")
        assert both.code == 0 and "enterprise value" in both.out
        with open(path) as file:
            assert file.read() == alone.out
        assert os.listdir(folder) == ["t.csv"]
        record = apsis("run", "first.risk", "--draws", 2000, "--csv", "-", "--html", os.path.join(folder, "t.html"))
        assert record.out == alone.out and sorted(os.listdir(folder)) == ["t.csv", "t.html"]


def test_wrong():
    clash = apsis("run", "first.risk", "--csv", "-", "--json")
    assert clash.code == 2 and "both" in clash.json["error"], clash.out
    lost = apsis("run", "first.risk", "--draws", 2000, "--csv", "no/such/folder/t.csv")
    assert lost.code == 1 and "cannot write no/such/folder/t.csv: No such file or directory" in lost.err, lost.err


def test_pandas():
    try:
        import pandas
    except ImportError:
        print("without pandas: not read by it")
        return
    frame = pandas.read_csv(io.StringIO(apsis("run", "first.risk", "--draws", 2000, "--csv", "-").out), float_precision="round_trip")
    result = apsis("run", "first.risk", "--draws", 2000, "--json").json["outputs"]
    assert list(frame["mean"]) == [output["mean"] for output in result]


main(globals())
