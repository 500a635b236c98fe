"""peer_check.py - checks a peer of the benchmark: fed with Apsis' own draws it gives Apsis' outputs, and its own draws are as distributed."""
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import os
import sys

import numpy as np
from scipy import stats

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "bench", "peers"))
import orbital_numpy  # noqa: E402
from apsis_command import model_path, run  # noqa: E402

NOISE = ("standdown", "chip_noise", "price_noise", "storm", "severity", "core_noise", "lost", "approvals")


def need(package):
    """Leaves the test as skipped, not as passed, where the peer's package is not installed."""
    try:
        __import__(package)
    except ImportError:
        print(f"skipped: {package} is not installed")
        sys.exit(77)


def orbital_draws(draws):
    """(inputs, noise, outputs) of `apsis draws`: {name: (n,)} or {name: (n, 20)}, the queue as numbers."""
    rows = csv.reader(io.StringIO(run("draws", model_path("orbital_compute"), "--draws", draws, "--csv", "-").stdout))
    header = next(rows)
    columns = dict(zip(header, zip(*rows)))

    def series(name, convert=float):
        return np.array([[convert(v) for v in columns[f"{name}[{2026 + t}]"]] for t in range(20)]).T

    scalars = list(orbital_numpy.PERT) + list(orbital_numpy.LOGNORMAL) + ["life", "tera_works"]
    outputs = {name: np.array([float(v) for v in columns[name]]) for name in orbital_numpy.SCALARS}
    for name in orbital_numpy.SERIES:
        outputs[name] = series(name, orbital_numpy.QUEUES.index if name == "queue" else float)
    return {name: np.array([float(v) for v in columns[name]]) for name in scalars}, {name: series(name) for name in NOISE}, outputs


def check_given(simulate, draws=4096, tolerance=1e-9):
    """simulate(inputs, noise) gives every output of every draw. Returns Apsis' outputs."""
    inputs, noise, wanted = orbital_draws(draws)
    got = simulate(inputs, noise)
    for name in orbital_numpy.SCALARS:
        # 1e-9 of an output's size; near a zero of 1, which the sums that make it are above
        error = np.abs(got[name] - wanted[name]) / np.maximum(1, np.abs(wanted[name]))
        assert error.max() <= tolerance, (name, error.max(), error.argmax())
    for name in orbital_numpy.SERIES:
        values = np.asarray(got[name]).T
        if name == "queue":
            assert (values == wanted[name]).mean() > 0.9999, name  # a tie broken by the last bit
        else:
            error = np.abs(values - wanted[name]) / np.maximum(1, np.abs(wanted[name]))
            assert error.max() <= tolerance, (name, error.max(), np.unravel_index(error.argmax(), error.shape))
    return wanted


def check_inputs(inputs):
    """Margins and ranks as asked."""
    z90 = stats.norm.ppf(.9)
    n = len(inputs["wacc"])
    for name, (low, mode, high) in orbital_numpy.PERT.items():
        a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
        p = stats.kstest((inputs[name] - low) / (high - low), stats.beta(a, b).cdf).pvalue
        assert p > 1e-5, (name, p)
    for name, (p10, p90) in orbital_numpy.LOGNORMAL.items():
        mu, sigma = (np.log(p10) + np.log(p90)) / 2, (np.log(p90) - np.log(p10)) / (2 * z90)
        assert stats.kstest(np.log(inputs[name]), stats.norm(mu, sigma).cdf).pvalue > 1e-5, name
    for value, share in ((4, .20), (5, .45), (6, .25), (7, .10)):
        assert abs((inputs["life"] == value).mean() - share) < 5 / np.sqrt(n), value
    assert abs(inputs["tera_works"].mean() - .55) < 5 / np.sqrt(n)
    for a, b, rank in orbital_numpy.PAIRS:
        got = stats.spearmanr(inputs[a], inputs[b]).statistic
        assert abs(got - rank) < 5 / np.sqrt(n), (a, b, rank, got)


def check_own(inputs, outputs, wanted):
    """The peer's own draws: inputs as asked, outputs distributed as Apsis' draws `wanted`."""
    check_inputs(inputs)
    for name in orbital_numpy.SCALARS:
        assert stats.ks_2samp(outputs[name], wanted[name]).pvalue > 1e-5, name
    for name in orbital_numpy.SERIES:
        for t in (0, 1, 4, 9, 19):
            # what cash buys may miss what is there by a last bit, which is no difference of distribution
            p = stats.ks_2samp(np.round(outputs[name][t], 9), np.round(wanted[name][:, t], 9)).pvalue
            assert p > 1e-5, (name, t, p)
