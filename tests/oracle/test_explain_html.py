"""test_explain_html.py - the report of an explanation: sound HTML, nothing that runs or loads, the numbers of --json, safe texts."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import model_path, run, run_json  # noqa: E402
from html_page import check_page, shows  # noqa: E402


def report(*arguments, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "e.html")
        run("explain", *arguments, "--html", path, **options)
        with open(path, encoding="utf-8") as file:
            return file.read()


def check_numbers(page, result):
    """The rows of every waterfall: old, parts, new, difference; each a value with its interval."""
    tables = [t for t in page.tables if t["caption"].startswith("Parts of the change of ")]
    assert len(tables) == len(result["before"]) and tables[0]["caption"].startswith("Parts of the change of the mean")
    checked = 0
    for k, table in enumerate(tables):
        rows = [result["before"][k]] + [part["values"][k] for part in result["parts"]] + [result["after"][k], result["difference"][k]]
        for row, wanted in zip(table["rows"], rows, strict=True):
            for cell, key in zip(row[1:], ("value", "low", "high"), strict=True):
                assert cell == "none" if wanted[key] is None else shows(cell, wanted[key]), (row, wanted)
                checked += 1
    return checked


EVIL = '''model evil "</title><script>alert('title')</script>"
x ~ normal(0, 1) "<img src=x onerror=alert(1)>"
wacc = %s "<b>'cost'</b>"
output v = x + wacc "<script>alert(5)</script> [<b>]"
scenario story "<script>alert('story')</script>"
  x ~ normal(1, 1)
'''

orbital = model_path("orbital_compute")
arguments = [orbital, "--scenario", "price_war", "--set", "wacc = 12%", "--of", "ev", "--draws", "5k"]
text = report(*arguments)
page = check_page(text)
result = run_json("explain", *arguments)
print(f"orbital_compute: {len(text) / 1000:.0f} kB, {check_numbers(page, result)} figures as in --json")
assert len(text) < 400_000 and "falls from <strong>" in text
command = re.search(r"<dt>Command</dt><dd><code>(.*?)</code>", text)[1].replace("&#39;", "'")
assert command == f"apsis explain {orbital} --scenario price_war --set 'wacc = 12%' --of ev --draws 5000", command
with tempfile.TemporaryDirectory() as folder:
    paths = [os.path.join(folder, name) for name in ("old <b>.risk", "new '&\".risk")]
    for path, value in zip(paths, ("1 / 10", "2 / 10")):
        with open(path, "w", encoding="utf-8") as file:
            file.write(EVIL % value)
    text = report(*paths, "--draws", "500")
    page = check_page(text)
    check_numbers(page, run_json("explain", *paths, "--draws", "500"))
    assert page.table("Every change")["rows"][0][1:3] == ["1 / 10", "2 / 10"], page.table("Every change")["rows"]
    check_page(report(paths[0], paths[0], "--draws", "500"))  # nothing differs
    check_page(report(*paths, "--draws", "500", "--scenario", "story", "--percentiles", "none"))
    done = run("explain", *paths, "--draws", "500", "--html", os.path.join(folder, "none", "e.html"), expect=1)
    assert "cannot write" in done.stderr, done.stderr
