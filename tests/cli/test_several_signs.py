# test_several_signs.py - the draws of an IRR whose flows change sign more than once, counted against the flows in Python.
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import os
import re

from cli_common import apsis, main, scratch

PIT = '''model pit "A mine that must be filled in"
period year 2030 to 2035
a[t] ~ normal(0.5, 1)
b ~ uniform(0, 2)
c ~ normal(1, 2)
open ~ bernoulli(50%)
flow[t] = if a[t] > 1 then 0 else if t == 3 and b > 1.9 then log(-b) else a[t]
output rate  = irr(flow, mid, upfront: -open * b, final: c, between: -50%, 100%)   "return"   targets 0
output some  = rate  given open == 1
output bare  = irr(a, end, between: -50%, 100%)
output fixed = irr(known, mid, upfront: -2, final: -3, between: -50%, 100%)
output usual = irr(known, mid, upfront: -2, between: -50%, 100%)
output worth = npv(10%, a, end)
output twice = 2 * rate
known[t] = 1
'''
N = 5000


def changes(flows):
    signs = [x > 0 for x in flows if x != 0]
    return sum(one != next_one for one, next_one in zip(signs, signs[1:]))


def test_counts():
    with scratch(m__risk=PIT) as folder:
        rows = list(csv.DictReader(io.StringIO(apsis("draws", "m.risk", "--draws", N, "--csv", "-", cwd=folder).out)))
        result = apsis("run", "m.risk", "--draws", N, "--json", "--max-invalid", "100%", cwd=folder).json
        # the run's further passes over the draws count nothing twice
        small = apsis("run", "m.risk", "--draws", N, "--json", "--max-invalid", "100%", "--memory", "20k", "--threads", 2, "--cpu", "plain", cwd=folder).json
        alone = apsis("run", "m.risk", "--draws", N, "--json", "--max-invalid", "100%", "--only", "some", cwd=folder).json
        page = apsis("run", "m.risk", "--draws", N, "--max-invalid", "100%", cwd=folder).out
        checked = apsis("check", "m.risk", cwd=folder).out
        replay = apsis("replay", "m.risk", "--draw", 1, "--json", cwd=folder).json
        record = os.path.join(folder, "record.json")
        apsis("run", "m.risk", "--draws", N, "--max-invalid", "100%", "--record", record, cwd=folder)
        verified = apsis("verify", record, cwd=folder)
        part = apsis("verify", record, "--tiles", 2, cwd=folder)
    assert list(rows[0])[:8] == ["draw", "rate", "some", "bare", "fixed", "usual", "worth", "twice"] and len(rows[0]) == 8 + 6 + 3
    counts = {"rate": 0, "some": 0, "bare": 0}
    for row in rows:
        a = [float(row[f"a[{year}]"]) for year in range(2030, 2036)]
        b, c, opened = float(row["b"]), float(row["c"]), float(row["open"])
        flow = [0 if x > 1 else x for x in a]
        valid = not (b > 1.9 and a[3] <= 1)
        assert valid == (row["rate"] != "nan"), row
        several = valid and changes([-opened * b, *flow, c]) > 1
        counts["rate"] += several
        counts["some"] += several and opened == 1
        counts["bare"] += changes(a) > 1
    told = {o["name"]: o["several_sign_changes"] for o in result["outputs"]}
    assert told == {**{name: str(count) for name, count in counts.items()}, "fixed": str(N), "usual": "0", "worth": None, "twice": None}, (told, counts)
    assert all(0 < count < N for count in counts.values()), counts
    assert {o["name"]: o["several_sign_changes"] for o in small["outputs"]} == told and small["digest"] == result["digest"]
    assert [o["several_sign_changes"] for o in alone["outputs"]] == [told["some"]]
    assert checked.startswith("m.risk: ok, 4 inputs, 7 outputs"), checked
    assert len(replay["outputs"]) == 7 and {one["name"] for one in replay["values"]} == {"flow", "known"}
    valid = next(int(o["draws"]) - int(o["invalid"]["count"]) for o in result["outputs"] if o["name"] == "rate")
    shown = re.findall(r"in ([\d.]+) % of the draws the flows change sign\s+more than once", page)
    assert len(shown) == 4 and abs(float(shown[0]) - 100 * counts["rate"] / valid) < 0.6 and float(shown[3]) == 100, shown
    assert verified.code == 0 and part.code == 0, (verified.out, verified.err, part.err)


def test_one_moment_is_one_flow():
    """With `end`, the final flow falls with the last period's; with `start`, upfront with the first's."""
    model = '''period year 2030 to 2033
a[t] ~ normal(0.2, 1)
b ~ uniform(0, 2)
output late  = irr(a, end, final: b, between: -50%, 100%)
output early = irr(a, start, upfront: -b, between: -50%, 100%)
'''
    with scratch(m__risk=model) as folder:
        rows = list(csv.DictReader(io.StringIO(apsis("draws", "m.risk", "--draws", N, "--csv", "-", cwd=folder).out)))
        result = apsis("run", "m.risk", "--draws", N, "--json", cwd=folder).json
    flows = [([float(row[f"a[{year}]"]) for year in range(2030, 2034)], float(row["b"])) for row in rows]
    late = sum(changes([*a[:3], a[3] + b]) > 1 for a, b in flows)
    early = sum(changes([a[0] - b, *a[1:]]) > 1 for a, b in flows)
    assert [o["several_sign_changes"] for o in result["outputs"]] == [str(late), str(early)]


main(globals())
