# test_dockerfiles.py - the recipes of the container images: by hadolint where it is, and by what can be seen without Docker.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from cli_common import SRC, main

FOLDER = os.path.join(SRC, "scripts", "package")
NAMES = ["Dockerfile", "Dockerfile.cuda"]


def instructions(name):
    """(word, rest) of each, comments and line ends joined away."""
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        text = re.sub(r"^#.*\n", "", file.read(), flags=re.M)
    lines = [line for line in re.sub(r"\s*\\\n\s*", " ", text).split("\n") if line.strip()]
    return [tuple(line.split(None, 1)) for line in lines]


def stages(name):
    out = []
    for word, rest in instructions(name):
        if word == "FROM":
            out.append([])
        out[-1].append((word, rest))
    return out


def test_hadolint():
    hadolint = shutil.which("hadolint") or shutil.which("hadolint", path=os.path.dirname(sys.executable))
    if not hadolint:
        print("SKIPPED: hadolint is not installed, the Dockerfiles were not read by it")
        return
    done = subprocess.run([hadolint, *(os.path.join(FOLDER, name) for name in NAMES)], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stdout.strip(), done.stdout + done.stderr


def test_forms():
    known = {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "ENTRYPOINT", "CMD"}
    for name in NAMES:
        all_, parts = instructions(name), stages(name)
        assert {word for word, _ in all_} == known, name  # no ADD among them
        assert len(parts) == 2 and all_[0][0] == "FROM", name
        for word, rest in all_:
            if word == "FROM":
                assert re.fullmatch(r"[a-z0-9./-]+:[a-z0-9.-]*\d[a-z0-9.-]*( AS [a-z]+)?", rest), f"{name}: FROM {rest}: a tag with a version"
            if word == "RUN" and "apt-get" in rest:
                assert "apt-get update && apt-get install -y --no-install-recommends " in rest and rest.endswith("rm -rf /var/lib/apt/lists/*"), (name, rest)
                assert "sudo" not in rest and "upgrade" not in rest, (name, rest)
        last = dict(parts[-1])
        user, group = last["USER"].split(":")
        assert user.isdigit() and int(user) >= 1000 and f"useradd --create-home --uid {user} --gid {group} " in " ".join(rest for word, rest in parts[-1] if word == "RUN"), name
        assert json.loads(last["ENTRYPOINT"]) == ["apsis"] and json.loads(last["CMD"]) == ["--help"], name
        assert [word for word, _ in parts[-1]][-5:] == ["ENV", "USER", "WORKDIR", "ENTRYPOINT", "CMD"], name
        assert not any(re.search(r"\b(gcc|cmake|ninja)\b", rest) for word, rest in parts[-1]), f"{name}: nothing that builds is carried along"
    assert stages(NAMES[0])[0] == stages(NAMES[1])[0], "both images hold the same command, built the same way"
    cuda = [int(number) for number in re.findall(r"-12-(\d+)", str(stages(NAMES[1])[1]))]
    tag = re.search(r"cuda:12\.(\d+)", str(stages(NAMES[1])[1]))[1]
    assert len(cuda) == 3 and set(cuda) == {int(tag)}, "the packages are those of the image's CUDA"


def test_what_is_copied_is_enough():
    """Every source exists, and CMake configures with these files alone, by the preset that the recipe names."""
    for name in NAMES:
        built = set()
        for word, rest in instructions(name):
            if word == "COPY" and rest.startswith("--from=build "):
                source = rest.split()[1]
                assert source == "/source/build-static/apsis", source
            elif word == "COPY":
                for source in rest.split()[:-1]:
                    assert os.path.exists(os.path.join(SRC, source)), f"{name}: COPY {source}"
                    built.add(source)
        run = next(rest for word, rest in stages(name)[0] if word == "RUN" and "cmake --preset" in rest)
        with open(os.path.join(SRC, "CMakePresets.json"), encoding="utf-8") as file:
            presets = {preset["name"]: preset for preset in json.load(file)["configurePresets"]}
        preset = presets[re.search(r"cmake --preset (\S+)", run)[1]]
        folder = preset["binaryDir"].replace("${sourceDir}/", "")
        assert f"cmake --build {folder} --target apsis" in run and preset["cacheVariables"]["BUILD_TESTING"] == "OFF"
        packages = next(rest for word, rest in stages(name)[0] if "apt-get install" in rest)
        with open(os.path.join(SRC, "scripts", "prepare.sh"), encoding="utf-8") as file:
            wanted = re.search(r"need_to_build\(\) \{\n(.*?)^\}", file.read(), re.M | re.S)[1]
        for package in re.findall(r"^\s+need (\S+)", wanted, re.M):
            assert f" {package} " in packages, f"{name}: {package}, which scripts/prepare.sh needs to build"
    if not all(map(shutil.which, ("cmake", "ninja", "pkg-config"))):
        print("SKIPPED: cmake, ninja or pkg-config is not installed, the copied files were not configured")
        return
    with tempfile.TemporaryDirectory(prefix="apsis-image-") as folder:
        for source in built:
            place = os.path.join(SRC, source)
            shutil.copytree(place, os.path.join(folder, source)) if os.path.isdir(place) else shutil.copy(place, folder)
        done = subprocess.run(["cmake", "--preset", preset["name"]], cwd=folder, capture_output=True, text=True)
        if "libjansson.a" in done.stderr or "JANSSON_STATIC" in done.stderr:
            print("SKIPPED: there is no libjansson.a here, the copied files were not configured")
            return
        assert done.returncode == 0, done.stdout + done.stderr
        done = subprocess.run(["ninja", "-C", preset["binaryDir"].replace("${sourceDir}/", ""), "-t", "commands", "apsis"], cwd=folder, capture_output=True, text=True)
        compiled = re.findall(r" -c (\S+\.c)", done.stdout)
        assert done.returncode == 0 and len(compiled) > 100 and all(map(os.path.exists, compiled)), done.stderr
        assert "libapsis.so" not in done.stdout and "libjansson.a" in done.stdout, "the command goes into the image alone"


main(globals())
