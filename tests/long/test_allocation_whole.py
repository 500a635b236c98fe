"""test_allocation_whole.py - memory that runs out at every allocation of every stage, as far as a minute for each goes."""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

test = os.path.join(os.environ["APSIS_BIN"], "tests", "test_allocation")
done = subprocess.run([test], capture_output=True, text=True, env={**os.environ, "APSIS_ALLOCATION_SECONDS": os.environ.get("APSIS_ALLOCATION_SECONDS", "60")})
print(done.stdout)
assert done.returncode == 0, done.stderr
assert done.stdout.count("escaped") >= 20, "too little was tried"
