"""nvrtc_compile.py - compiles CUDA text by NVRTC, through ctypes: no GPU is needed, only the toolkit's library."""
# SPDX-License-Identifier: Apache-2.0
import ctypes
import glob
import os
import re

PLACES = [os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH"), "/usr/local/cuda", "/opt/cuda"]


def library():
    """NVRTC, or None."""
    names = ["libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12"]
    for place in filter(None, PLACES):
        names += sorted(glob.glob(f"{place}/lib64/libnvrtc.so*") + glob.glob(f"{place}/targets/*/lib/libnvrtc.so*"))
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def toolkit_include():
    """The folders with curand_philox4x32_x.h and nv/target, or []."""
    for place in filter(None, PLACES):
        include = os.path.join(place, "include")
        if os.path.exists(os.path.join(include, "curand_philox4x32_x.h")):
            return [include] + [path for path in (os.path.join(include, "cccl"),) if os.path.isdir(path)]
    return []


def compile_text(nvrtc, text, options):
    """(PTX, cubin, log); an AssertionError with the log where it does not compile."""
    program, size = ctypes.c_void_p(), ctypes.c_size_t()
    assert nvrtc.nvrtcCreateProgram(ctypes.byref(program), text.encode(), b"model.cu", 0, None, None) == 0
    try:
        words = (ctypes.c_char_p * len(options))(*[option.encode() for option in options])
        code = nvrtc.nvrtcCompileProgram(program, len(options), words)

        def take(what):
            assert getattr(nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size)) == 0
            room = ctypes.create_string_buffer(size.value)
            assert getattr(nvrtc, f"nvrtcGet{what}")(program, room) == 0
            return room.raw
        log = take("ProgramLog").rstrip(b"\0").decode()
        assert code == 0, log[-4000:]
        return take("PTX").rstrip(b"\0").decode(), take("CUBIN"), log
    finally:
        nvrtc.nvrtcDestroyProgram(ctypes.byref(program))


def usage(log, kernel="apsis_tiles"):
    """What ptxas says of a kernel under --ptxas-options=-v: registers, and bytes of stack, spill stores and spill loads."""
    part = log.split(f"Compiling entry function '{kernel}'")[1]
    stack, stores, loads = map(int, re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", part).groups())
    return {"registers": int(re.search(r"Used (\d+) registers", part)[1]), "stack": stack, "spill_stores": stores, "spill_loads": loads}
