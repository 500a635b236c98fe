# test_facts.py - families and doctor: facts about the program and the machine.
# SPDX-License-Identifier: Apache-2.0
from cli_common import apsis, golden, main, scratch


def test_families():
    listed = apsis("families", "--json").json["families"]
    names = [family["name"] for family in listed]
    assert names == sorted(names) and {"pert", "lognormal", "normal", "bernoulli", "binomial", "discrete"} <= set(names)
    page = apsis("families").out
    for name in names:
        assert f"\n{name}(" in "\n" + page, name
        one = apsis("families", name)
        assert one.code == 0 and one.out.startswith(name), one.err
        assert all(len(line) <= 80 for line in one.out.splitlines()), one.out
        assert apsis("families", name, "--json").json["name"] == name


def test_one_family():
    golden("family_pert.txt", apsis("families", "pert").out)
    facts = apsis("families", "pert", "--json").json["example_summary"]
    assert abs(facts["mean"] - 320 / 3) < 1e-9  # (20 + 4 * 80 + 300) / 6
    flip = apsis("families", "bernoulli", "--json").json["example_summary"]
    assert abs(flip["mean"] - 0.55) < 1e-12 and flip["p5"] == 0 and flip["p95"] == 1


def test_pictures():
    for name in ("binomial", "cauchy", "cumulative", "discrete", "empirical", "lognormal", "truncate"):
        golden(f"family_{name}.txt", apsis("families", name).out)
    golden("family_pert_48.txt", apsis("families", "pert", width=48).out)
    wide, dumb, plain = (apsis("families", "pert", width=width, env=env).out for width, env in ((150, {}), (80, {"TERM": "dumb"}), (80, {"LC_ALL": "C"})))
    golden("family_pert_ascii.txt", dumb)
    assert dumb == plain and dumb.isascii() and max(map(len, wide.splitlines())) < 110


def test_every_width():
    for family in apsis("families", "--json").json["families"]:
        name = family["name"]
        for width in (40, 61, 120):
            page = apsis("families", name, width=width).out
            assert all(len(line) <= width for line in page.splitlines()), page
            assert page.count("\u2588") > 10 or width == 40, page  # a picture
        assert apsis("families", name, env={"LC_ALL": "C"}).out.isascii()
        whole = apsis("families", name, "--json").json
        facts = whole["example_summary"]
        low, high = (facts[key] if facts[key] is not None else None for key in ("lowest", "highest"))
        assert (low is None or low <= facts["p5"]) and (high is None or facts["p95"] <= high), facts
        for spelling in whole["spellings"]:
            assert spelling.startswith(name + "(") and spelling.endswith(")"), spelling
        for parameter in whole["parameters"]:
            assert parameter["doc"], parameter


def test_doctor():
    done = apsis("doctor")
    assert done.code == 0
    for word in ("apsis", "built by", "processor", "threads", "memory", "interpreter: ready", "compiled: ", "code cache", "CUDA driver", "GPUs", "NVRTC", "GPU random", "CUDA engine"):
        assert word in done.out, word
    facts = apsis("doctor", "--json").json
    assert facts["apsis"] == "0.1.0" and int(facts["threads"]) >= 1
    assert isinstance(facts["gpu_list"], list) and facts["engine_compiled"].startswith("compiled: ")
    off = apsis("doctor", "--json", env={"APSIS_CACHE": "off", "PATH": "/nonexistent", "APSIS_CUDA_DRIVER": "/nonexistent/libcuda.so", "APSIS_NVRTC": "/nonexistent/libnvrtc.so"})
    assert off.code == 0, off.err
    assert "APSIS_CACHE is off" in off.json["cache"] and "ready" not in off.json["engine_compiled"]
    assert "/nonexistent/libcuda.so" in off.json["cuda_driver"] and "/nonexistent/libnvrtc.so" in off.json["nvrtc"] and off.json["gpu_list"] == []
    assert "run with --engine" not in off.out and off.json["cuda_engine"] != "ready"
    folder = scratch()
    kept = apsis("doctor", "--json", env={"APSIS_CACHE": folder.name + "/cache"})
    assert kept.json["cache"].startswith(folder.name + "/cache: 0 entries, "), kept.json["cache"]
    folder.cleanup()


main(globals())
