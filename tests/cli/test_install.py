# test_install.py - what `cmake --install` puts where, that it may be moved, and programs built on it as a C programmer would.
# SPDX-License-Identifier: Apache-2.0
import atexit
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from cli_common import SRC, main

BUILD = os.environ["APSIS_BIN"]
folder = tempfile.mkdtemp(prefix="apsis install ")  # with a space, as people's folders have
atexit.register(shutil.rmtree, folder, True)
PREFIX = os.path.join(folder, "moved", "far", "away")


def run(*words, cwd=folder, env=None, check=True):
    done = subprocess.run(words, capture_output=True, text=True, cwd=cwd, env={**os.environ, **(env or {})}, timeout=300)
    assert done.returncode == 0 or not check, f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def cache(name):
    with open(os.path.join(BUILD, "CMakeCache.txt")) as file:
        return re.search(rf"^{name}:\w+=(.*)$", file.read(), re.M)[1]


LIB = cache("CMAKE_INSTALL_LIBDIR")
run("cmake", "--install", BUILD, "--prefix", os.path.join(folder, "first"))
os.makedirs(os.path.dirname(PREFIX))
os.rename(os.path.join(folder, "first"), PREFIX)
APSIS = os.path.join(PREFIX, "bin", "apsis")
VERSION = run(APSIS, "--version").split()[1]
SHARED = cache("BUILD_SHARED_LIBS") == "ON"


def compilers():
    """(words, file name): a C compiler and a C++ compiler of each kind that is here; C++ as C is what the header promises."""
    c = [words for words in (["cc"], ["clang"]) if shutil.which(words[0])]
    cxx = [words for words in (["c++", "-x", "c++"], ["clang++", "-x", "c++"]) if shutil.which(words[0])]
    return c, cxx


def digest_of_first():
    return run(APSIS, "run", os.path.join(PREFIX, "share/apsis/models/first.risk"), "--draws", "10000").split("digest ")[1].split()[0]


def program(name="program.c"):
    """A C programmer's file: the installed example."""
    return shutil.copy(os.path.join(PREFIX, "share/apsis/models/embed.c"), os.path.join(folder, name))


def says_right(binary, **environment):
    """The model built by calls and the command with the text agree on every bit."""
    text, wanted = run(binary, "10000", env=environment), digest_of_first()
    assert wanted in text, f"{binary} printed\n{text}\nwithout {wanted}"


def test_tree():
    """None forgotten, none extra."""
    wanted = {"bin/apsis", "include/apsis.h", f"{LIB}/cmake/Apsis/ApsisConfig.cmake", f"{LIB}/cmake/Apsis/ApsisConfigVersion.cmake",
              f"{LIB}/cmake/Apsis/ApsisTargets.cmake", f"{LIB}/pkgconfig/apsis.pc", "share/apsis/LICENSE", "share/apsis/README.md"}
    wanted |= {"share/man/man1/apsis.1", "share/bash-completion/completions/apsis", "share/zsh/site-functions/_apsis", "share/fish/vendor_completions.d/apsis.fish"}
    wanted.add(f"{LIB}/cmake/Apsis/ApsisTargets-{(cache('CMAKE_BUILD_TYPE') or 'noconfig').lower()}.cmake")
    wanted |= {f"{LIB}/libapsis.so", f"{LIB}/libapsis.so.0", f"{LIB}/libapsis.so.{VERSION}"} if SHARED else {f"{LIB}/libapsis.a"}
    if cache("APSIS_ARCHIVE") == "ON":
        wanted.add(f"{LIB}/libapsis.a")
    for pattern in ("*.risk", "*.md", "*.csv", "*.c"):
        wanted |= {"share/apsis/models/" + os.path.basename(path) for path in glob.glob(os.path.join(SRC, "models", pattern))}
    wanted |= {"share/apsis/vscode/" + name for name in ("README.md", "package.json", "language-configuration.json", "syntaxes/risk.tmLanguage.json")}
    found = {os.path.relpath(path, PREFIX) for path in glob.glob(os.path.join(PREFIX, "**"), recursive=True, include_hidden=True) if not os.path.isdir(path)}
    assert found == wanted, f"forgotten: {sorted(wanted - found)}\nextra: {sorted(found - wanted)}"
    for path in found:
        mode = os.stat(os.path.join(PREFIX, path)).st_mode & 0o777
        assert mode == (0o755 if path.startswith("bin/") else 0o644) or "libapsis.so" in path, (path, oct(mode))


def test_no_folder_of_this_machine():
    """Neither where it was built nor where it was first installed is written into any file."""
    bad = []
    for path in glob.glob(os.path.join(PREFIX, "**"), recursive=True):
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as file:
                text = file.read()
            for name in (BUILD, SRC, os.path.join(folder, "first")):
                if re.search(rb"(?<![\w./-])" + re.escape(name.encode()) + b"(/|$)", text):
                    bad.append(f"{os.path.relpath(path, PREFIX)}: {name}")
    assert not bad, bad


def test_the_command_takes_the_library_beside_it():
    if SHARED:
        assert f"[$ORIGIN/{os.path.relpath(LIB, 'bin')}]" in run("readelf", "-d", APSIS)
        loaded = re.search(r"libapsis\.so\.0 => (\S.*) \(", run("ldd", APSIS))[1]
        assert os.path.realpath(loaded) == os.path.realpath(os.path.join(PREFIX, LIB, "libapsis.so.0")), loaded
    assert len(digest_of_first()) == 64


def test_pages_are_the_command_s():
    for path, words in (("man/man1/apsis.1", ["man"]), ("bash-completion/completions/apsis", ["completion", "bash"]),
                        ("zsh/site-functions/_apsis", ["completion", "zsh"]), ("fish/vendor_completions.d/apsis.fish", ["completion", "fish"])):
        with open(os.path.join(PREFIX, "share", path)) as file:
            assert file.read() == run(APSIS, *words), path


def test_header_alone():
    c, cxx = compilers()
    with open(os.path.join(folder, "alone.c"), "w") as file:
        file.write("#include <apsis.h>\n#include <apsis.h>\nint main(void) { return apsis_pert(0, 1, 2).count == 3 ? 0 : 1; }\n")
    for words in [[*one, "-std=c11"] for one in c] + [[*one, f"-std=c++{year}"] for one in cxx for year in (11, 20)]:
        run(*words, "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{PREFIX}/include", "-fsyntax-only", "alone.c")


def test_built_tree():
    """As someone who has built it and has not installed it."""
    program()
    for number, words in enumerate([words for kind in compilers() for words in kind]):
        if SHARED:
            run(*words, "-O1", "-Wall", "-Wextra", "-I", os.path.join(SRC, "include"), "program.c", "-L", BUILD, "-lapsis", f"-Wl,-rpath,{BUILD}", "-o", f"built{number}")
            says_right(os.path.join(folder, f"built{number}"))


def test_pkg_config():
    if not shutil.which("pkg-config"):
        print("pkg-config is not here: not tested")
        return
    program()
    where = {"PKG_CONFIG_PATH": os.path.join(PREFIX, LIB, "pkgconfig"), "LD_LIBRARY_PATH": os.path.join(PREFIX, LIB)}
    assert run("pkg-config", "--modversion", "apsis", env=where).strip() == VERSION
    for number, words in enumerate([words for kind in compilers() for words in kind]):
        # a shell's, since pkg-config escapes the space in the folder's name
        run("sh", "-c", f"eval {' '.join(words)} program.c \"$(pkg-config --cflags --libs apsis)\" -o packaged{number}", env=where)
        says_right(os.path.join(folder, f"packaged{number}"), **where)


def test_find_package():
    program()
    for number, words in enumerate([kind[0][0] for kind in compilers() if kind]):
        language = "CXX" if "++" in words else "C"
        project = os.path.join(folder, f"project{number}")
        os.mkdir(project)
        name = program(os.path.join(project, "embed." + ("cpp" if language == "CXX" else "c")))
        with open(os.path.join(project, "CMakeLists.txt"), "w") as file:
            file.write(f"cmake_minimum_required(VERSION 3.10)\nproject(plant {language})\nfind_package(Apsis 0.1 REQUIRED)\n"
                       f"add_executable(plant {os.path.basename(name)})\ntarget_link_libraries(plant PRIVATE Apsis::apsis)\n")
        run("cmake", "-S", project, "-B", os.path.join(project, "build"), f"-DCMAKE_PREFIX_PATH={PREFIX}", f"-DCMAKE_{'CXX' if language == 'CXX' else 'C'}_COMPILER={words}")
        run("cmake", "--build", os.path.join(project, "build"))
        says_right(os.path.join(project, "build", "plant"))


def test_find_package_of_another_version():
    """What is not promised is not found: 0.2 where this is 0.1."""
    project = os.path.join(folder, "newer")
    os.mkdir(project)
    with open(os.path.join(project, "CMakeLists.txt"), "w") as file:
        file.write("cmake_minimum_required(VERSION 3.10)\nproject(plant NONE)\n"
                   "foreach(version 0.0 0.1 0.2 1.0)\n  find_package(Apsis ${version} QUIET)\n  message(STATUS \"${version} ${Apsis_FOUND}\")\n  unset(Apsis_DIR CACHE)\nendforeach()\n")
    text = run("cmake", "-S", project, "-B", os.path.join(project, "build"), f"-DCMAKE_PREFIX_PATH={PREFIX}")
    assert re.findall(r"(\d\.\d) ([01])", text) == [("0.0", "0"), ("0.1", "1"), ("0.2", "0"), ("1.0", "0")], text


main(globals())
