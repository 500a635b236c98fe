"""test_bad_input.py - what a tired person types, and what a hostile one does: a clear error, the right exit code, nothing half-written."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import COMMAND, model_path, run, run_json  # noqa: E402

FIRST = model_path("first")
checks = 0


def fails(code, *arguments, says, stdin=None, timeout=60):
    """The command ends with this code, says this on stderr, and prints no result."""
    global checks
    start = time.perf_counter()
    done = subprocess.run([COMMAND, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout)
    err = done.stderr.decode("utf-8", "replace")
    shown = [str(a)[:60] for a in arguments]
    assert done.returncode == code, (shown, done.returncode, err[-500:])
    assert says.lower() in err.lower(), (shown, says, err[:500])
    assert len(err) < 40_000, (shown, len(err))
    assert not done.stdout, (shown, done.stdout[:200])
    assert time.perf_counter() - start < 20, shown
    checks += 1
    return err


def model_fails(text, says, code=65):
    return fails(code, "run", "-", "--draws", 100, says=says, stdin=text if isinstance(text, bytes) else text.encode())


with tempfile.TemporaryDirectory() as folder:
    path = lambda name: os.path.join(folder, name)  # noqa: E731
    open(path("empty.risk"), "w").close()
    fails(65, "run", path("empty.risk"), says="empty")
    fails(1, "run", folder, says="folder")
    fails(1, "run", path("nowhere.risk"), says="nowhere.risk")
    with open(path("binary.risk"), "wb") as file:
        file.write(bytes(range(256)) * 100)
    fails(65, "run", path("binary.risk"), says="binary")
    model_fails(b'a = 1\noutput b = a "caf\xe9"\n', "UTF-8")
    # sizes
    model_fails("a = " + "1 + " * 12_000_000 + "1\noutput a\n", "")       # one line of 48 MB
    model_fails("a = " + "9" * 100_000_000 + "\noutput a\n", "")           # one line of 100 MB
    model_fails("a = " + "(" * 100_000 + "1" + ")" * 100_000 + "\noutput a\n", "deep")
    model_fails("a = " + "-" * 100_000 + "1\noutput a\n", "deep")
    model_fails("n" * 10_000 + " = 1\noutput a = 1\n", "at most 255")
    text = "".join(f"x{i} ~ normal(0, 1)\n" for i in range(100_000)) + "output a = x0 + x99999\n"
    done = subprocess.run([COMMAND, "run", "-", "--draws", "1000"], input=text.encode(), capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr[-500:]
    checks += 1
    # the model
    model_fails("a = b\nb = a\noutput a\n", "need each other")
    model_fails("output a = lenght * 2\nlength = 3\n", "did you mean")
    model_fails("a ~ norml(0, 1)\noutput a\n", "normal")
    model_fails("a ~ pert(1, 2)\noutput a\n", "pert")
    model_fails("a ~ pert(20, 80, 30)\noutput a\n", "the middle must lie between the ends")
    model_fails("a ~ normal(0, -1)\noutput a\n", "sd")
    model_fails("a ~ normal(0 / 0, 1)\noutput a\n", "")
    model_fails("a ~ uniform(0, 1 / 0)\noutput a\n", "")
    model_fails("a ~ discrete(1: 50%, 2: 40%)\noutput a\n", "sum")
    model_fails("a ~ normal(0, 1)\nb ~ normal(0, 1)\nc ~ normal(0, 1)\noutput d = a + b + c\ncorrelate\n  a, b 90%\n  b, c 90%\n  a, c -90%\n", "cannot all hold")
    model_fails("period year 2026 to 2030\nx[t] = x[t-1] + 1\noutput x[t]\n", "looks back to 2025")
    model_fails("a = 1\n", "output")
    # the options
    fails(2, "run", FIRST, "--draws", 0, says="draws")
    fails(2, "run", FIRST, "--draws", "1e30", says="draws")
    fails(2, "run", FIRST, "--draws", "many", says="draws")
    fails(2, "run", FIRST, "--draws", "-5", says="draws")
    fails(2, "run", FIRST, "--seed", "blue", says="seed")
    fails(2, "run", FIRST, "--percentiles", "5,500", says="percent")
    fails(2, "run", FIRST, "--cpu", "quantum", says="quantum")
    fails(2, "run", FIRST, "--engine", "steam", says="steam")
    fails(2, "run", FIRST, "--threads", "0.5", says="threads")
    fails(2, "run", FIRST, "--drwas", "5", says="draws")
    fails(2, "rnu", FIRST, says="run")
    fails(2, "run", says="model")
    err = fails(65, "run", FIRST, "--scenario", "slow_permit", says="slow_permits")
    fails(65, "run", FIRST, "--set", "lanch_cadence = 5", says="launch_cadence")
    fails(65, "run", FIRST, "--set", "launch_cadence = ", says="--set")
    fails(65, "run", FIRST, "--target", "evv > 5", says="value")
    fails(2, "replay", FIRST, "--draw", "x", says="draw")
    # results that cannot be written
    with open("/dev/full", "w") as full:
        done = subprocess.run([COMMAND, "run", FIRST, "--draws", "1000"], stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1 and b"write" in done.stderr.lower(), (done.returncode, done.stderr)
    fails(1, "run", FIRST, "--draws", 1000, "--record", path("no/such/folder/r.json"), says="r.json") if False else None
    done = run("run", FIRST, "--draws", 1000, "--record", path("no/such/folder/r.json"), expect=1)
    assert "r.json" in done.stderr
    done = run("draws", FIRST, "--draws", 1000, "--csv", "/dev/full", expect=1)
    assert not [f for f in os.listdir(folder) if f.startswith("r.json")]
    # a closed pipe: quiet, at once
    done = subprocess.run(f"'{COMMAND}' draws '{FIRST}' --draws 3000000 --csv - | head -n 2", shell=True, capture_output=True, timeout=60)
    assert done.stdout.count(b"\n") == 2 and len(done.stderr) < 200, done.stderr
    checks += 4
    # `new` does not overwrite
    run("new", path("mine.risk"))
    assert run_json("run", path("mine.risk"), "--draws", 1000)["outputs"]
    fails(1, "new", path("mine.risk"), says="exists")
    # invalid draws: counted, the first one named, and the exit code follows --max-invalid
    text = "a ~ normal(0, 1)\noutput root = sqrt(a)\noutput ratio = 1 / (if a > 2 then 0 else 1)\n"
    done = run("run", "-", "--draws", 10_000, stdin=text, expect=1)
    assert "replay" in done.stdout + done.stderr and "invalid" in done.stdout + done.stderr
    done = run("run", "-", "--draws", 10_000, "--max-invalid", "60%", stdin=text)
    result = run_json("run", "-", "--draws", 10_000, "--max-invalid", "60%", stdin=text)
    root = result["outputs"][0]
    assert 4500 < int(root["invalid"]["count"]) < 5500 and root["invalid"]["first_draw"] is not None
    assert root["mean"] is not None and root["min"]["value"] >= 0
    # Ctrl-C: within a second, what is known so far, marked, 130
    process = subprocess.Popen([COMMAND, "run", model_path("orbital_compute"), "--draws", "1e9", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    start = time.perf_counter()
    out, err = process.communicate(timeout=20)
    took = time.perf_counter() - start
    assert process.returncode == 130, (process.returncode, err)
    assert took < 3, took  # a second on a quiet machine
    import json
    partial = json.loads(out)
    assert partial["partial"] is True and 0 < int(partial["draws"]) < 10 ** 9 and partial["outputs"][0]["percentiles"][0]["value"] is not None
    checks += 5
print(f"{checks} mistakes answered")
