# test_engines.py - the engines as a user meets them: the same digests, no compiler, a useless cache, no GPU, Ctrl-C while something compiles.
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import shutil
import signal
import subprocess
import time

from cli_common import APSIS, MODELS, apsis, golden, main, scratch

NO_GPU = {"APSIS_CUDA_DRIVER": "/nonexistent/libcuda.so", "APSIS_CACHE": "off"}
NO_COMPILER = {"PATH": "/nonexistent", "APSIS_CACHE": "off"}
FACTS = apsis("doctor", "--json").json
COMPILED = FACTS["engine_compiled"].startswith("compiled: ready")
CUDA = FACTS["cuda_engine"] == "ready"
BY_NAME = ["interpreter"] + ["compiled"] * COMPILED + ["cuda"] * CUDA
print("engines:", BY_NAME)


def result(*words, **more):
    done = apsis("run", *words, "--json", **more)
    assert done.code == 0, (words, done.err, done.out[:500])
    return done.json


def test_same_digest():
    with scratch() as cache:
        env = {"APSIS_CACHE": cache}
        for model, sizes in [("first", (1, 1000, 1024, 1025, 30000)), ("revenue_stack", (7000,)), ("portfolio", (1500,)), ("terrestrial_dc", (1500,)),
                             ("orbital_compute", (3000,))]:
            for draws in sizes:
                words = [f"{model}.risk", "--draws", draws, "--max-invalid", "1"]
                wanted = result(*words, "--engine", "interpreter", env=env)
                assert wanted["engine"].startswith("interpreter/") and wanted["note"] is None
                for engine in BY_NAME[1:] + ["auto"]:
                    got = result(*words, "--engine", engine, env=env)
                    assert got["digest"] == wanted["digest"], (model, draws, engine)
                    assert got["outputs"] == wanted["outputs"]
                    assert engine == "auto" or got["engine"].startswith(engine), got["engine"]


def test_other_commands():
    with scratch() as cache:
        env = {"APSIS_CACHE": cache}
        for engine in BY_NAME[1:] + ["auto"]:
            for words in (["draws", "first.risk", "--draws", 3000, "--from", 100, "--csv", "-"], ["replay", "first.risk", "--draw", 2500],
                          ["replay", "first.risk", "--at", "value:P5", "--draws", 20000]):
                assert apsis(*words, "--engine", engine, env=env).out == apsis(*words, "--engine", "interpreter", env=env).out, (words, engine)
            record = os.path.join(cache, "record.json")
            assert apsis("run", "first.risk", "--draws", "200k", "--engine", engine, "--record", record, env=env).code == 0
            for other in BY_NAME:
                for part in ([], ["--tiles", 3]):
                    done = apsis("verify", record, "--engine", other, *part, "--json", env=env)
                    assert done.code == 0 and done.json["verified"] is True and done.json["note"] is None, done.out
                    assert done.json["engine"].startswith(other)


def test_auto_is_quick_when_little_is_drawn():
    with scratch() as cache:
        got = result("first.risk", "--draws", 10000, env={"APSIS_CACHE": os.path.join(cache, "kept")})
        assert got["engine"].startswith("interpreter/") and not os.path.exists(os.path.join(cache, "kept")), "nothing may be compiled for so little"


def test_no_compiler():
    wanted = result("first.risk", "--draws", 300000, "--engine", "interpreter")
    got = result("first.risk", "--draws", 300000, env={**NO_COMPILER, **NO_GPU})
    assert got["digest"] == wanted["digest"] and got["engine"].startswith("interpreter/") and got["note"] is None
    done = apsis("run", "first.risk", "--draws", 1000, "--engine", "compiled", env=NO_COMPILER)
    assert done.code == 1 and done.out == "" and done.err.startswith("apsis: engine compiled "), done.err
    if COMPILED:
        golden("no_compiler.txt", done.err)
        # one that is named but not there: the next is taken
        assert result("first.risk", "--draws", 1000, "--engine", "compiled", env={"CC": "/nonexistent/cc", "APSIS_CACHE": "off"})["engine"].startswith("compiled/")


def test_no_gpu():
    text = ""
    for words in (["--engine", "cuda"], ["--device", "cuda:0"], ["--engine", "cuda", "--device", "cuda:0,1"]):
        done = apsis("run", "first.risk", "--draws", 1000, *words, env=NO_GPU)
        assert done.code == 1 and done.out == "" and done.err.startswith("apsis: engine cuda "), done.err
        text += f"$ apsis run first.risk {' '.join(words)}\n{done.err}[{done.code}]\n"
        done = apsis("run", "first.risk", "--draws", 1000, "--json", *words, env=NO_GPU)
        assert done.code == 1 and done.err == "" and done.json["error"].startswith("engine cuda ")
    if "not in this version" not in FACTS["cuda_engine"]:
        golden("no_gpu.txt", text)
    got = result("first.risk", "--draws", 300000, env=NO_GPU)
    assert got["note"] is None, "nobody asked for a GPU"


def fake_gpu(**more):
    """The environment in which tests/support/fake_cuda.c is the driver; None where it was not built."""
    found = [glob.glob(os.path.join(os.path.dirname(APSIS), "**", f"*{name}.so"), recursive=True) for name in ("fake_cuda", "fake_nvrtc")]
    return {"APSIS_CUDA_DRIVER": found[0][0], "APSIS_NVRTC": found[1][0], **more} if all(found) else None


def test_fake_gpu_by_name():
    if not fake_gpu():
        print("no fake GPU was built")
        return
    with scratch() as cache:
        words = ["first.risk", "--draws", 20000]
        wanted = result(*words, "--engine", "interpreter")["digest"]
        for more, env in [([], {}), (["--cuda-include", "none"], {}), (["--device", "cuda:1,0"], {"FAKE_CUDA_DEVICES": "2"})]:
            got = result(*words, "--engine", "cuda", *more, env=fake_gpu(APSIS_CACHE=cache, **env))
            assert got["digest"] == wanted and got["engine"].startswith("cuda/") and "Fake GPU" in got["engine"], got["engine"]
        for more, env, said in [
            (["--device", "cuda:3"], {}, "there is no cuda:3"),
            ([], {"FAKE_CUDA_CAPABILITY": "6.1"}, "compute capability 6.1, and 7.0 is needed"),
            ([], {"FAKE_CUDA_DEVICES": "0"}, "shows no GPU"),
            ([], {"FAKE_CUDA_VERSION": "10000"}, "too old"),
            ([], {"FAKE_CUDA_FAIL": "cuInit:1:999"}, "does not start"),
            ([], {"FAKE_CUDA_FAIL": "cuLaunchKernel:3+:700"}, "the run failed: cuda:0 (Fake GPU): cuLaunchKernel says"),
            ([], {"APSIS_NVRTC": "/nonexistent/libnvrtc.so", "APSIS_CACHE": "off"}, "no NVRTC"),
            ([], {"FAKE_NVRTC_FAIL": "first.risk(3): error: so it is", "APSIS_CACHE": "off"}, "so it is"),
            (["--cuda-include", "/nonexistent"], {}, "/nonexistent"),
        ]:
            done = apsis("run", *words, "--engine", "cuda", *more, env={**fake_gpu(APSIS_CACHE=cache), **env})
            assert done.code in (1, 2) and done.out == "" and said in done.err and done.err.count("\n") <= 2, (env, done.code, done.err)
            assert "--engine" in done.err or "--cuda-include" in done.err or "--device" in done.err or "there is no" in done.err, done.err


def test_fake_gpu_lost_in_mid_run():
    if not fake_gpu():
        return
    with scratch() as cache:
        env = fake_gpu(APSIS_CACHE=cache)
        model = ["orbital_compute.risk", "--max-invalid", "1", "--draws"]
        rate = 200_000 / result(*model, 200_000, "--engine", "interpreter")["seconds"]
        assert result(*model, 2000, "--engine", "cuda", env=env)["engine"].startswith("cuda/")
        for seconds in (2.5, 8, 25):  # auto looks for what is cached where a second is to be expected; the machine may be busier now than later
            draws = int(seconds * rate)
            got = result(*model, draws, env={**env, "PATH": "/nonexistent", "FAKE_CUDA_FAIL": "cuLaunchKernel:2:719"})
            if got["note"]:
                break
        wanted = result(*model, draws, "--engine", "interpreter")
        assert got["digest"] == wanted["digest"] and got["outputs"] == wanted["outputs"]
        assert "interpreter/" in got["engine"], got["engine"]
        assert got["note"].startswith("the GPU failed (cuda:0 (Fake GPU): cuLaunchKernel says") and got["note"].endswith("): the rest was computed by the interpreter"), got
        assert "--engine" not in got["note"]
        done = apsis("run", *model, draws, env={**env, "PATH": "/nonexistent", "FAKE_CUDA_FAIL": "cuLaunchKernel:6:719"})
        assert done.code == 0 and done.err.startswith("apsis: note: the GPU failed ("), done.err


def test_useless_caches():
    if not COMPILED:
        return
    with scratch(file="a file, no folder") as folder:
        wanted = result("first.risk", "--draws", 3000, "--engine", "interpreter")["digest"]
        for cache in ("off", "", os.path.join(folder, "file"), os.path.join(folder, "file", "below"), "/proc/apsis"):
            got = result("first.risk", "--draws", 3000, "--engine", "compiled", env={"APSIS_CACHE": cache})
            assert got["digest"] == wanted and got["engine"].startswith("compiled/"), cache
        kept = os.path.join(folder, "kept")
        env = {"APSIS_CACHE": kept}
        for harm in ("nothing", "short", "flip", "empty", "folder"):
            got = result("first.risk", "--draws", 3000, "--engine", "compiled", env=env)
            assert got["digest"] == wanted, harm
            entries = [os.path.join(kept, name) for name in os.listdir(kept) if name.endswith(".so")]
            assert entries
            for path in entries:
                with open(path, "rb") as file:
                    data = bytearray(file.read())
                if harm == "short":
                    del data[len(data) // 2:]
                elif harm == "flip":
                    data[len(data) // 2] ^= 1
                elif harm == "empty":
                    data.clear()
                elif harm == "folder":
                    os.remove(path)
                    os.mkdir(path)
                    continue
                with open(path, "wb") as file:
                    file.write(data)
        assert result("first.risk", "--draws", 3000, "--engine", "compiled", env=env)["digest"] == wanted


def test_second_run_compiles_nothing():
    if not COMPILED:
        return
    with scratch() as folder:
        env = {"APSIS_CACHE": os.path.join(folder, "kept")}
        first = result("first.risk", "--draws", 3000, "--engine", "compiled", env=env)
        broken = os.path.join(folder, "cc")
        with open(broken, "w") as file:
            file.write(f"#!/bin/sh\n[ \"$1\" = --version ] && exec {shutil.which('gcc') or shutil.which('cc')} --version\nexit 3\n")
        os.chmod(broken, 0o755)
        cc = {"CC": shutil.which("gcc") or shutil.which("cc")}
        again = result("first.risk", "--draws", 3000, "--engine", "compiled", "--set", "wacc = 9%", env={**env, **cc})
        assert again["digest"] != first["digest"]
        done = apsis("run", "first.risk", "--draws", 3000, "--engine", "compiled", env={"CC": broken, "APSIS_CACHE": "off"})
        assert done.code == 1 and "engine compiled" in done.err, done.err


def interrupt(words, env, after):
    """Exit code, and the seconds from SIGINT to the end."""
    environment = {"PATH": os.environ.get("PATH", ""), "COLUMNS": "80", "LC_ALL": "C.UTF-8", **env}
    process = subprocess.Popen([APSIS, *map(str, words)], cwd=MODELS, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(after)
    assert process.poll() is None, process.communicate()
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, time.monotonic() - start, out.decode(), err.decode()


def test_cancel_while_compiling():
    """A compiler that never ends: the command ends at once, and so does the compiler."""
    if not COMPILED:
        return
    with scratch() as folder:
        slow, marks = os.path.join(folder, "cc"), os.path.join(folder, "pids")
        with open(slow, "w") as file:
            file.write(f"#!/bin/sh\n[ \"$1\" = --version ] && exec {shutil.which('gcc') or shutil.which('cc')} --version\necho $$ >> {marks}\nexec sleep 300\n")
        os.chmod(slow, 0o755)
        env = {"CC": slow, "APSIS_CACHE": "off", "APSIS_CUDA_DRIVER": "/nonexistent/libcuda.so"}
        code, seconds, out, err = interrupt(["run", "first.risk", "--draws", "10k", "--engine", "compiled"], env, 1.5)
        assert code == 130 and out == "" and "interrupted" in err, (code, err)
        assert seconds < 1.5, seconds
        code, seconds, out, err = interrupt(["run", "orbital_compute.risk", "--draws", "1bn", "--max-invalid", "1"], env, 3)
        assert code == 130 and "PARTIAL" in out and "note" not in err, (code, out[:300], err)
        assert seconds < 3, seconds  # the percentiles so far take a while
        time.sleep(0.2)
        with open(marks) as file:
            pids = [int(line) for line in file]
        assert len(pids) == 2, pids
        for pid in pids:
            assert not os.path.exists(f"/proc/{pid}") or "sleep" not in open(f"/proc/{pid}/comm").read(), "the compiler still runs"


main(globals())
