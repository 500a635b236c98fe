"""test_sanitized_allocation.py - memory that runs out anywhere (unit/test_allocation.c), under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from other_builds import build  # noqa: E402

compiler = ["-DCMAKE_C_COMPILER=clang"] if shutil.which("clang") else []
test = build("sanitized", "-DAPSIS_SANITIZE=address,undefined", "-DBUILD_TESTING=ON", "-DAPSIS_ORACLES=OFF", *compiler, target="test_allocation")
environment = {**os.environ, "ASAN_OPTIONS": "exitcode=99:detect_leaks=1:detect_stack_use_after_return=0", "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=1", "LSAN_OPTIONS": "exitcode=99"}
done = subprocess.run([test, "sanitized"], capture_output=True, text=True, errors="replace", timeout=900, env=environment)
print(done.stdout)
assert done.returncode == 0 and "Sanitizer" not in done.stderr and "runtime error:" not in done.stderr, done.stderr[:6000]
assert done.stdout.count("escaped") >= 20, "too little was tried"
