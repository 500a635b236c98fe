"""test_orbital_draws.py - fed with Apsis' own draws, the NumPy oracle gives every output of orbital_compute, draw by draw."""
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "bench", "peers"))
import orbital_numpy  # noqa: E402
from apsis_command import model_path, run  # noqa: E402
from peer_check import check_inputs  # noqa: E402

DRAWS = 4096
text = run("draws", model_path("orbital_compute"), "--draws", DRAWS, "--csv", "-").stdout
rows = csv.reader(io.StringIO(text))
header = next(rows)
columns = {name: [] for name in header}
for row in rows:
    for name, cell in zip(header, row):
        columns[name].append(cell)
assert len(columns[header[0]]) == DRAWS


def series(name, convert=float):
    return np.array([[convert(v) for v in columns[f"{name}[{2026 + t}]"]] for t in range(20)]).T


scalars = list(orbital_numpy.PERT) + list(orbital_numpy.LOGNORMAL) + ["life", "tera_works"]
inputs = {name: np.array([float(v) for v in columns[name]]) for name in scalars}
noise = {name: series(name) for name in ("standdown", "chip_noise", "price_noise", "storm", "severity", "core_noise", "lost", "approvals")}
out = orbital_numpy.simulate(inputs, noise)
for name in orbital_numpy.SCALARS:
    ours = np.array([float(v) for v in columns[name]])
    # bisection and sums in another order: the last digits differ
    assert np.allclose(ours, out[name], rtol=1e-8, atol=1e-8), (name, np.abs(ours - out[name]).max())
for name in orbital_numpy.SERIES:
    if name == "queue":
        ours = series(name, lambda v: orbital_numpy.QUEUES.index(v))
        assert (ours == out[name]).mean() > 0.9999, name  # a tie broken by the last bit
    else:
        ours = series(name)
        assert np.allclose(ours, out[name], rtol=1e-8, atol=1e-8), (name, np.abs(ours - out[name]).max())

# The draws themselves: ranks as asked, margins as asked.
check_inputs(inputs)
print(f"{DRAWS} draws agree")
