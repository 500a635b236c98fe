"""test_stress_html.py - the report of a stress: sound HTML, nothing that runs or loads, the numbers of --json, safe texts, grids, small and quick."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import resource
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import model_path, run, run_json  # noqa: E402
from html_page import check_page, number, shows  # noqa: E402


def report(model, *arguments, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "s.html")
        run("stress", model, "--html", path, *arguments, **options)
        assert os.listdir(folder) == ["s.html"], os.listdir(folder)
        with open(path, encoding="utf-8") as file:
            return file.read()


def parts(cell):
    """"335−311 ±2.1" -> "335", "−311", "2.1"."""
    match = re.fullmatch(r"(\u2212?[\d.,]+(?:e[+-]\d+)?(?:\s%)?)(?:([+\u2212\u00b1]?[\d.,]+(?:e[+-]\d+)?)(?: \u00b1([\d.,]+(?:e[+-]\d+)?))?)?", cell)
    assert match, cell
    return match.groups()


def plain(text):
    return text.replace("+", "", 1).replace("\u00b1", "", 1)


def named(cell, name):
    return cell.replace("the same in every draw", "") == (name.replace("_", " ") if re.fullmatch(r"\w+", name) else name)


def half(d):
    return max(d["value"] - d["low"], d["high"] - d["value"])


def check_change(value, error, d, scale):
    assert shows(plain(value), d["value"] * scale), (value, d)
    if error:
        said, digit = number(error)
        assert abs(said - half(d) * scale) <= digit * 1.0001, (error, d)


def check_numbers(page, result, scale=1):
    """Every figure of the tables is the one of --json, rounded."""
    checked, cells = 0, result["cells"]

    def of(cell, name):
        return next(o for o in cell["outputs"] if o["name"] == name)

    ranges = page.table("Mean and percentiles of ")
    for row, cell in zip(ranges["rows"], cells, strict=True):
        output = of(cell, result["of"])
        assert named(row[0], cell["name"]), (row, cell["name"])
        assert shows(row[1], output["mean"] * scale)
        wanted = {f"P{p['p']:g}": p["value"] for p in output["percentiles"]}
        for head, text in zip(ranges["heads"][2:], row[2:]):
            assert text == "none" if head not in wanted else shows(text, wanted[head] * scale), (row, head)
            checked += 1
    changes = page.table("Change of the mean of ")
    for row, cell in zip(changes["rows"], cells[1:], strict=True):
        output = of(cell, result["of"])
        for text, key in zip(row[1:4], ("value", "low", "high")):
            assert shows(text, output["mean_difference"][key] * scale), (row, output["mean_difference"])
        for text, key in zip(row[4:], ("lower_share", "higher_share")):
            assert text == "none" if output[key] is None else shows(text, 100 * output[key]), (row, key)
        checked += 5
    values = next(t for t in page.tables if ": each case, and below each figure its change" in t["caption"])
    for row, cell in zip(values["rows"], cells, strict=True):
        output = of(cell, result["of"])
        lookup = {"Mean": (output["mean"], output.get("mean_difference"))}
        lookup.update({f"P{p['p']:g}": (p["value"], p.get("difference")) for p in output["percentiles"]})
        lookup.update({f"Worst {f['p']:.3g} %": (f["value"], f.get("difference")) for f in output["shortfall"] if f["side"] == "low"})
        for head, text in zip(values["heads"][1:-1], row[1:-1]):
            value, change, error = parts(text)
            wanted, difference = lookup[head]
            assert shows(value, wanted * scale), (row, head)
            if change:
                check_change(change, error, difference, scale)
            checked += 3
    targets = [o for o in cells[0]["outputs"] if o["targets"]]
    tables = [t for t in page.tables if t["caption"].startswith("Chance that ")]
    assert len(tables) == len(targets)
    for table, output in zip(tables, targets):
        for row, cell in zip(table["rows"], cells, strict=True):
            for text, target in zip(row[1:], of(cell, output["name"])["targets"]):
                value, change, error = re.fullmatch(r"(.*?%)([+\u2212\u00b1]?[\d.]+)?(?: \u00b1([\d.]+))?", text).groups()
                assert shows(value, 100 * target["probability"]), (row, target)
                if change:
                    check_change(change, error, target["difference"], 100)
                checked += 3
    return checked


def check_models():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for name, arguments in (("orbital_compute", ["--draws", "20k"]),
                            ("orbital_compute", ["--draws", "20k", "--of", "peak_funding", "--more-is-worse", "--percentiles", "1,50,99"]),
                            ("first", ["--draws", "20k", "--set", "wacc = 12%", "--cell", "wacc = 8%"]),
                            ("terrestrial_dc", ["--draws", "5k"])):
        path = model_path(name)
        text = report(path, *arguments)
        page = check_page(text)
        result = run_json("stress", path, *arguments)
        checked = 0 if "--more-is-worse" in arguments else check_numbers(page, result)
        assert len(text.encode()) < 400_000
        command = re.search(r"<dt>Command</dt><dd><code>(.*?)</code>", text)[1].replace("&#39;", "'")
        assert command.startswith(f"apsis stress {path} --draws "), command
        print(f"{name}: {len(text.encode()) / 1000:.0f} kB, {checked} figures as in --json")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 60, after.ru_utime - before.ru_utime
    text = report(model_path("orbital_compute"), "--draws", "20k")
    assert "The worst of the seven stories is <strong>price war</strong> (Compute 30% cheaper for good from 2029): it takes <strong>" in text
    assert re.search(r"and leaves a lower value in 8\d\.\d % of futures\.", text.replace("\u00a0", " ")), re.findall("leaves a lower.{30}", text)[:2]


def check_grid():
    grid = "wacc = 8%, 10%, 12%; launch_cap = 500, 2000"
    text = report(model_path("orbital_compute"), "--draws", "5k", "--grid", grid)
    page = check_page(text)
    result = run_json("stress", model_path("orbital_compute"), "--draws", "5k", "--grid", grid)
    means = {c["name"]: next(o["mean"] for o in c["outputs"] if o["name"] == result["of"]) for c in result["cells"]}
    table = page.table("Mean of ")
    assert table["heads"][1:] == ["500", "2000"] and [row[0] for row in table["rows"]] == ["8%", "10%", "12%"]
    for row in table["rows"]:
        for head, cell in zip(table["heads"][1:], row[1:]):
            assert shows(cell, means[f"wacc = {row[0]}, launch_cap = {head}"]), (row, head, means)
    check_numbers(page, result)
    long = "; ".join(f"{name} = " + ", ".join(str(1 + i / 100) for i in range(n)) for name, n in (("a", 20), ("b", 20), ("c", 3)))
    text = report("-", "--draws", "500", "--grid", long, stdin="a = 1\nb = 1\nc = 1\nx ~ normal(0, 1)\noutput v = a * b * c + x\noutput w = a + x\n")
    check_page(text)
    assert len(text.encode()) < 400_000, len(text)


EVIL = '''model evil "</title><script>alert('title')</script> & quotes"
x ~ normal(0, 1) "<img src=x onerror=alert(1)>"
wacc = 10%
output v = x * wacc "<script>alert(5)</script> [<b>]" targets 0
output c = if x > wacc then "<u>up</u>" else "'down' & out" "pick"
scenario bad_one "</h2><script>alert('story')</script> & 'so'"
  wacc = if x > 0 then 12% else 5%   # "<i>"
scenario same "\u05e9\u05dc\u05d5\u05dd"
  wacc = 10%
'''


def check_evil_and_small():
    cells = ["--cell", "bad_one; x ~ normal(1, 1)  \"<script>alert('cell')</script> [''<b>'']\"", "--scenario", "bad_one", "--scenario", "same"]
    text = report("-", "--draws", "2k", *cells, stdin=EVIL)
    page = check_page(text)
    assert "\u05e9\u05dc\u05d5\u05dd" in text and "&lt;script&gt;alert(&#39;cell&#39;)" in text and "the same in every draw" in text
    assert any("wacc = if x > 0 then 12% else 5%" in row[1] for row in page.table("The cases")["rows"])
    models = {"constant": "a = 1\noutput v = a\nscenario s\n  a = 2\n", "category": 'a = 0\nx ~ normal(0, 1)\noutput v = x\noutput c = if x > a then "up" else "down"\nscenario s\n  a = 1\n',
              "invalid": "a = 1\nx ~ normal(0, 1)\noutput v = log(a * x)\nscenario s\n  a = -1\n", "share": "a = 1\nx ~ uniform(0, 1)\noutput v = x ^ a \"share of the year\"\nscenario s\n  a = 2\n"}
    for name, model in models.items():
        for arguments in ([], ["--percentiles", "none"], ["--draws", "3"]):
            text = report("-", "--draws", "500", *arguments, stdin=model, expect=None)
            check_page(text)
            body = re.sub(r"<[^>]*>", " ", text.split("<body>")[1])
            assert not re.search(r"\bnan\b|-nan|\binf\b|NaN", body), (name, re.findall(r".{40}\b(?:nan|inf|NaN)\b.{20}", body)[:3])


def check_faults():
    with tempfile.TemporaryDirectory() as folder:
        done = run("stress", model_path("first"), "--set", "wacc = 12%", "--draws", "500", "--html", os.path.join(folder, "none", "s.html"), expect=1)
        assert "cannot write" in done.stderr, done.stderr
        done = run("stress", model_path("first"), "--set", "wacc = 12%", "--draws", "500", "--html", "/dev/full", expect=1)
        assert "cannot write" in done.stderr, done.stderr


check_models()
check_grid()
check_evil_and_small()
check_faults()
