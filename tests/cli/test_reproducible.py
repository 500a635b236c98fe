# test_reproducible.py - a part of the library built in another folder is the same bytes; long.reproducible_build builds and compares everything.
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import two_folders
from cli_common import SRC, main

BUILD = os.environ["APSIS_BIN"]
# one of each kind: generated text inside, the interface, the families, CPU flags of its own
OBJECTS = ["apsis_host.dir/host/engine/kernel_headers.c.o", "apsis_host.dir/host/support/version.c.o", "apsis_host.dir/distributions/pert.c.o",
           "apsis_host.dir/host/engine/compiler.c.o"]
GENERATED = ["generated/families.inc", "generated/family_kernels.inc", "generated/kernel_headers.inc", "package/ApsisConfig.cmake", "package/ApsisConfigVersion.cmake", "package/apsis.pc"]


def same(one, other):
    with open(one, "rb") as a, open(other, "rb") as b:
        return a.read() == b.read()


def test_part():
    with tempfile.TemporaryDirectory(prefix="apsis-elsewhere-with-a-longer-name-") as folder:
        objects = [os.path.join("CMakeFiles", name) for name in OBJECTS]
        other = two_folders.build(SRC, BUILD, folder, *objects)
        different = [name for name in objects + GENERATED if not same(os.path.join(BUILD, name), os.path.join(other, name))]
        assert not different, different


main(globals())
