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


DERIVED = {
    "orbital_compute": {"orbit_gw_2035": lambda v: v["fleet_orbit"][9], "orbit_gw_2045": lambda v: v["fleet_orbit"][19],
                        "ground_gw_2035": lambda v: v["fleet_ground"][9], "ground_gw_2045": lambda v: v["fleet_ground"][19],
                        "revenue_2030": lambda v: v["revenue"][4], "revenue_2035": lambda v: v["revenue"][9],
                        "revenue_2045": lambda v: v["revenue"][19],
                        "orbit_revenue_2035": lambda v: orbit_revenue(v, 9), "orbit_revenue_2045": lambda v: orbit_revenue(v, 19),
                        "pv_tv_share": lambda v: (v["tv_compute"] + v["tv_core"]) * (1 + v["wacc"]) ** -20 / v["ev"]},
    "terrestrial_dc": {"capex": lambda v: sum(v["capex"]), "revenue": lambda v: sum(v["sales"]), "half_online_month": lambda v: v["cod"] + 1,
                       "delay_months": lambda v: v["delay"]},
    "revenue_stack": {"stack_revenue": lambda v: v["total"], "best_is_wholesale": lambda v: float(v["best"] == "wholesale"),
                      "best_is_hybrid": lambda v: float(v["best"] == "hybrid"), "best_is_full": lambda v: float(v["best"] == "full"),
                      "wholesale_potential": lambda v: v["base_rev"], "hybrid_potential": lambda v: v["base_rev"] + v["rev[models]"],
                      "full_potential": lambda v: v["base_rev"] + v["rev[models]"] + v["rev[orchestration]"]},
}
# Of these names the trace means something else than the model: compared through DERIVED, or not a figure of the model.
OTHER = {"terrestrial_dc": {"capex", "revenue", "half_online_month", "delay_months", "built"}}


def orbit_revenue(v, t):
    """The part of compute revenue that is earned in orbit."""
    return v["price"][t] * v["orbit_discount"] * (v["earn_orbit"][t] - v["orbit_add"][t] / 2) * (1 - v["own"] + v["own"] * v["stack"])


def scenario_text(trace):
    with open(os.path.join(TRACES, "README.md")) as file:
        text = file.read()
    block = re.search(r'```\n(scenario \w+ "%s"\n.*?)```' % trace, text, re.S)
    return block.group(1) if block else STACK


def every_value(replay):
    """{name: value, or list over the periods} of all inputs, values and outputs of a replay."""
    return {item["name"]: item.get("values", item.get("value")) for part in ("inputs", "values", "outputs") for item in replay[part]}


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
    values = every_value(run_json("replay", "-", "--scenario", name, "--draw", 0, stdin=text))
    compared, absent, wrong = 0, [], []

    def compare(theirs_name, theirs):
        nonlocal compared
        ours_name = SAME.get(theirs_name, theirs_name)
        if theirs_name in DERIVED.get(model, {}) or theirs_name in OTHER.get(model, ()):
            return
        if ours_name not in values:
            absent.append(theirs_name)
            return
        if isinstance(theirs, list):
            ours = values[ours_name]
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
    # figures of the traces that the model has under another form
    for key, derive in DERIVED.get(model, {}).items():
        compared += 1
        if not close(derive(values), wanted["outputs"][key]):
            wrong.append((key, None, derive(values), wanted["outputs"][key]))
        absent = [name for name in absent if name != key]
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
assert total > 9200, total
