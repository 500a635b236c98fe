"""test_emitted_text.py - what `apsis show --c` and `--cuda` print is readable and bounded; run as compiled C (gcc and clang, AVX2 and AVX-512)
and as CUDA on a GPU that is a fake, it gives the interpreter's bits: acceptance models with all scenarios, generated and random models.

APSIS_ALL=1 (tests/long): every generated model, many random ones."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import generate_models  # noqa: E402
from apsis_command import model_path, run, run_json, scenarios  # noqa: E402
from engines_agree import Comparison, fake_gpu, ready  # noqa: E402
from random_model import Grower  # noqa: E402

ALL = bool(os.environ.get("APSIS_ALL"))
MODELS = ["first", "revenue_stack", "portfolio", "terrestrial_dc", "orbital_compute"]
FORMS = ("--c", "--cuda")


def text_of(model, form, *words):
    """The emitted text of a model given as text."""
    return run("show", "-", form, *words, stdin=model).stdout


def bare(text):
    """As a compiler sees it: no comments, no #line."""
    return re.sub(r"\n\s*\n", "\n", re.sub(r"[ \t]*/\*.*?\*/", "", re.sub(r"^#line [^\n]*\n", "", text, flags=re.M), flags=re.S))


def test_readable():
    """The model's own names, its own lines, calls into the kernels' headers and nothing worked out here."""
    for name in MODELS:
        path = model_path(name)
        with open(path) as file:
            lines = file.read().split("\n")
        for form in FORMS:
            text = run("show", path, form).stdout
            assert text == run("show", path, form).stdout
            assert f'#include "kernels/{"compiled" if form == "--c" else "device"}.h"' in text
            marks = re.findall(r'^#line (\d+) "([^"]+)"\n([^\n]*)', text, re.M)
            assert len(marks) > 10 and {file for _, file, _ in marks} == {path}, (name, form)
            fitting = 0
            for line, _, code in marks:  # what is worked out stands in the line that is named
                comment = re.search(r"/\* ([A-Za-z_]\w*)[^/]* \*/;?$|v\d+_([A-Za-z]\w*) =|\) /\* ([A-Za-z_]\w*)", code)
                word = next((w for w in comment.groups() if w), "") if comment else ""
                fitting += word != "" and re.search(rf"\b{word.split('_')[0]}", lines[int(line) - 1]) is not None
            assert fitting > len(marks) / 3, (name, form, fitting, len(marks))
            assert not re.search(r"\b(while|goto|asm|double|float|malloc|exp|log|pow|sin|cos|sqrt|floor|fma)\b", bare(text)), (name, form)
            for word in {w for _, _, code in marks for w in re.findall(r"const ap_\w+ v\d+_(\w+)", code)}:
                assert any(word.strip("_").split("_")[0] in line for line in lines) or word.startswith("_"), (name, word)


def test_numbers_are_data():
    """A model run with other parameters is the same text, as compilers see it."""
    for form in FORMS:
        one = text_of("model m\nperiod year 2026 to 2030\nx ~ normal(1, 2)\ny[t] = x * 3.25 + t\noutput y[t]\n", form)
        other = text_of("model other\nperiod year 2026 to 2030\nx ~ normal(4, 5)\n\n\ny[t] = x * 7.5 + t\noutput y[t]\n", form)
        assert "3.25" in one and "7.5" in other and "3.25" not in bare(one)
        streams = re.compile(r"0x[0-9a-f]+ull")  # keyed by the name, the same here
        assert streams.findall(one) == streams.findall(other) and bare(one) == bare(other), form


def test_bounded():
    """Loops over the periods stay loops, and what is large is split."""
    for form in FORMS:
        for short, long in ((generate_models.long_months(60), generate_models.long_months(2000)), (generate_models.slots(12, 24), generate_models.slots(12, 240)),
                            (generate_models.wide(10, 5), generate_models.wide(10, 100))):
            sizes = [len(bare(text_of(model, form))) for model in (short, long)]
            assert max(sizes) < 1.05 * min(sizes) + 200, (form, sizes)
        large = text_of(generate_models.chain(10_000), form)
        parts = re.findall(r"^AP_PART .*?^}", large, re.S | re.M)
        longest = max(part.count(";\n") for part in parts)
        assert len(parts) >= 10 and longest <= 2500, (form, len(parts), longest)
        assert len(bare(large)) < 10_000 * 200
        print(f"{form}: 10,000 operations are {len(bare(large))} bytes in {len(parts)} parts, the longest of {longest} lines")


def test_hostile_names():
    """No name or title of a model ends a comment, or is taken for something of the kernels."""
    model = 'model x "*/ #include <stdio.h> /*"\nint_ ~ normal(0, 1) "*/ int"\nAP_READ ~ normal(0, 1)\nt2 = int_ + AP_READ\noutput v1 = t2 "*/"\noutput ap_frame = v1 * 2\noutput main = ap_frame + int_\n'
    for form in FORMS:
        text = text_of(model, form)
        assert "stdio" not in bare(text), text
    result = {engine: run_json("run", "-", "--draws", 3000, "--engine", engine, stdin=model)["digest"] for engine in ["interpreter"] + ["compiled"] * ready("compiled")}
    assert len(set(result.values())) == 1


def everything_used(paths):
    """The generated models ask for every macro that a text may call."""
    used = {form: set() for form in FORMS}
    for path in paths:
        for form in FORMS:
            used[form].update(re.findall(r"\b(AP_[A-Z_]+)\b", run("show", path, form).stdout))
    common = {"AP_GATHER_AT", "AP_GATHER_PAST", "AP_GATHER_PAST_CYCLE", "AP_LOOK", "AP_CONVOLVE", "AP_IRR", "AP_EMIT", "AP_EMIT_GIVEN", "AP_BITS", "AP_SAMPLER", "AP_LOOP", "AP_NUMBER", "AP_NUMBER_ROWS"}
    assert common <= used["--c"], common - used["--c"]
    assert common | {"AP_READ_FAR", "AP_WRITE_FAR", "AP_FAR_ROWS", "AP_ONE_ROW", "AP_VALUE_ROWS"} <= used["--cuda"], used["--cuda"]


def random_models(folder, seeds):
    paths = []
    for seed in seeds:
        paths.append(os.path.join(folder, f"grown_{seed}.risk"))
        with open(paths[-1], "w") as file:
            file.write("model grown\n" + Grower(seed).text)
    return paths


def main():
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print(f"{name} holds")
    with tempfile.TemporaryDirectory() as folder:
        generated = generate_models.write(folder)
        everything_used([path for name, path in generated.items() if name.startswith(("step_", "lag_", "size_periods", "size_slots"))])
        comparison = Comparison(folder, 3000)
        cuda = fake_gpu(folder)
        accepted = [(model_path(name), words) for name in MODELS for words in [[]] + [["--scenario", s] for s in scenarios(name)]]
        random = random_models(folder, range(1000, 1040 if ALL else 1006))
        names = list(generated) if ALL else [n for n in generated if n.startswith(("step_", "lag_", "size_periods_", "form_"))][::3] + [n for n in generated if n.startswith(("family_", "random_", "op_"))][::9]
        chosen = [generated[n] for n in names] + random
        if ready("compiled"):
            variants = [v for v in ("v3", "v4", "armv8") if v in run_json("doctor")["cpu"]["variants"]]
            engines = [(["--engine", "compiled", "--cpu", v], {"CC": cc}) for v in variants for cc in ("gcc", "clang") if shutil.which(cc)]
            best = engines[-2:]
            comparison.compare("compiled, acceptance models", [(model_path(name), [], *engine) for name in MODELS for engine in engines])
            comparison.compare("compiled, scenarios", [(path, words, *best[0]) for path, words in accepted if words][::1 if ALL else 2])
            comparison.compare("compiled, generated and random models", [(path, [], *engines[k % len(engines)]) for k, path in enumerate(chosen)])
        else:
            print("the engine compiled is not ready here: not compared")
        if cuda:
            comparison.compare("CUDA on a fake, acceptance models with all scenarios", [(path, words, ["--engine", "cuda"], cuda) for path, words in accepted])
            comparison.compare("CUDA on a fake, generated and random models", [(path, [], ["--engine", "cuda"], cuda) for path in chosen])
            own = [(model_path(name), [], ["--engine", "cuda", "--cuda-include", "none"], cuda) for name in ("first", "orbital_compute")]
            comparison.compare("CUDA on a fake, Philox of the kernels", own)
        else:
            print("no C compiler: nothing was run as CUDA")
        if not comparison.compared:
            sys.exit(77)


main()
