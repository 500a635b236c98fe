"""apsis_command.py - runs the built command for the tests in Python."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import subprocess
import sys

SOURCE = os.environ["APSIS_SRC"]
BUILD = os.environ["APSIS_BIN"]
COMMAND = os.path.join(BUILD, "apsis")
MODELS = os.path.join(SOURCE, "models")


def model_path(name):
    return os.path.join(MODELS, name + ".risk")


# What engines compile while tests run is kept with the build, not among the user's files.
os.environ.setdefault("APSIS_CACHE", os.path.join(BUILD, "code-cache"))


def run(*arguments, stdin=None, command=COMMAND, expect=0, timeout=300, env=None):
    """The finished process; fails unless the exit code is `expect` (None: any)."""
    done = subprocess.run([command, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=timeout, env={**os.environ, **(env or {})})
    assert expect is None or done.returncode == expect, (
        f"apsis {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done


def run_json(*arguments, **options):
    return json.loads(run(*arguments, "--json", **options).stdout)


def scenarios(name):
    """The names of a model's scenarios, in order."""
    with open(model_path(name)) as file:
        return re.findall(r"^scenario (\w+)", file.read(), re.M)


def unit_program(name):
    """The path of a program of tests/unit that is built."""
    for folder in ("tests", "."):
        path = os.path.join(os.environ["APSIS_BIN"], folder, name)
        if os.path.exists(path):
            return path
    sys.exit(f"{name} is not built")
