# test_failing_writes.py - a disk that is full or breaks at any call: exit code 1, the file's name in the message, nothing half-written, nothing left behind.
# SPDX-License-Identifier: Apache-2.0
import errno
import glob
import json
import os
import subprocess
import sys

from cli_common import APSIS, MODELS, SRC, main, scratch

BUILD = os.environ.get("APSIS_BIN", ".")
SHIM = os.path.join(BUILD, "tests", "libfailing_writes.so")
CALLS = ["write", "fwrite", "fflush", "fsync", "fclose", "close", "rename"]
MODEL = os.path.join(MODELS, "first.risk")
FAULTS = {errno.ENOSPC: "No space left on device", errno.EIO: "Input/output error"}
MOST = 40  # calls of one function that are tried


def run(words, folder, call=None, at=1, fault=errno.ENOSPC, **environment):
    """The finished process, and what the failing call was about: None when it did not come to that."""
    mark = os.path.join(folder, "..", os.path.basename(folder) + ".mark")
    if os.path.exists(mark):
        os.unlink(mark)
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TMPDIR": folder, "APSIS_CACHE": "off", **environment}
    if call:
        env.update(LD_PRELOAD=SHIM, FAILING_CALL=call, FAILING_AT=str(at), FAILING_WITH=str(fault), FAILING_MARK=mark)
    done = subprocess.run([APSIS, *map(str, words)], capture_output=True, cwd=folder, env=env, timeout=120)
    about = None
    if os.path.exists(mark):
        with open(mark) as file:
            about = file.read()
        os.unlink(mark)
    return done, about


def left(folder):
    return sorted(os.path.relpath(path, folder) for path in glob.glob(os.path.join(folder, "**"), recursive=True, include_hidden=True) if os.path.isfile(path) or os.path.islink(path))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def sweep(words, name, whole, before=None):
    """Each call of each function fails once; returns how many failures each function had. `whole`: says whether a file is good;
    `before`: what the file held before, which it must go on holding when the command fails."""
    hits = {}
    for call in CALLS:
        for at in range(1, MOST):
            fault = list(FAULTS)[at % 2]
            with scratch() as folder:
                path = os.path.join(folder, name)
                if before is not None:
                    with open(path, "wb") as file:
                        file.write(before)
                done, about = run(words, folder, call, at, fault)
                said = done.stderr.decode()
                what = f"{' '.join(map(str, words))}: {call} {at} ({about}): exit {done.returncode}: {said}"
                if about is None:
                    assert done.returncode == 0, what
                    break
                hits[call] = hits.get(call, 0) + 1
                files = left(folder)
                there = read(path) if name in files else None
                to_stdout = about.startswith("pipe:")
                assert done.returncode in (0, 1), what
                assert set(files) <= {name}, (what, files)  # no temporary
                if done.returncode == 0:
                    assert call == "close" and there is not None and whole(there), what  # of another file than the result
                    continue
                assert FAULTS[fault] in said, what
                assert name in said or (to_stdout and "cannot write the result" in said), what
                assert "apsis:" in said and len(said.strip().splitlines()) <= 3, what
                if to_stdout:  # the file was finished before that
                    assert there is None or there == before or whole(there), what
                else:
                    assert there == before, what
    return hits


def is_json(data):
    try:
        return "digest" in json.loads(data)
    except ValueError:
        return False


RUN = ["run", MODEL, "--draws", 2000, "--engine", "interpreter", "--threads", 1]


def test_record():
    for before in (None, b"what was there before\n"):
        hits = sweep([*RUN, "--record", "kept.json"], "kept.json", is_json, before)
        assert all(hits.get(call) for call in ("fwrite", "fflush", "fsync", "fclose", "rename")), hits


def test_page():
    hits = sweep([*RUN, "--html", "kept.html"], "kept.html", lambda data: data.rstrip().endswith(b"</html>"), b"old")
    assert all(hits.get(call) for call in ("fwrite", "fflush", "fsync", "fclose", "rename")), hits


def test_result_on_stdout():
    for words in ([*RUN, "--json"], RUN, ["inputs", MODEL], ["show", MODEL, "--plan"]):
        for call in ("fwrite", "fflush"):
            with scratch() as folder:
                done, about = run(words, folder, call)
                assert about and done.returncode == 1, (words, call, about, done.returncode, done.stderr)
                assert b"apsis: cannot write the result: No space left on device" in done.stderr, done.stderr
                assert left(folder) == []


def test_draws():
    with scratch() as folder:
        run(["draws", MODEL, "--draws", 3000, "--csv", "right.csv"], folder)
        run(["draws", MODEL, "--draws", 3000, "--npy", "right.npy"], folder)
        right = {".csv": read(os.path.join(folder, "right.csv")), ".npy": read(os.path.join(folder, "right.npy"))}
    for ending in right:
        hits = sweep(["draws", MODEL, "--draws", 3000, "--" + ending[1:], "kept" + ending], "kept" + ending, lambda data: data == right[ending], b"old")
        assert all(hits.get(call) for call in ("fwrite", "fflush", "fsync", "fclose", "rename")), hits
        assert hits["fwrite"] >= 2, hits


def test_new():
    hits = sweep(["new", "kept.risk"], "kept.risk", lambda data: data.startswith(b"model kept "))
    assert all(hits.get(call) for call in ("write", "fsync", "close")), hits


def test_code_cache():
    """Compiled code that cannot be kept or written: the results are the same, or a message says what failed; never a half entry."""
    words = [*RUN, "--json"]
    words[words.index("interpreter")] = "compiled"
    with scratch() as folder:
        done, _ = run(words, folder, APSIS_CACHE=os.path.join(folder, "cache"))
        if done.returncode:
            print("skipped: no compiler:", done.stdout.decode()[:200])
            return
        digest = json.loads(done.stdout)["digest"]
        entry = left(folder)
        assert len(entry) == 1 and entry[0].endswith(".so"), entry
        whole = len(read(os.path.join(folder, entry[0])))
    kept = [(call, ".part-", at, 0) for call, at in (("write", 1), ("write", 2), ("fsync", 1), ("rename", 1))] + [("close", ".so", 1, 0)]  # the cache goes without
    compiled = [("write", "program.c", 1, 1), ("close", "program.c", 1, 1), ("write", "distributions/", 7, 1), ("write", "memfd:", 1, 0)]
    for call, where, at, expected in kept + compiled:
        with scratch() as folder:
            cache = os.path.join(folder, "cache")
            done, about = run(words, folder, call, at, APSIS_CACHE=cache, FAILING_ABOUT=where)
            files = left(folder)
            what = f"{call} {at} ({about}): exit {done.returncode}: {done.stdout.decode()[:300]} {done.stderr.decode()}; {files}"
            assert about is not None and done.returncode == expected, what
            if done.returncode == 0:
                assert json.loads(done.stdout)["digest"] == digest, what
            else:
                assert "No space left on device" in json.loads(done.stdout)["error"], what
            assert all(file.endswith(".so") for file in files), what
            for file in files:
                assert len(read(os.path.join(folder, file))) == whole, what
            again, _ = run(words, folder, APSIS_CACHE=cache)
            assert again.returncode == 0 and json.loads(again.stdout)["digest"] == digest, what


if not os.path.exists(SHIM):
    print("skipped: no", SHIM)
    sys.exit(77)
main(globals())
