# test_xlsx.py - apsis run --xlsx: the numbers of --json in 16 digits, no NaN, no formula, charts over cells that exist, the same bytes again, whole or not at all.
# SPDX-License-Identifier: Apache-2.0
import os
import re
import sys
import time
import xml.etree.ElementTree as tree
import zipfile

from cli_common import MODELS, apsis, main, scratch

try:
    import openpyxl
except ImportError:
    openpyxl = None
SHEETS = ["Summary", "Percentiles", "Series", "Assumptions", "Histograms", "Run record"]
MODEL_NAMES = sorted(name for name in os.listdir(MODELS) if name.endswith(".risk"))
NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
AWKWARD = """model awkward "=1+1"
a ~ normal(0, 1) "@SUM(1+9)" from "+cmd|' /C calc'!A0"
b ~ uniform(0, 1) "-2+3"
output odd = a         "=HYPERLINK('http://x', 'y') & <b> [$B]"
output root = sqrt(a)  "-1"
output never = log(-1 - b)
output flat = 3 + 0 * b
"""


def column_number(letters):
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def place(cell):
    letters, row = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", cell).groups()
    return int(row), column_number(letters)


def read(path):
    """The sheets, {name: {(row, column): text or float}}, and the charts' ranges, by the standard library alone."""
    book, refers = {}, []
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        parts = {name: tree.fromstring(file.read(name)) for name in file.namelist()}  # well-formed, all of them
        assert {entry.date_time[0] for entry in file.infolist()} == {1980}
    shared = ["".join(t.text or "" for t in item.iter("{%s}t" % NAMES["m"])) for item in parts["xl/sharedStrings.xml"]]
    for number, name in enumerate((sheet.get("name") for sheet in parts["xl/workbook.xml"].find("m:sheets", NAMES)), 1):
        cells = book[name] = {}
        root = parts[f"xl/worksheets/sheet{number}.xml"]
        assert not list(root.iter("{%s}f" % NAMES["m"])), "a formula"
        for cell in root.iter("{%s}c" % NAMES["m"]):
            value = cell.find("m:v", NAMES)
            assert cell.get("t") in (None, "s"), cell.attrib
            if value is not None:
                assert not re.search("nan|inf|#", value.text.lower()), value.text
                cells[place(cell.get("r"))] = shared[int(value.text)] if cell.get("t") == "s" else float(value.text)
    charts = [part for name, part in parts.items() if name.startswith("xl/charts/")]
    for chart in charts:
        assert chart.find(".//c:title", NAMES) is not None
        found = [item.text for item in chart.iter("{%s}f" % NAMES["c"])]
        assert found
        refers += found
    for refer in refers:
        sheet, first, last = re.fullmatch(r"'?([^'!]+)'?!([$A-Z0-9]+)(?::([$A-Z0-9]+))?", refer).groups()
        (row, column), (end, same) = place(first), place(last or first)
        assert column == same and row <= end, refer
        assert all((at, column) in book[sheet] for at in (row, end)), refer
    return book, len(charts)


def rounded(value):
    """As libxlsxwriter writes it: 16 significant digits."""
    return None if value is None else float(f"{float(value):.16g}")


def rows(cells):
    return [[cells.get((row, column)) for column in range(1, 14)] for row in range(1, max(at[0] for at in cells) + 1)]


def compare(book, result, inputs):
    numbers = 0

    def same(got, wanted):
        nonlocal numbers
        assert [rounded(value) for value in wanted] == got, (got, wanted)
        numbers += len(wanted)
    outputs = result["outputs"]
    named = lambda o: o["name"] + (f"[{o['member']}]" if o["member"] else "")
    summary = iter(rows(book["Summary"])[3:])
    for o in outputs:
        if o["period"] or o["shares"]:
            continue
        at = {p["p"]: p["value"] for p in o["percentiles"]}
        row = next(summary)
        assert row[:3] == [named(o), o["label"] or None, o["unit"]], row
        same(row[3:12], [o["mean"], o["mean_se"], o["sd"], at.get(5), at.get(50), at.get(95), o["min"]["value"], o["max"]["value"], o["invalid"]["count"]])
    wanted = [t for o in outputs for t in o["targets"]]
    if wanted:
        assert next(summary)[0] is None and next(summary)[0] == "Target"
    for target in wanted:
        same(next(summary)[3:7], [target[key] for key in ("above", "probability", "low", "high")])
    percentiles = iter(rows(book["Percentiles"])[1:])
    for o in outputs:
        for p in o["percentiles"] if not o["period"] else ():
            row = next(percentiles)
            assert row[0] == named(o)
            same(row[3:8], [p["p"], p["value"], p["low"], p["high"], None if p["draw"] is None else int(p["draw"])])
    series = [row for row in rows(book["Series"]) if row[1] not in (None, "") and isinstance(row[0], str) and row[0] != "Period" or any(isinstance(v, float) for v in row)]
    periods = [o for o in outputs if o["period"]]
    assert len(series) == len(periods)
    for row, o in zip(series, periods):
        assert row[0] == o["period"], row
        values = [p["value"] for p in o["percentiles"]] + [o["mean"]] if o["shares"] is None else list(o["shares"].values())
        same(row[1:1 + len(values)], values)
    bins = [row for row in rows(book["Histograms"]) if isinstance(row[2], float)]
    wanted = [(a, b, int(n)) for o in outputs if o["histogram"] for a, b, n in zip(o["histogram"]["edges"], o["histogram"]["edges"][1:], o["histogram"]["counts"])]
    assert len(bins) == len(wanted)
    for row, values in zip(bins, wanted):
        same(row[:3], values)
    for row, i in zip(rows(book["Assumptions"])[1:], inputs):
        assert row[:4] == [i["name"], i["label"] or None, i["unit"], i["text"]] and row[9] == (i["source"] or None), row
        same(row[4:9], [i[key] for key in ("mean", "sd", "p5", "p50", "p95")])
    record = {row[0]: row[1] for row in rows(book["Run record"])}
    assert record["Digest"] == result["digest"] and record["SHA-256 of the model"] == result["model"]["sha256"] and record["Seed"] == result["seed"], record
    return numbers


def test_models():
    for model in MODEL_NAMES:
        with scratch() as folder:
            path = os.path.join(folder, "t.xlsx")
            words = ["run", model, "--draws", 3000, "--engine", "interpreter", "--json"]
            begun = time.monotonic()
            alone = apsis(*words)
            between = time.monotonic()
            done = apsis(*words, "--xlsx", path)
            beyond = time.monotonic() - between - (between - begun)
            assert done.code == 0 and alone.json["digest"] == done.json["digest"] and "WARNING" not in done.err, done.err
            book, charts = read(path)
            assert list(book) == SHEETS
            numbers = compare(book, done.json, apsis("inputs", model, "--json").json["inputs"])
            outputs = {(o["name"], o["member"]) for o in done.json["outputs"] if o["histogram"] or o["period"]}
            assert charts >= len(outputs) - 3 and charts >= 1, (charts, len(outputs))
            size = os.path.getsize(path)
            print(f"{model}: {numbers} numbers, {charts} charts, {size:,} bytes, {beyond:.2f} s beyond the run")
            assert size < 400_000 and beyond < 3, (model, size, beyond)  # 1 s on a machine that does nothing else
            with open(path, "rb") as file:
                first = file.read()
            assert apsis(*words, "--xlsx", path).code == 0
            with open(path, "rb") as file:
                assert file.read() == first, "the same result, other bytes"
            if openpyxl:
                seen = openpyxl.load_workbook(path)
                assert seen.sheetnames == SHEETS and seen["Summary"].freeze_panes == "B4"
                for name in SHEETS:
                    values = {(c.row, c.column): c.value for row in seen[name].iter_rows() for c in row if c.value not in (None, "")}
                    assert values == {key: value for key, value in book[name].items() if value != ""}, name
                    assert not [c for row in seen[name].iter_rows() for c in row if c.data_type in "fe"], name


def test_awkward():
    with scratch(awkward__risk=AWKWARD) as folder:
        path = os.path.join(folder, "t.xlsx")
        words = ["awkward.risk", "--draws", 2000, "--target", "odd > 1", "--max-invalid", "100%", "--json"]
        done = apsis("run", *words, "--xlsx", path, cwd=folder)
        assert done.code in (0, 1), done.err + done.out
        book, _ = read(path)
        compare(book, done.json, apsis("inputs", "awkward.risk", "--json", cwd=folder).json["inputs"])
        texts = {value for cells in book.values() for value in cells.values() if isinstance(value, str)}
        assert {"=1+1", "@SUM(1+9)", "+cmd|' /C calc'!A0", "-2+3", "-1"} <= texts
        assert os.listdir(folder) in (["awkward.risk", "t.xlsx"], ["t.xlsx", "awkward.risk"])


def test_wrong():
    with scratch() as folder:
        lost = apsis("run", "first.risk", "--draws", 2000, "--xlsx", "no/such/folder/t.xlsx")
        assert lost.code == 1 and "cannot write no/such/folder/t.xlsx: No such file or directory" in lost.err, lost.err
        path = os.path.join(folder, "t.xlsx")
        with open(path, "w") as file:
            file.write("before")
        lost = apsis("run", "first.risk", "--draws", 2000, "--xlsx", path, env={"TMPDIR": os.path.join(folder, "none")})
        assert lost.code == 1 and f"cannot write {path}: no temporary file" in lost.err, lost.err
        with open(path) as file:
            assert file.read() == "before" and os.listdir(folder) == ["t.xlsx"]


with scratch() as folder:
    tried = apsis("run", "first.risk", "--draws", 1000, "--xlsx", os.path.join(folder, "t.xlsx"))
if tried.code == 2 and "no libxlsxwriter" in tried.err and "libxlsxwriter-dev" in tried.err:
    print("skipped: the command is built without libxlsxwriter, and says so")
    sys.exit(77)
if not openpyxl:
    print("without openpyxl: read by the standard library only")
main(globals())
