"""constructs.py - small models for the tests of the language: their draws by column, one draw by name, their errors."""
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import traceback

import numpy as np

from apsis_command import run, run_json

HEAD = "model constructs\n"


class Draws:
    """Columns of `apsis draws`: d["x"], d["x", 2026], d["x", "a", 2026]; d.series("x") has one column a period or member."""

    def __init__(self, text):
        rows = list(csv.reader(io.StringIO(text)))
        self.names = rows[0]
        self.cells = dict(zip(rows[0], map(list, zip(*rows[1:]))))

    def text(self, *key):
        name = str(key[0]) if len(key) == 1 else f"{key[0]}[{', '.join(map(str, key[1:]))}]"
        return self.cells[name]

    def __getitem__(self, key):
        cells = self.text(*key) if isinstance(key, tuple) else self.text(key)
        try:
            return np.array([float(cell) if cell else np.nan for cell in cells])
        except ValueError:
            return np.array(cells)

    def series(self, name, member=None):
        start = name + "[" + (f"{member}, " if member else "")
        columns = [column for column in self.names if column.startswith(start)]
        assert columns, (name, self.names)
        return np.stack([self[column] for column in columns], axis=1)


def draws(body, *arguments, n=300):
    return Draws(run("draws", "-", "--draws", n, "--csv", "-", *arguments, stdin=HEAD + body).stdout)


def replay(body, draw=0, *arguments):
    """Every named value of one draw: a number, a text, or a list over the periods."""
    result = run_json("replay", "-", "--draw", draw, *arguments, stdin=HEAD + body)
    return {entry["name"]: entry.get("value", entry.get("values")) for kind in ("inputs", "values", "outputs") for entry in result[kind]}


def value(expression, before=""):
    """What an expression comes to, without periods."""
    return replay(f"{before}\noutput result = {expression}\n")["result"]


def measured(body, *arguments, n=2000):
    """The outputs of `apsis run`, by name, or by (name, member), (name, period), (name, member, period)."""
    outputs = run_json("run", "-", "--draws", n, "--max-invalid", "100%", *arguments, stdin=HEAD + body)["outputs"]
    keys = [tuple(part for part in (entry["name"], entry["member"], entry["period"]) if part is not None) for entry in outputs]
    return {key if len(key) > 1 else key[0]: entry for key, entry in zip(keys, outputs)}


def error(body, *arguments):
    """What `apsis check` says of a model that is wrong."""
    done = run("check", "-", *arguments, stdin=HEAD + body, expect=65)
    return done.stdout + done.stderr


def same(actual, expected, rtol=0.0, atol=0.0, what=""):
    """Equal, invalid draws in the same places; to the last bit unless a tolerance is given."""
    actual, expected = np.broadcast_arrays(np.asarray(actual, float), np.asarray(expected, float))
    assert (np.isfinite(actual) == np.isfinite(expected)).all(), (what, actual[:5], expected[:5])
    valid = np.isfinite(actual)
    off = np.abs(actual[valid] - expected[valid])
    worst = off - atol - rtol * np.abs(expected[valid])
    assert (worst <= 0).all(), (what, off.max(), actual[valid][worst.argmax()], expected[valid][worst.argmax()])


def run_all(names):
    """Runs each function test_* of a module; all failures are listed."""
    failed = []
    for name, function in list(names.items()):
        if name.startswith("test_"):
            try:
                function()
            except Exception as problem:  # noqa: BLE001: the rest still runs, and the list ends in a failure
                failed.append(name)
                line = traceback.extract_tb(problem.__traceback__)[1].lineno
                print(f"FAILED {name}, line {line}: {type(problem).__name__}: {problem}")
    assert not failed, failed
    print(f"{sum(name.startswith('test_') for name in names)} constructs hold")
