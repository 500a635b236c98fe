"""test_constructs_random.py - random models of 20 rules against NumPy, to the last bit, invalid draws included."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from constructs import draws, same  # noqa: E402
from random_model import Grower  # noqa: E402

FIRST, MODELS = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (0, 120)
compared = invalid = 0
for seed in range(FIRST, FIRST + MODELS):
    model = Grower(seed)
    d = draws(model.text, n=64)
    values = {name: d[name] for name in ("u0", "u1", "u2", "k0") if name in d.names} | {name: d.series(name) for name in ("w0", "w1") if f"{name}[2030]" in d.names}
    for name in ("u0", "u1", "u2", "k0"):
        values.setdefault(name, np.zeros(64))
    model.evaluate(values, 64)
    for name, series, _ in model.rules:
        found = d.series(name) if series else d[name]
        try:
            same(found, values[name])
        except AssertionError as problem:
            sys.exit(f"seed {seed}, {name}: {problem}\n{model.text}")
        compared += found.size
        invalid += (~np.isfinite(found)).sum()
print(f"{MODELS} models, {compared} values, {100 * invalid / compared:.1f} % of them invalid")
assert invalid < compared / 2
