# test_gpu_gate.py - the gate for machines with a GPU fails where none answers, and writes what it found; dry runs on a fake are marked.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from cli_common import APSIS, SRC, main
from engines_agree import fake_gpu

GATE = os.path.join(SRC, "scripts", "gpu-gate")


def gate(*words, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("APSIS_CUDA", "APSIS_NVRTC", "FAKE_"))}
    return subprocess.run([sys.executable, GATE, "--binary", APSIS, *words], capture_output=True, text=True, env={**clean, **environment}, timeout=300)


def written(folder):
    names = os.listdir(folder)
    assert names == ["gpu-fake-gpu.json"], names
    with open(os.path.join(folder, names[0])) as file:
        return json.load(file)


def test_no_gpu():
    """It fails, it does not skip, and writes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        done = gate("--out", folder, APSIS_CUDA_DRIVER="", CUDA_VISIBLE_DEVICES="-1")
        assert done.returncode == 1 and "no NVIDIA GPU answered, so nothing was proved" in done.stderr, done
        assert os.listdir(folder) == []


def test_fake_is_kept_apart():
    done = gate(APSIS_CUDA_DRIVER="/nowhere/libcuda.so.1")
    assert done.returncode == 1 and "--out, a folder outside bench/" in done.stderr, done
    done = gate("--out", os.path.join(SRC, "bench", "results"), APSIS_NVRTC="/nowhere/libnvrtc.so")
    assert done.returncode == 1 and "--out, a folder outside bench/" in done.stderr, done


def test_dry_run():
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as tools:
        fake = fake_gpu(tools)
        if not fake:
            return
        done = gate("--out", folder, "--minutes", "0.5", **fake)
        found = written(folder)
        assert done.returncode == 0, done.stdout + done.stderr
        digests = found["digests"]
        assert found["fake"] is True and digests["compared"] == digests["equal"] > 0 and not digests["different"] and not found["failures"]
        assert found["card"] == "Fake GPU" and found["seconds"] < 60 and found["apsis"] and found["cpu"]
        assert all(len(digest) == 64 for digest in digests["digests"].values())


def test_failing_gpu():
    """A kernel that fails is a failure of the gate, and the results say which."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as tools:
        fake = fake_gpu(tools)
        if not fake:
            return
        done = gate("--out", folder, "--minutes", "0.3", FAKE_CUDA_FAIL="cuLaunchKernel:1+:700", **fake)
        found = written(folder)
        assert done.returncode == 1 and found["failures"] and found["digests"]["failed"] and not found["digests"]["equal"], done.stdout
        assert found["complete"] is False


main(globals())
