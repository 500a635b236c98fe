"""test_traces.py - every figure of tests/traces, computed by an independent implementation, comes out of `apsis replay` to a relative 1e-9."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import MODELS, SOURCE, run_json  # noqa: E402

TRACES = os.path.join(SOURCE, "tests", "traces")
# Names in the traces that differ from the model's.
SAME = {"permit_months": "permit", "grid_months": "grid_wait", "bridge_months": "bridge_wait", "launches": "flights",
        "fleet_o": "fleet_orbit", "fleet_g": "fleet_ground", "array_gw": "factory_gw", "shell": "empty", "delay_months": "delay",
        "half_online_month": "cod", "rev_L1_energy": "rev[energy]", "rev_L2_chips": "rev[chips]",
        "rev_L3_infrastructure": "rev[infrastructure]", "rev_L4_model": "rev[models]", "rev_L5_orchestration": "rev[orchestration]"}
STACK = """
scenario trace_mode "stack_trace_mode"
  total = 41.6
  weight[energy] = 0.7
  weight[chips] = 6.6
  weight[infrastructure] = 9.2
  weight[models] = 20.1
  weight[orchestration] = 5.0
  margin[energy] = 30%
  margin[chips] = 50%
  margin[infrastructure] = 35%
  margin[models] = 20%
  margin[orchestration] = 45%
  fill_hybrid = 75%
  fill_full = 50%
  lease_out = 90%
"""


def scenario_text(trace):
    with open(os.path.join(TRACES, "README.md")) as file:
        text = file.read()
    block = re.search(r'```\n(scenario \w+ "%s"\n.*?)```' % trace, text, re.S)
    return block.group(1) if block else STACK


def series_of(values, name):
    """The periods of a series as a list."""
    value = values[name]
    return list(value.values()) if isinstance(value, dict) else value


def close(ours, theirs):
    if isinstance(theirs, bool):
        theirs = float(theirs)
    if isinstance(theirs, str) or isinstance(ours, str):
        return ours == theirs
    return ours is not None and abs(ours - theirs) <= 1e-9 * max(abs(theirs), 1e-6)


def check(trace, model):
    with open(os.path.join(TRACES, trace + ".json")) as file:
        wanted = json.load(file)
    with open(os.path.join(MODELS, model + ".risk")) as file:
        text = file.read() + "\n" + scenario_text(trace)
    name = re.findall(r"^scenario (\w+)", text, re.M)[-1]
    values = run_json("replay", "-", "--scenario", name, "--draw", 0, stdin=text)["values"]
    compared, absent, wrong = 0, [], []

    def compare(theirs_name, theirs):
        nonlocal compared
        ours_name = SAME.get(theirs_name, theirs_name)
        if ours_name not in values and theirs_name not in values:
            absent.append(theirs_name)
            return
        if isinstance(theirs, list):
            ours = series_of(values, ours_name)
            assert len(ours) == len(theirs), (trace, theirs_name, len(ours), len(theirs))
            pairs = list(zip(ours, theirs))
        else:
            pairs = [(values[ours_name], theirs)]
        for at, (a, b) in enumerate(pairs):
            compared += 1
            if not close(a, b):
                wrong.append((theirs_name, at, a, b))

    for part in ("inputs", "outputs", "values", "series", "by_year"):
        for key, value in wanted.get(part, {}).items():
            compare(key, value)
    for key in ("flow", "online"):
        if key in wanted:
            compare(key, wanted[key])
    derived = {"orbital_compute": lambda: {"orbit_gw_2035": ("fleet_orbit", 9), "orbit_gw_2045": ("fleet_orbit", 19),
                                           "ground_gw_2035": ("fleet_ground", 9), "ground_gw_2045": ("fleet_ground", 19),
                                           "revenue_2030": ("revenue", 4), "revenue_2035": ("revenue", 9), "revenue_2045": ("revenue", 19)}}
    for key, (series, t) in derived.get(model, dict)().items():
        absent.remove(key)
        compared += 1
        if not close(series_of(values, series)[t], wanted["outputs"][key]):
            wrong.append((key, t, series_of(values, series)[t], wanted["outputs"][key]))
    assert not wrong, f"{trace}: {len(wrong)} of {compared} figures differ, first {wrong[:5]}"
    print(f"{trace}: {compared} figures agree; not in the model: {', '.join(absent) or 'none'}")
    return compared, absent


total = 0
for trace, model in (("first_trace_mode", "first"), ("stack_trace_mode", "revenue_stack"), ("terrestrial_trace_mode", "terrestrial_dc"),
                     ("terrestrial_trace_late", "terrestrial_dc"), ("orbital_trace_mode", "orbital_compute"),
                     ("orbital_trace_bull", "orbital_compute"), ("orbital_trace_bear", "orbital_compute"),
                     ("portfolio_trace_mode", "portfolio"), ("portfolio_trace_tight", "portfolio")):
    count, absent = check(trace, model)
    total += count
print(f"{total} figures agree")
assert total > 7000, total
