# failing.py - runs a command of Apsis again and again, each time with another writing call that fails, for the tests of full disks.
# SPDX-License-Identifier: Apache-2.0
import errno
import glob
import os
import subprocess

from cli_common import APSIS, MODELS, scratch

BUILD = os.environ.get("APSIS_BIN", ".")
SHIM = os.path.join(BUILD, "tests", "libfailing_writes.so")
CALLS = ["write", "fwrite", "fflush", "fsync", "fclose", "close", "rename"]
MODEL = os.path.join(MODELS, "first.risk")
FAULTS = {errno.ENOSPC: "No space left on device", errno.EIO: "Input/output error"}
RUN = ["run", MODEL, "--draws", 2000, "--engine", "interpreter", "--threads", 1]
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


def steps(most):
    """1, 2, 3 ... and, where there are many, wider and wider apart."""
    at = 1
    while at < most:
        yield at
        at += 1 + at // 20


def sweep(words, name, whole, before=None, calls=CALLS, most=MOST, temporary=False, **environment):
    """Each call of each function fails once; returns how many failures each function had. `whole`: says whether a file is good;
    `before`: what the file held before, which it must go on holding when the command fails. `temporary`: temporary files are used, and a fault there is told as theirs,
    or does no harm."""
    hits = {}
    for call in calls:
        for at in steps(most):
            fault = list(FAULTS)[at % 2]
            with scratch() as folder:
                path = os.path.join(folder, name)
                if before is not None:
                    with open(path, "wb") as file:
                        file.write(before)
                done, about = run(words, folder, call, at, fault, **environment)
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
                    assert (call == "close" or temporary) and there is not None and whole(there), what  # of another file than the result
                    continue
                assert FAULTS[fault] in said or (temporary and "the folder for temporary files" in said), what
                assert name in said or (to_stdout and "cannot write the result" in said), what
                assert "apsis:" in said and len(said.strip().splitlines()) <= 3, what
                if to_stdout:  # the file was finished before that
                    assert there is None or there == before or whole(there), what
                else:
                    assert there == before, what
    return hits


def right(words, name):
    """The file that the command writes when nothing fails; None without libxlsxwriter."""
    with scratch() as folder:
        done, _ = run(words, folder)
        if done.returncode == 2 and b"no libxlsxwriter" in done.stderr:
            return None
        assert done.returncode == 0, done.stderr
        return read(os.path.join(folder, name))
