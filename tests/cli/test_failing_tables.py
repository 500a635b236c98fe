# test_failing_tables.py - --csv and --xlsx on a full or breaking disk: the right file, byte for byte, or exit code 1, a message and no file.
# SPDX-License-Identifier: Apache-2.0
import os
import resource
import subprocess
import sys

from cli_common import APSIS, main, scratch
from failing import MODEL, RUN, SHIM, left, read, right, sweep


def test_tables():
    for words in ([*RUN, "--csv", "kept.csv"], ["stress", MODEL, "--draws", 1000, "--engine", "interpreter", "--threads", 1, "--csv", "kept.csv"]):
        good = right(words, "kept.csv")
        hits = sweep(words, "kept.csv", lambda data: data == good, b"old")
        assert all(hits.get(call) for call in ("fwrite", "fflush", "fsync", "fclose", "rename")), hits


def test_workbook():
    """libxlsxwriter does not look whether its temporary files were written: the finished workbook is read back."""
    words = [*RUN, "--xlsx", "kept.xlsx"]
    good = right(words, "kept.xlsx")
    if not good:
        print("skipped: no libxlsxwriter")
        return
    whole = lambda data: data == good
    hits = sweep(words, "kept.xlsx", whole, b"old", temporary=True, most=2000)
    assert all(hits.get(call) for call in ("fwrite", "fflush", "fsync", "fclose", "rename")), hits
    lost = sweep(words, "kept.xlsx", whole, None, ["block"], 2000, True)
    full = sweep(words, "kept.xlsx", whole, b"old", ["block"], 2000, True, FAILING_ON="1")
    assert lost["block"] > 20 and full["block"] > 20, (lost, full)
    print("workbook: failures of", {**hits, "block": lost["block"] + full["block"]})


def test_workbook_in_little_room():
    """No file may grow beyond a limit, the kernel's own: the temporary files are cut at every size."""
    words = [APSIS, *map(str, RUN), "--xlsx", "kept.xlsx"]
    good = right(words[1:], "kept.xlsx")
    if not good:
        print("skipped: no libxlsxwriter")
        return
    told = set()
    for limit in [0, 1, 100, 1000, *range(2048, len(good) + 8192, 2500)]:
        with scratch() as folder:
            done = subprocess.run(words, capture_output=True, cwd=folder, timeout=60, env={"PATH": os.environ["PATH"], "TMPDIR": folder, "APSIS_CACHE": "off"}, restore_signals=False,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))  # SIGXFSZ stays ignored, as Python has it
            files, said = left(folder), done.stderr.decode()
            assert done.returncode in (0, 1), (limit, done.returncode, said)
            if done.returncode:
                assert files == [] and "cannot write kept.xlsx: " in said and ("TMPDIR" in said or "File too large" in said), (limit, files, said)
            else:
                assert read(os.path.join(folder, "kept.xlsx")) == good, limit
            told.add(done.returncode)
    assert told == {0, 1}, told


if not os.path.exists(SHIM):
    print("skipped: no", SHIM)
    sys.exit(77)
main(globals())
