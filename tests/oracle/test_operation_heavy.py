"""test_operation_heavy.py - the generated model of the benchmark gives what NumPy makes of it, draw by draw; two sizes and seeds."""
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import os
import sys
import tempfile

import numpy as np

sys.path[:0] = [os.path.join(os.environ["APSIS_SRC"], folder) for folder in ("tests/support", "bench")]
from apsis_command import run  # noqa: E402
from operation_heavy import Model  # noqa: E402

for options in ({}, {"seed": 2, "inputs": 12, "series": 9, "periods": 5, "depth": 3}):
    model = Model(**options)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "heavy.risk")
        with open(path, "w") as file:
            file.write(model.text())
        rows = csv.reader(io.StringIO(run("draws", path, "--draws", 512, "--csv", "-").stdout))
    header = next(rows)
    columns = {name: np.array(values, dtype=float) for name, values in zip(header, zip(*rows))}
    wanted = model.evaluate([columns[f"x{i}"] for i in range(model.inputs)])
    for name in ("total", "value"):
        assert np.allclose(columns[name], wanted[name], rtol=1e-9, atol=1e-9), (name, np.abs(columns[name] - wanted[name]).max())
    for t in range(model.periods):
        name = f"s{model.series - 1}[{2030 + t}]"
        assert np.allclose(columns[name], wanted["series"][t], rtol=1e-9, atol=1e-9), name
    assert np.std(wanted["total"]) > 0.1
print("two models of 512 draws agree")
