# test_failing_writes.py - a disk that is full or breaks at any call: exit code 1, the file's name in the message, nothing half-written, nothing left behind.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys

from cli_common import main, scratch
from failing import MODEL, RUN, SHIM, left, read, run, sweep


def is_json(data):
    try:
        return "digest" in json.loads(data)
    except ValueError:
        return False


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
