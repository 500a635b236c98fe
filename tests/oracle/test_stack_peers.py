"""test_stack_peers.py - the peers of revenue_stack give every output of Apsis' own draws, and their own draws and statistics are right."""
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import os
import sys

import numpy as np
from scipy import stats

sys.path[:0] = [os.path.join(os.environ["APSIS_SRC"], folder) for folder in ("tests/support", "bench/peers")]
import stack_cupy  # noqa: E402
import stack_model  # noqa: E402
from apsis_command import model_path, run, run_json  # noqa: E402

DRAWS = 20_000
rows = csv.reader(io.StringIO(run("draws", model_path("revenue_stack"), "--draws", DRAWS, "--csv", "-").stdout))
header = next(rows)
columns = dict(zip(header, zip(*rows)))
BEST = ("wholesale", "hybrid", "full")
given = [np.array([float(v) for v in columns[name]]) for name in stack_model.NAMES]
wanted = {name: np.array([BEST.index(v) if name == "best" else float(v) for v in columns[name]]) for name in stack_model.OUTPUTS}


def check(got, what):
    for name, values in zip(stack_model.OUTPUTS, got):
        error = np.abs(np.asarray(values) - wanted[name]) / np.maximum(1, np.abs(wanted[name]))
        assert error.max() <= 1e-9, (what, name, error.max())


def check_own(x, got, what):
    for name, values, ours in zip(stack_model.NAMES, x, given):
        assert stats.ks_2samp(np.asarray(values), ours).pvalue > 1e-5, (what, name)
    for name, values in zip(stack_model.OUTPUTS, got):
        assert stats.ks_2samp(np.asarray(values), wanted[name]).pvalue > 1e-5, (what, name)


check(stack_model.outputs(np, given), "NumPy")
check_own(*stack_cupy.draw("numpy", 50_000, 3), "NumPy")

# Statistics of the same draws: those that Apsis reports.
report = {o["name"] if o["member"] is None else f"{o['name']}[{o['member']}]": o
          for o in run_json("run", model_path("revenue_stack"), "--draws", DRAWS)["outputs"]}
for name, mine in stack_model.on_host(stack_model.summary(np, given, [wanted[n] for n in stack_model.OUTPUTS])).items():
    theirs = report[name]
    if name == "best":
        assert np.allclose(np.array(mine) / DRAWS, [theirs["shares"][k] for k in BEST]), mine
        continue
    assert mine["percentiles"] == [p["value"] for p in theirs["percentiles"]], name
    assert [mine["min_draw"], mine["max_draw"]] == [int(theirs["min"]["draw"]), int(theirs["max"]["draw"])], name
    assert np.isclose(mine["mean"], theirs["mean"], rtol=1e-12) and np.allclose(mine["shortfall"], [s["value"] for s in theirs["shortfall"]]), name
    # Apsis' are of the sample: with n - 1 under the deviation
    assert np.isclose(mine["skewness"], theirs["skewness"], rtol=1e-3, atol=1e-3), (name, mine["skewness"], theirs["skewness"])
    assert np.isclose(mine["kurtosis"], theirs["kurtosis"], rtol=1e-3), (name, mine["kurtosis"], theirs["kurtosis"])
    assert np.allclose(mine["targets"], [t["probability"] for t in theirs["targets"] or []]), name
    for key, value in zip(stack_model.NAMES, mine.get("rank_correlation", ())):
        if key in (theirs["rank_correlation"] or {}):
            assert abs(value - theirs["rank_correlation"][key]) < 1e-6, (name, key)

try:
    import stack_jax
except ImportError:
    print("NumPy agrees; skipped: jax is not installed")
    sys.exit(77)
check(stack_jax.given(given), "JAX")
check_own(*stack_jax.draw(50_000, 3), "JAX")
print(f"{DRAWS} draws agree in NumPy and JAX")
