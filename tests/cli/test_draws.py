# test_draws.py - apsis draws and apsis replay: the same numbers in every form, and those of the run.
# SPDX-License-Identifier: Apache-2.0
import ast
import csv
import io
import math
import re
import struct

from cli_common import apsis, golden, main, scratch

WORDS = ("first.risk", "--draws", "3000")


def table(*words, **how):
    done = apsis("draws", *words, "--csv", "-", **how)
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


def read_npy(blob):
    """A structured array by hand: no NumPy is needed to check the format."""
    assert blob[:6] == b"\x93NUMPY"
    size, start = (struct.unpack("<H", blob[8:10])[0], 10) if blob[6] == 1 else (struct.unpack("<I", blob[8:12])[0], 12)
    head = ast.literal_eval(blob[start:start + size].decode())
    assert (start + size) % 64 == 0 and head["fortran_order"] is False
    names = [name for name, _ in head["descr"]]
    form = "<" + "".join({"<u8": "Q", "<f8": "d"}[kind] for _, kind in head["descr"])
    rows = [dict(zip(names, row)) for row in struct.iter_unpack(form, blob[start + size:])]
    assert head["shape"] == (len(rows),)
    return rows


def test_csv_and_npy_agree():
    rows, array = table(*WORDS), read_npy(apsis("draws", *WORDS, "--npy", "-", binary=True).out)
    assert len(rows) == len(array) == 3000
    assert list(rows[0]) == list(array[0])
    assert list(rows[0])[:4] == ["draw", "value", "fleet[2026]", "fleet[2027]"] and "wacc" in rows[0]
    for row, line in zip(rows, array):
        for name in row:
            assert float(row[name]) == line[name], (name, row[name], line[name])


def test_from_and_only():
    rows = table(*WORDS)
    part = table("first.risk", "--draws", "700", "--from", "1500", "--only", "value")
    assert [row["draw"] for row in part] == [str(1500 + i) for i in range(700)]
    assert "fleet[2026]" not in part[0]
    for i, row in enumerate(part):
        assert row["value"] == rows[1500 + i]["value"] and row["wacc"] == rows[1500 + i]["wacc"]
    far = table("first.risk", "--draws", "2", "--from", "1000000000000")
    assert [row["draw"] for row in far] == ["1000000000000", "1000000000001"]


def test_replay_is_the_draw():
    rows = table(*WORDS)
    for draw in (0, 255, 256, 1023, 1024, 2999):
        one = apsis("replay", "first.risk", "--draw", draw, "--json").json
        assert one["draw"] == str(draw) and one["periods"][0] == "2026"
        for item in one["inputs"] + one["outputs"]:
            if "value" in item:
                assert item["value"] == float(rows[draw][item["name"]]), item
            else:
                for period, value in zip(one["periods"], item["values"]):
                    assert value == float(rows[draw][f"{item['name']}[{period}]"])
        names = {item["name"] for item in one["values"]}
        assert {"in_orbit", "on_ground", "built", "cash"} <= names, names
        cash = next(item for item in one["values"] if item["name"] == "cash")
        assert len(cash["values"]) == 10


def test_at():
    rows = table(*WORDS)
    values = sorted((float(row["value"]), int(row["draw"])) for row in rows)
    for what, wanted in (("P5", values[math.ceil(0.05 * 3000) - 1]), ("min", values[0]), ("max", values[-1]), ("P99.9", values[math.ceil(2997) - 1])):
        one = apsis("replay", "first.risk", "--at", f"value:{what}", "--draws", "3000", "--json").json
        assert one["draw"] == str(wanted[1]), (what, one["draw"], wanted)
        assert one["outputs"][0]["value"] == wanted[0]
    late = sorted((float(row["fleet[2035]"]), int(row["draw"])) for row in rows)
    one = apsis("replay", "first.risk", "--at", "fleet[2035]:P50", "--draws", "3000", "--json").json
    assert one["draw"] == str(late[1499][1])
    several = apsis("replay", "first.risk", "--at", "fleet:P50", "--draws", "3000")
    assert several.code == 2 and "fleet[2035]:P50" in several.err, several.err


def test_member_names():
    rows = table("portfolio.risk", "--draws", "3", "--only", "value,queue")
    assert "value[texas]" in rows[0] and "queue[2026Q1]" in rows[0] and "noise[texas, 2026Q1]" in rows[0]
    assert rows[0]["queue[2026Q1]"] in ("no orders", "sites", "chips")


def test_replay_golden():
    for width in (80, 120):
        golden(f"replay_first_{width}.txt", apsis("replay", "first.risk", "--at", "value:P5", "--draws", "20k", width=width).out)
    page = apsis("replay", "portfolio.risk", "--draw", "7").out
    assert re.search(r"^  2035Q4 ", page, re.M) and all(len(line) <= 80 for line in page.splitlines())


def test_given_is_empty():
    with scratch(m__risk="x ~ uniform(0, 1)\noutput y = x given x > 0.5\n") as folder:
        for row in table("m.risk", "--draws", "50", cwd=folder):
            assert (row["y"] == "") == (float(row["x"]) <= 0.5)


main(globals())
