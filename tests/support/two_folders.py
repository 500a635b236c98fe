"""two_folders.py - the source copied elsewhere and built there, so that what depends on the folder's name shows."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess

LEFT_OUT = re.compile(r"(\.git|build.*|__pycache__|tests|bench)$")


def cached(build, name):
    with open(os.path.join(build, "CMakeCache.txt")) as file:
        found = re.search(rf"^{name}:\w+=(.*)$", file.read(), re.M)
    return found[1] if found else ""


def build(source, like, folder, *targets):
    """Copies `source` to `folder`/source and builds these targets in `folder`/build with the options of the build folder `like`, no cache of compiled files."""
    copy, made = os.path.join(folder, "source"), os.path.join(folder, "build")
    shutil.copytree(source, copy, ignore=lambda where, names: [name for name in names if where == source and LEFT_OUT.match(name)])
    options = [f"-D{name}={cached(like, name)}" for name in ("CMAKE_BUILD_TYPE", "CMAKE_C_COMPILER", "CMAKE_C_FLAGS", "APSIS_HOST_ARCH", "APSIS_SANITIZE", "APSIS_WERROR",
                                                                "APSIS_STATIC", "APSIS_ARCHIVE", "BUILD_SHARED_LIBS", "CMAKE_INSTALL_PREFIX", "CMAKE_INSTALL_LIBDIR")]
    options = [option for option in options if not option.endswith("=")]
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    for words in (["cmake", "-S", copy, "-B", made, *generator, *options, "-DBUILD_TESTING=OFF"], ["cmake", "--build", made, "-j", "2", *(["--target", *targets] if targets else [])]):
        done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "CCACHE_DISABLE": "1"})
        assert done.returncode == 0, f"{' '.join(words)}: exit {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return made
