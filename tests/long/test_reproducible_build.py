# test_reproducible_build.py - everything that is installed, built again in another folder with another name, is the same bytes.
# SPDX-License-Identifier: Apache-2.0
import glob
import hashlib
import os
import subprocess
import sys
import tempfile

SRC, BUILD = os.environ["APSIS_SRC"], os.environ["APSIS_BIN"]
sys.path.insert(0, os.path.join(SRC, "tests", "support"))
import two_folders  # noqa: E402


def installed(build, prefix):
    """What is installed and the archive of the inside, by name: digests."""
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, capture_output=True)
    paths = {os.path.relpath(path, prefix): path for path in glob.glob(os.path.join(prefix, "**"), recursive=True) if os.path.isfile(path)}
    paths["libapsis_core.a"] = os.path.join(build, "libapsis_core.a")
    found = {}
    for name, path in paths.items():
        with open(path, "rb") as file:
            found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


with tempfile.TemporaryDirectory(prefix="apsis-elsewhere-with-a-longer-name-") as folder:
    here = installed(BUILD, os.path.join(folder, "here"))
    there = installed(two_folders.build(SRC, BUILD, folder), os.path.join(folder, "there"))
different = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
print(f"{len(here)} files, {len(different)} differ")
assert not different, different
