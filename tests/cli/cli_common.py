# cli_common.py - runs the built command as a user types it, and compares with stored texts.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys
import tempfile
import traceback

SRC = os.environ.get("APSIS_SRC", os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..")))
APSIS = os.path.join(os.environ.get("APSIS_BIN", "."), "apsis")
GOLDEN = os.path.join(SRC, "tests", "golden", "cli")
MODELS = os.path.join(SRC, "models")


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)


def apsis(*words, stdin="", cwd=MODELS, width=80, env=None, binary=False, timeout=120):
    environment = {"PATH": os.environ.get("PATH", ""), "COLUMNS": str(width), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    environment.update(env or {})
    done = subprocess.run([APSIS, *map(str, words)], input=stdin.encode(), capture_output=True, cwd=cwd, env=environment, timeout=timeout)
    if binary:
        return Done(done.returncode, done.stdout, done.stderr.decode())
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def golden(name, text):
    """The text is the stored one; APSIS_UPDATE=1 stores it."""
    path = os.path.join(GOLDEN, name)
    if os.environ.get("APSIS_UPDATE"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return
    with open(path, encoding="utf-8") as file:
        wanted = file.read()
    if text != wanted:
        raise AssertionError(f"{name} differs:\n--- stored\n{wanted}\n--- now\n{text}")


def scratch(**files):
    """A folder of its own with these files."""
    folder = tempfile.TemporaryDirectory(prefix="apsis-cli-")
    for name, text in files.items():
        with open(os.path.join(folder.name, name.replace("__", ".")), "w", encoding="utf-8") as file:
            file.write(text)
    return folder


def main(tests):
    """Runs every function called test_*; all of them, though one fails."""
    bad = 0
    for name, test in sorted(tests.items()):
        if not name.startswith("test_") or not callable(test):
            continue
        try:
            test()
        except Exception:
            bad += 1
            print(f"FAILED {name}")
            traceback.print_exc()
    print(f"{bad} failed" if bad else "ok")
    sys.exit(1 if bad else 0)
