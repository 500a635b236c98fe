# test_streams.py - what leaves the command: files that are whole or absent, full disks, closed pipes, Ctrl-C.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import signal
import subprocess
import time

from cli_common import APSIS, MODELS, apsis, main, scratch

SMALL = "x ~ uniform(0, 1)\noutput y = 10 * x\n"
ENV = {"PATH": os.environ.get("PATH", ""), "COLUMNS": "80", "LC_ALL": "C.UTF-8", "TERM": "xterm"}


def test_full_disk():
    with scratch(m__risk=SMALL) as folder, open("/dev/full", "w") as full:
        for words in (["run", "m.risk", "--draws", "1000"], ["run", "m.risk", "--draws", "1000", "--json"], ["families"], ["--help"], ["check", "m.risk"],
                      ["draws", "m.risk", "--draws", "100", "--csv", "-"], ["run", "nothing.risk", "--json"]):
            done = subprocess.run([APSIS, *words], stdout=full, stderr=subprocess.PIPE, cwd=folder, env=ENV, timeout=60)
            assert done.returncode == 1, (words, done.returncode)
            assert b"cannot write" in done.stderr, (words, done.stderr)
        done = apsis("draws", "m.risk", "--draws", "100", "--csv", "/dev/full", cwd=folder)
        assert done.code == 1 and "cannot write /dev/full" in done.err, done.err


def test_closed_pipe():
    with scratch(m__risk=SMALL) as folder:
        child = subprocess.Popen([APSIS, "draws", "m.risk", "--draws", "3M", "--csv", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=ENV)
        first = child.stdout.readline()
        child.stdout.close()
        code = child.wait(timeout=60)
        assert first == b"draw,y,x\n", first
        assert code in (1, -signal.SIGPIPE) and child.stderr.read() == b""


def test_files_are_whole_or_absent():
    with scratch(m__risk=SMALL) as folder:
        for words in (["--csv", "d.csv"], ["--npy", "d.npy"]):
            done = apsis("draws", "m.risk", "--draws", "1000", *words, cwd=folder)
            assert done.code == 0 and done.out == "" and done.err == ""
        assert sorted(os.listdir(folder)) == ["d.csv", "d.npy", "m.risk"]
        assert os.stat(os.path.join(folder, "d.csv")).st_mode & 0o777 == 0o666 & ~current_umask()
        done = apsis("draws", "m.risk", "--draws", "10", "--csv", "no/d.csv", cwd=folder)
        assert done.code == 1 and "cannot write no/d.csv" in done.err
        with open(os.path.join(folder, "d.csv")) as file:
            before = file.read()
        child = subprocess.Popen([APSIS, "draws", "m.risk", "--draws", "2bn", "--csv", "d.csv"], stderr=subprocess.PIPE, cwd=folder, env=ENV)
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=10) == 130
        assert b"interrupted" in child.stderr.read()
        with open(os.path.join(folder, "d.csv")) as file:
            assert file.read() == before
        assert sorted(os.listdir(folder)) == ["d.csv", "d.npy", "m.risk"]


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def interrupted(words, wait=1.0):
    child = subprocess.Popen([APSIS, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=MODELS, env=ENV)
    time.sleep(wait)
    start = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    return child.returncode, out.decode(), err.decode(), time.monotonic() - start


def test_interrupt():
    code, out, err, took = interrupted(["run", "first.risk", "--draws", "100bn"])
    assert code == 130, (code, err)
    assert took < 3, took  # a second, and room for a machine that is busy
    assert "PARTIAL" in out and "P50" in out, out
    assert "digest" not in out
    code, out, err, took = interrupted(["run", "first.risk", "--draws", "100bn", "--json"])
    result = json.loads(out)
    assert code == 130 and result["partial"] is True and result["draws_wanted"] == "100000000000" and int(result["draws"]) > 0
    assert int(result["outputs"][0]["draws"]) == int(result["draws"])


def test_stdin():
    done = apsis("run", "-", "--draws", "1000", stdin=SMALL)
    assert done.code == 0 and re.search(r"^y +\d", done.out, re.M), done.out
    done = apsis("check", "-", stdin="output y = \n")
    assert done.code == 65 and "-:1:" in done.out, done.out


main(globals())
