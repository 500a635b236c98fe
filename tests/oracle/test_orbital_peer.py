"""test_orbital_peer.py - the NumPy oracle itself reproduces the exact traces of orbital_compute, so that others may lean on it."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys

import numpy as np

SOURCE = os.environ["APSIS_SRC"]
sys.path.insert(0, os.path.join(SOURCE, "bench", "peers"))
import orbital_numpy  # noqa: E402

TRACE_NAMES = {"revenue": "revenue", "fcf": "fcf", "price": "price", "launches": "flights", "fleet_o": "fleet_orbit", "fleet_g": "fleet_ground"}

checked = 0
for trace in ("mode", "bull", "bear"):
    with open(os.path.join(SOURCE, "tests", "traces", f"orbital_trace_{trace}.json")) as file:
        data = json.load(file)
    inputs = {name: np.array([float(value)]) for name, value in data["inputs"].items()}
    noise = {name: np.zeros((1, 20)) for name in ("standdown", "chip_noise", "price_noise", "storm", "severity", "core_noise", "lost")}
    noise["approvals"] = lambda t, filings: filings * 1.0  # veto is 0 in every trace
    out = orbital_numpy.simulate(inputs, noise, chip_vol=0, price_vol=0, core_vol=0)
    wanted = {name: data["outputs"][name] for name in orbital_numpy.SCALARS}
    for name, value in wanted.items():
        assert abs(out[name][0] - value) <= 1e-9 * max(1e-3, abs(value)), (trace, name, out[name][0], value)
        checked += 1
    for theirs, ours in TRACE_NAMES.items():
        assert np.allclose(out[ours][0], data["by_year"][theirs], rtol=1e-9, atol=1e-12), (trace, ours)
        checked += 20
print(f"{checked} figures of 3 traces agree")
