"""other_builds.py - the command built in other ways than the one under test, each in its own folder of the build."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import subprocess

from apsis_command import BUILD, SOURCE


def build(name, *options, environment=None, target="apsis"):
    """The command (or another target) in BUILD/name, configured with these options; fails with the end of the log."""
    folder = os.path.join(BUILD, name)
    log = os.path.join(BUILD, name + ".log")
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    with open(log, "w") as file:
        steps = (["cmake", "-S", SOURCE, "-B", folder, *generator, "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF", "-DAPSIS_WERROR=OFF", *options],
                 ["cmake", "--build", folder, "-j", "2", "--target", target])
        codes = []
        for step in steps:
            codes.append(subprocess.run(step, stdout=file, stderr=file, env={**os.environ, **(environment or {})}).returncode)
            if codes[-1]:
                break
    if codes[-1]:
        with open(log) as file:
            raise AssertionError(f"{name} was not built:\n{file.read()[-4000:]}")
    return os.path.join(folder, "apsis" if target == "apsis" else os.path.join("tests", target))
