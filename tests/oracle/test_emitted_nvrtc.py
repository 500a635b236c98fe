"""test_emitted_nvrtc.py - NVRTC compiles the CUDA text of every acceptance model for four generations of GPUs, and of the generated models
for one in turn; nothing is fused but by the kernels' own ap_fma; what ptxas says of registers and spills is printed, and bounded.

APSIS_ALL=1 (tests/long) compiles every generated model for two."""
# SPDX-License-Identifier: Apache-2.0
import concurrent.futures
import os
import re
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import generate_models  # noqa: E402
import nvrtc_compile  # noqa: E402
from apsis_command import BUILD, SOURCE, model_path, run  # noqa: E402

ALL = bool(os.environ.get("APSIS_ALL"))
MODELS = ["first", "revenue_stack", "portfolio", "terrestrial_dc", "orbital_compute"]
CARDS = ["75", "80", "90", "100"]
# Bytes stored to local memory. The engine asks for three blocks of 128 threads on a multiprocessor, so the compiler has 168 registers a
# thread: of orbital_compute's numbers that stay the same all draw long, about forty wait in the first-level cache. With all 255 registers
# nothing spills, and eight warps instead of twelve hide the latency of double precision.
SPILLED = 320
# In front of a text: what the kernels ask to fuse is written as two roundings, so that any fma in the PTX is one that nobody asked for.
UNFUSED = """static __device__ double ap_test_fma(double a, double b, double c)
{
    double r;
    asm("{ .reg .f64 p; mul.rn.f64 p, %1, %2; add.rn.f64 %0, p, %3; }" : "=d"(r) : "d"(a), "d"(b), "d"(c));
    return r;
}
#define __fma_rn ap_test_fma
"""

nvrtc = nvrtc_compile.library()
if nvrtc is None:
    print("skipped: NVRTC is not installed, nothing was compiled")
    sys.exit(77)
includes = [f"-I{folder}" for folder in [SOURCE, os.path.join(BUILD, "generated"), *nvrtc_compile.toolkit_include()]]
begin, used = time.time(), []


def cuda_text(path):
    return run("show", path, "--cuda").stdout


def compiled(name, text, card):
    """Compiles; gives what ptxas said."""
    try:
        ptx, cubin, log = nvrtc_compile.compile_text(nvrtc, text, [f"--gpu-architecture=sm_{card}", "--fmad=false", "--ptxas-options=-v", *includes])
    except AssertionError as problem:
        raise AssertionError(f"{name} for sm_{card}: {problem}") from None
    warnings = [line for line in log.splitlines() if "warning" in line]
    assert not warnings, (name, card, warnings[:5])
    assert cubin[:4] == b"\x7fELF" and ".entry apsis_tiles" in ptx, name
    assert not re.search(r"\bfma\.(?!rn\.f64|rn\.f32)", ptx), name
    assert not re.search(r"^\s*\.extern \.func (?!.*__assertfail)", ptx, re.M), name
    return nvrtc_compile.usage(log)


def check_fused(name, text):
    """No fma that the kernels do not ask for, by the text and by its approximations either."""
    ptx, _, _ = nvrtc_compile.compile_text(nvrtc, UNFUSED + text, ["--gpu-architecture=sm_90", "--fmad=false", *includes])
    found = re.findall(r"^.*\b(?:fma|mad)\.\w*\.?f64.*$", ptx, re.M) + re.findall(r"^.*\b(?:div|sqrt|rcp)\.(?:approx|full)\S*f64.*$", ptx, re.M)
    assert not found, (name, found[:5])
    plain, _, _ = nvrtc_compile.compile_text(nvrtc, text, ["--gpu-architecture=compute_90", "--fmad=false", *includes])
    return len(re.findall(r"\bfma\.rn\.f64", plain))


with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
    # the test itself: a product and a sum that contract where contraction is on are found
    probe = '#include "kernels/dialect.h"\nextern "C" __global__ void apsis_tiles(double *x) { x[0] = x[1] * x[2] + x[3]; x[4] = ap_fma(x[1], x[2], x[4]); }\n'
    fused, _, _ = nvrtc_compile.compile_text(nvrtc, UNFUSED + probe, ["--gpu-architecture=compute_90", "--fmad=true", *includes])
    assert len(re.findall(r"\bfma\.rn\.f64", fused)) == 1 and check_fused("probe", probe) == 1

    texts = {name: cuda_text(model_path(name)) for name in MODELS}
    jobs = [(name, card) for name in MODELS for card in CARDS]
    for (name, card), figures in zip(jobs, pool.map(lambda job: compiled(job[0], texts[job[0]], job[1]), jobs)):
        print(f"  {name} sm_{card}: {figures['registers']} registers, {figures['stack']} bytes of stack, {figures['spill_stores']} + {figures['spill_loads']} bytes spilled")
        used.append((figures["spill_stores"], name, card))
    for name, count in zip(MODELS, pool.map(lambda name: check_fused(name, texts[name]), MODELS)):
        assert count > 0, name
    print(f"{len(jobs)} kernels of {len(MODELS)} models, {time.time() - begin:.0f} s")
    assert max(used)[0] <= SPILLED, max(used)

    paths = generate_models.write(folder)
    names = list(paths) if ALL else [n for n in paths if n.split("_")[0] in ("step", "lag")][::2] + [n for n in paths if n.split("_")[0] in ("op", "form", "size") and n != "size_operations_10000"][::2] \
        + [n for n in paths if n.startswith(("family_", "random_"))][::8]

    def one(job):
        number, name = job
        text = cuda_text(paths[name])
        for card in [CARDS[number % 4], CARDS[(number + 2) % 4]][:2 if ALL else 1]:
            compiled(name, text, card)
        if ALL or number % 6 == 0:
            check_fused(name, text)
    list(pool.map(one, enumerate(names)))
    print(f"and of {len(names)} generated models, {time.time() - begin:.0f} s")
