"""test_report_html.py - the report of a run: sound HTML, nothing that runs or loads, the numbers of --json, safe texts, small and quick."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import resource
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import COMMAND, model_path, run, run_json  # noqa: E402
from html_page import check_page, number, shows  # noqa: E402

MODELS = ["first", "orbital_compute", "portfolio", "terrestrial_dc", "revenue_stack"]
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def report(model, *arguments, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "r.html")
        done = run("run", model, "--html", path, *arguments, **options)
        assert os.listdir(folder) == ["r.html"], os.listdir(folder)
        return read(path), done


def scale_of(unit_cell, output):
    """Rates and shares are shown in per cent."""
    return 100.0 if unit_cell == "%" and output["unit"] != "%" else 1.0


def check_numbers(page, result):
    """Every figure of the tables is the one of --json, rounded."""
    checked = 0
    scalars = [o for o in result["outputs"] if o["period"] is None and o["shares"] is None]
    table = page.table("Outputs: mean and percentiles")
    rows = [row for row in table["rows"] if len(row) > 2]
    assert len(rows) == len(scalars)
    scales = {}
    for row, output in zip(rows, scalars):
        scale = scales[id(output)] = scale_of(row[1], output)
        name = output["name"] + (f"[{output['member']}]" if output["member"] else "")
        assert name in row[0], (row[0], name)
        cells = [cell.split("\u00b1") for cell in row[2:]]
        assert shows(cells[0][0], output["mean"] * scale), (row, output["mean"])
        wanted = {f"P{p['p']:g}": p for p in output["percentiles"]}
        for head, cell in zip(table["heads"][3:], cells[1:]):
            p = wanted[head]
            assert shows(cell[0], p["value"] * scale), (name, head, cell, p)
            half = max(p["value"] - p["low"], p["high"] - p["value"]) * scale
            assert abs(number(cell[1])[0] - half) <= max(number(cell[1])[1] * 1.0001, 0.5 * half), (name, head, cell, half)
            checked += 2
    # charts of numbers, in their order
    histograms = [t for t in page.tables if t["caption"].startswith("Histogram of ")]
    drawn = [o for o in scalars if o["min"]["value"] != o["max"]["value"] and o["histogram"] and len(o["histogram"]["counts"]) > 2]
    assert len(histograms) == len(drawn), (len(histograms), len(drawn))
    for table, output in zip(histograms, drawn):
        counts, edges = output["histogram"]["counts"], output["histogram"]["edges"]
        if table["heads"][0] == "Value":  # whole numbers, a row each
            ends = [min(edges[0], output["min"]["value"])] + edges[1:-1] + [max(edges[-1], output["max"]["value"]) + 1e-9]
            for value, draws, share in table["rows"]:
                bins = [i for i in range(len(counts)) if ends[i] - 1e-9 <= float(value.replace(",", "")) < ends[i + 1] - 1e-9 * (i + 1 < len(counts))]
                assert len(bins) == 1 and counts[bins[0]] == draws.replace(",", ""), (value, draws, bins)
                assert shows(share, 100 * int(counts[bins[0]]) / (int(output["draws"]) * output["given_share"] - int(output["invalid"]["count"])))
                checked += 2
            continue
        assert [row[2].replace(",", "") for row in table["rows"]] == counts
        for i, row in enumerate(table["rows"][1:-1], 1):
            assert shows(row[0], edges[i] * scales[id(output)]) and shows(row[1], edges[i + 1] * scales[id(output)]), (row, edges[i])
            checked += 4
    tables = [t for t in page.tables if t["caption"].startswith("Percentiles of ")]
    assert len(tables) == len([o for o in drawn if o["percentiles"]])
    for table, output in zip(tables, drawn):
        for row, p in zip(table["rows"], output["percentiles"], strict=True):
            scale = scales[id(output)]
            assert row[0] == f"P{p['p']:g}" and row[4] == p["draw"] and shows(row[1], p["value"] * scale), (row, p)
            for cell, key in ((row[2], "low"), (row[3], "high")):
                assert cell == "none" if p[key] is None else shows(cell, p[key] * scale), (row, p)
            checked += 4
    # targets, with their intervals
    targets = [(o, t) for o in scalars for t in o["targets"]]
    if targets:
        for row, (output, target) in zip(page.table("Probability that an output is above")["rows"], targets, strict=True):
            for cell, key in ((row[2], "probability"), (row[3], "low"), (row[4], "high")):
                assert shows(cell, 100 * target[key]), (row, target)
                checked += 1
    # series, period by period
    series = {}
    for output in result["outputs"]:
        if output["period"] is not None:
            series.setdefault((output["name"], output["member"]), []).append(output)
    tables = [t for t in page.tables if t["heads"] and t["heads"][0] == "Period"]
    assert len(tables) == len(series), (len(tables), len(series))
    for table, periods in zip(tables, series.values()):
        for row, output in zip(table["rows"], periods, strict=True):
            assert row[0] == output["period"]
            if output["shares"] is not None:
                for cell, share in zip(row[1:], output["shares"].values(), strict=True):
                    assert shows(cell, 100 * share), (row, share)
            else:
                scale = 100.0 if table["caption"].endswith(", %") else 1.0
                assert shows(row[1], output["mean"] * scale), (row, output["mean"])
                for cell, p in zip(row[2:], output["percentiles"]):
                    assert shows(cell, p["value"] * scale), (row, p)
            checked += len(row)
    shares = [o for o in result["outputs"] if o["period"] is None and o["shares"] is not None]
    for table, output in zip([t for t in page.tables if t["caption"].startswith("Shares of ")], shares, strict=True):
        for row, (name, share) in zip(table["rows"], output["shares"].items(), strict=True):
            assert row[0] == name and shows(row[2], 100 * share)
            checked += 1
    # assumptions
    inputs = {i["name"]: i for i in result["inputs"]}
    table = page.table("Every uncertain input")
    at = table["heads"].index("P5")
    rows = [row for row in table["rows"] if len(row) > 2]
    assert len(rows) == len(inputs)
    for row, wanted in zip(sorted(rows, key=lambda r: r[at + 2]), range(len(rows))):
        found = [i for name, i in inputs.items() if name in row[0] and (i["p5"] is not None or row[at] == "varies")]
        assert found, row
        if row[at] == "varies":
            continue
        assert any(all(shows(cell, (100 if "%" in cell else 1) * i[key]) for cell, key in zip(row[at:at + 3], ("p5", "p50", "p95"))) for i in found), (row, found)
        checked += 3
    # drivers
    for table, output in zip([t for t in page.tables if t["caption"].startswith("Rank correlations with ")], [o for o in drawn if any(abs(v or 0) >= 0.02 for v in o["rank_correlation"].values())], strict=True):
        for row in table["rows"]:
            assert shows(row[2].replace("+", ""), output["rank_correlation"][row[0]])
            checked += 1
    return checked


def check_models():
    sizes, added = {}, {}
    for name in MODELS:
        text, _ = report(model_path(name), "--draws", "40k")
        page = check_page(text)
        result = run_json("run", model_path(name), "--draws", "40k")
        checked = check_numbers(page, result)
        assert result["digest"] in text and result["model"]["sha256"] in text
        assert f"apsis run {model_path(name)} --draws 40000" in text
        sizes[name] = len(text.encode())
        assert sizes[name] < 360_000, (name, sizes[name])  # 400 kB are allowed
        print(f"{name}: {sizes[name] / 1000:.0f} kB, {checked} figures as in --json")
        # what it takes beyond the run: processor time with and without it, on one thread, the least of three
        times = {}
        for extra in ([], ["--html", os.devnull]) * 3:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([COMMAND, "run", model_path(name), "--draws", "1k", "--threads", "1", "--engine", "interpreter", *extra], capture_output=True, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times[bool(extra)] = min(times.get(bool(extra), 1e9), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        added[name] = times[True] - times[False]
        assert added[name] < 0.15, (name, times)  # 200 ms are allowed
    print("ms beyond the run:", {name: round(1000 * value) for name, value in added.items()})


def check_same_bytes():
    texts = [report(model_path("portfolio"), "--draws", "20k", "--engine", engine, "--threads", threads)[0] for engine, threads in (("interpreter", "1"), ("compiled", "2"))]
    plain = [re.sub(r"<dt>Engine</dt><dd>.*?</dd>", "", text) for text in texts]
    assert plain[0] == plain[1]


EVIL = '''model evil "</title><script>alert('title')</script> & \\"quotes\\""
period year 2026 to 2029
currency "$B"
## <b onclick=alert(1)>section</b>
x ~ normal(0, 1) "<img src=x onerror=alert('x')> \u05e9\u05dc\u05d5\u05dd ]]> --> [\\"<i>\\"]" from "</td></table><script>alert(2)</script>"
y ~ uniform(0, 1) "\u0645\u0631\u062d\u0628\u0627 <svg/onload=alert(3)>" from "javascript:alert(4)"
s[t] = x + t * y
unused ~ normal(0, 1) "'\\"><script>"   # apsis: allow unused-input "<script>alert('reason')</script>"
output v = x + y "&lt;value&gt; <script>alert(5)</script> [\\"><b>]" targets 0
output c = if x > 0 then "<u>up</u>" else "\\"down\\" & out" "pick & choose"
output k[t] = if s[t] > 1 then "</svg><script>alert(6)</script>" else "'" "kinds"
output s[t] "</desc></svg><img src=x>"
output w = if x > 3 then 0/0 else x
correlate
  x, y 50%
'''


def check_evil_texts():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "<b>\"x' &.risk")
        with open(path, "w", encoding="utf-8") as file:
            file.write(EVIL.replace('\\"', "''"))
        html = os.path.join(folder, "r.html")
        run("run", path, "--draws", "20k", "--html", html, expect=1)  # draws of w are invalid
        text = read(html)
        page = check_page(text)
        result = run_json("run", path, "--draws", "20k", expect=1)
        check_numbers(page, result)
        assert "\u05e9\u05dc\u05d5\u05dd" in text and "<bdi>" in text
        assert "Draws left out." in text and f"--draw {result['outputs'][-1]['invalid']['first_draw']}" in text
        assert "&lt;script&gt;alert(&#39;reason&#39;)&lt;/script&gt;" in text
        assert page.table("Findings that the author of the model has silenced")["rows"][0][3] == "<script>alert('reason')</script>"


def check_small_models():
    """One value, a year, categories alone, no percentiles, few draws, a scenario: each has a sound page."""
    texts = {
        "constant": "output v = 3",
        "category": 'x ~ normal(0, 1)\noutput c = if x > 0 then "up" else "down"',
        "series": "period year 2026 to 2026\nx ~ normal(0, 1)\noutput s[t] = x",
        "months": "period month 2026-07 to 2040-06\nx ~ normal(0, 1)\noutput s[t] = x * t given x > 3",
        "huge": "x ~ lognormal(p10: 1e9, p90: 1e14)\noutput v = x \"value [$]\" targets 1e12",
        "tiny": "x ~ normal(1e-9, 1e-10)\noutput v = x",
        "whole": "n ~ poisson(3)\noutput v = n",
        "nothing": "x ~ normal(0, 1)\noutput v = log(-1 - x ^ 2)",
        "atom": "x ~ normal(0, 1)\noutput v = min(1, max(0, x + 0.5)) \"share of the year\"",
    }
    for name, text in texts.items():
        for arguments in (["--draws", "5000"], ["--draws", "3"], ["--draws", "5000", "--percentiles", "none"], ["--draws", "5000", "--percentiles", "0.1,1,2,3,10,20,30,50,60,80,97,99.99"]):
            html, _ = report("-", *arguments, stdin=text + "\n", expect=None)
            page = check_page(html)
            body = re.sub(r"<[^>]*>", " ", html.split("<body>")[1])
            assert not re.search(r"\bnan\b|-nan|\binf\b", body), (name, arguments, re.findall(r".{40}\b(?:nan|inf)\b.{20}", body)[:3])
            assert "NaN" not in html.split("<body>")[1].replace("not a number", ""), (name, arguments)
            if name == "nothing":
                assert "No valid draw" in html


def check_scenario_and_command():
    text, _ = report(model_path("first"), "--draws", "5k", "--seed", "7", "--set", "wacc = 10%", "--target", "value > 250", "--percentiles", "5,50,99.5", "--shortfall", "10")
    assert f"apsis run {model_path('first')} --draws 5000 --seed 0x7 --set &#39;wacc = 10%&#39; --target &#39;value &gt; 250&#39; --percentiles 5,50,99.5 --shortfall 10" in text
    text, _ = report(model_path("orbital_compute"), "--draws", "5k", "--scenario", "no_orbit")
    assert "scenario no_orbit" in text and "by the scenario" in text
    command = re.search(r"<dt>Command</dt><dd><code>(.*?)</code>", text)[1]
    assert run_json(*command.split()[1:])["digest"] in text


def check_faults():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "r.html")
        done = run("run", model_path("first"), "--draws", "2k", "--html", os.path.join(folder, "none", "r.html"), expect=1)
        assert "cannot write" in done.stderr and "No such file" in done.stderr, done.stderr
        done = run("run", model_path("first"), "--draws", "2k", "--html", folder, expect=1)
        assert "cannot write" in done.stderr, done.stderr
        done = run("run", model_path("first"), "--draws", "2k", "--html", "/dev/full", expect=1)
        assert "cannot write" in done.stderr, done.stderr
        done = run("run", model_path("first"), "--html", expect=2)
        with open(path, "w") as file:
            file.write("old")
        run("run", "-", "--html", path, stdin="output v = \n", expect=65)
        assert read(path) == "old" and os.listdir(folder) == ["r.html"]  # untouched, and nothing beside it
        both = run("run", model_path("first"), "--draws", "2k", "--html", path, "--json")
        assert both.stdout.startswith("{") and read(path).startswith("<!DOCTYPE html>")


check_models()
check_same_bytes()
check_evil_texts()
check_small_models()
check_scenario_and_command()
check_faults()
