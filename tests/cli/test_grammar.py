# test_grammar.py - the editors' grammar of .risk files: every word of the language has its scope, and nothing right looks wrong.
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import re
import shutil
import sys
import tempfile

from cli_common import MODELS, SRC, apsis, main

sys.path.insert(0, os.path.join(SRC, "tests", "support"))
from textmate import Grammar  # noqa: E402

FOLDER = os.path.join(SRC, "scripts", "package", "vscode")
PATH = os.path.join(FOLDER, "syntaxes", "risk.tmLanguage.json")
GRAMMAR = Grammar(PATH)


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


MODEL_TEXTS = {os.path.basename(path): read(path) for path in sorted(glob.glob(os.path.join(MODELS, "*.risk")))}
PAGE = read(MODELS, "LANGUAGE.md")
FENCES = re.findall(r"^```risk\n(.*?)^```", PAGE, re.M | re.S)
LEX_H, LEX_C = read(SRC, "host", "language", "lex.h"), read(SRC, "host", "language", "lex.c")
KEYWORDS = [word for token, word in re.findall(r'X\(([A-Z]+), "([a-z]+)"\)', LEX_H) if word == token.lower()]


def tokens(line, before=""):
    """(text, innermost scope without .risk) of the last line of a text, blanks left out."""
    *_, last = GRAMMAR.lines(before + line)
    return [(text.strip(" \t"), scopes[-1].removesuffix(".risk")) for text, scopes in last if text.strip(" \t")]


def scope_of(word, line, before=""):
    found = [scope for text, scope in tokens(line, before) if text == word]
    assert found, f"{word!r} is no token of {line!r}: {tokens(line, before)}"
    return found[0]


def test_chosen_tokens():
    for line, wanted in {
        'model first "A page"  # why': "first entity.name.type.model|model keyword.declaration|A page string.quoted.double|# punctuation.definition.comment",
        "period quarter 2026Q1 to 2035Q4": "period keyword.declaration|quarter support.type.period|2026Q1 constant.other.calendar|to keyword.other.clause|2035Q4 constant.other.calendar",
        "period month 2026-07 to 2040-06": "2026-07 constant.other.calendar|2040-06 constant.other.calendar",
        "## Demand, by year": "## punctuation.definition.heading|Demand, by year entity.name.section",
        'wacc[t] ~ pert(7.5%, 1_000k, 2bn) "cost [$M/yr]" from "a [b]"':
            'wacc variable.other.definition.input|t variable.language|~ keyword.operator.draw|pert support.function.distribution|7.5 constant.numeric|% keyword.other.unit|'
            '1_000 constant.numeric|k keyword.other.unit|bn keyword.other.unit|cost string.quoted.double|[$M/yr] constant.other.unit|from keyword.other.clause|"a [b]" string.quoted.double.source',
        "x = 2.5e-3 ^ -2 + 3M": "x variable.other.definition.value|= keyword.operator.assignment|2.5e-3 constant.numeric|^ keyword.operator.arithmetic|- keyword.operator.arithmetic|M keyword.other.unit",
        "cost ~ lognormal(p10: 250, mean: 3)": "p10 variable.parameter|: punctuation.separator.key-value|mean variable.parameter",
        "price[2025Q4] = 100": "price variable.other.definition.value|2025Q4 constant.other.calendar",
        "bought[..2025] = 0": "bought variable.other.definition.value|.. keyword.operator.range|2025 constant.other.calendar",
        "f[memphis..texas, 2029..2031] = 0.7": "memphis variable.other|.. keyword.operator.range|2029 constant.other.calendar|2031 constant.other.calendar",
        "y = x[t - 2024] + z[2026-07] - 2026-07": "2024 constant.numeric|2026-07 constant.other.calendar|2026 constant.numeric|07 constant.numeric",
        "output value = npv(wacc, cash, mid, final: 8) given not bad targets 0, 10%":
            "output keyword.declaration|value variable.other.definition.output|npv support.function.builtin|mid support.constant.timing|final variable.parameter|given keyword.other.clause|"
            "not keyword.operator.logical|bad variable.other|targets keyword.other.clause",
        "output fleet[t], cash[t]": "fleet variable.other.definition.output|cash variable.other",
        "annuity(q, n) = if q == 1 then n else (1 - q ^ n)":
            "annuity entity.name.function.definition|q variable.parameter|n variable.parameter|if keyword.control|== keyword.operator.comparison|then keyword.control|else keyword.control",
        "y = annuity(1, 2) + irr + cumulative(x)[t]": "annuity entity.name.function|irr variable.other|cumulative support.function.builtin",
        "y ~ cumulative(0: 0%, 9: 100%)": "cumulative support.function.distribution",
        "y ~ mixture(70%: normal(0, 1), 30%: pert(1, 2, 5))": "mixture support.function.distribution|normal support.function.distribution|pert support.function.distribution",
        "open = first(t where on >= 0.5, else periods)": "first support.function.builtin|where keyword.control|>= keyword.operator.comparison|else keyword.control|periods variable.language",
        "member segment: small, large": "member keyword.declaration|segment entity.name.type.index|small entity.name.tag.member|large entity.name.tag.member",
        'column size_low "low [GW]"': "column keyword.declaration|size_low variable.other.column|[GW] constant.other.unit",
        'scenario slips "Half"': "scenario keyword.declaration|slips entity.name.type.scenario",
        'x = 1  # apsis: allow below-zero, unused-input "in 2024"': "apsis: keyword.other.directive|allow keyword.other.directive|below-zero constant.other.warning|unused-input constant.other.warning|"
                                                                '"in 2024" string.quoted.double.reason',
    }.items():
        for pair in wanted.split("|"):
            word, scope = pair.rsplit(" ", 1)
            assert scope_of(word, line) == scope, f"{word!r} in {line!r}: {tokens(line)}"
    table = "table site  low  high  # columns\n  texas  1.0  5%\n"
    assert scope_of("low", "table site  low  high") == "variable.other.column" and scope_of("site", "table site low") == "entity.name.type.index"
    assert tokens("  virginia -0.5 35%", table) == [("virginia", "entity.name.tag.member"), ("-", "keyword.operator.arithmetic"), ("0.5", "constant.numeric"), ("35", "constant.numeric"),
                                                     ("%", "keyword.other.unit")]
    assert scope_of("x", "x = 1", table + "\n# done\n") == "variable.other.definition.value"
    inside = list(GRAMMAR.lines('scenario war "Prices"\n  price[2028] = 0.7\n\n  low ~ pert(1, 2, 3)\ncorrelate\n  a[t], b[t]  -40%\ny = 1'))
    assert ("price", ("source.risk", "meta.scenario.risk", "variable.other.definition.value.risk")) in inside[1]
    assert ("low", ("source.risk", "meta.scenario.risk", "variable.other.definition.input.risk")) in inside[3]
    assert inside[5][1][1][:2] == ("source.risk", "meta.correlate.risk") and inside[6][0][1] == ("source.risk", "variable.other.definition.value.risk")
    assert tokens("  b = 2)", "x = min(\n  a,\n") == [("b", "variable.other.definition.value"), ("=", "keyword.operator.assignment"), ("2", "constant.numeric"), (")", "punctuation.section.parens.end")]


def test_models_are_coloured_whole():
    """No `invalid`, no word without a scope, and each keyword as one, in the models and on the language page."""
    words = 0
    for name, text in [*MODEL_TEXTS.items(), *((f"LANGUAGE.md, example {i}", fence) for i, fence in enumerate(FENCES))]:
        for number, (line, found) in enumerate(zip(text.split("\n"), GRAMMAR.lines(text)), 1):
            place = f"{name}:{number}: {line}"
            assert "".join(token for token, _ in found) == line, place
            for token, scopes in found:
                assert not any("invalid" in scope for scope in scopes), f"{token!r} is taken for a mistake in {place}"
                assert not token.strip() or scopes[-1] != "source.risk" and not scopes[-1].startswith("meta."), f"{token!r} has no scope in {place}"
                if any(re.match("comment|string|markup|entity.name.section", scope) for scope in scopes):
                    continue
                words += 1
                if token in KEYWORDS:
                    assert scopes[-1].startswith("keyword."), f"{token!r} in {place} is {scopes[-1]}"
    assert len(MODEL_TEXTS) >= 5 and len(FENCES) > 15 and words > 5000


def test_every_word_of_the_language():
    """Against the lexer's own lists, `apsis families` and the language page: a new word that the grammar lacks fails here."""
    assert len(KEYWORDS) == 20
    for word in KEYWORDS:
        assert scope_of(word, f"y = {word} 1").startswith("keyword."), word
    families = [family["name"] for family in apsis("families", "--json").json["families"]]
    assert len(families) > 40
    for name in families:
        assert scope_of(name, f"x ~ {name}(1)") == "support.function.distribution", f"the grammar does not know {name}: add it to {PATH}"
        assert scope_of(name, f"x ~ truncate({name}(1), 0, 1)") in ("support.function.distribution", "support.function.builtin"), name
    known = set(re.findall(r"[a-z_0-9]+", re.search(r'"\(~\)\\\\s\*\(([^)]*)\)', read(PATH))[1]))
    assert known == set(families), f"names of no distribution: {known - set(families)}"
    rows = re.search(r"^## Functions\n(.*?)^## ", PAGE, re.M | re.S)[1]
    kinds = dict(re.findall(r"^\| (\w[\w ]*) \| (.*) \|$", rows, re.M))
    functions = {name for kind in ("numbers", "choice", "whole series or index", "series") for quoted in re.findall(r"`([^`]*)`", kinds[kind])
                 for name in re.findall(r"^\w+(?=\()|(?<![\w(,: ])\w+(?= |$)|(?<= )\w+(?= |$|\()", quoted) if name not in KEYWORDS and len(name) > 1}
    functions |= set(re.findall(r"\w+", " ".join(re.findall(r"^`?\|? ?`((?:\w+ )+\w+)`", rows, re.M))))
    assert {"abs", "max", "clamp", "normal_quantile", "smallest", "largest", "sum", "irr", "delay", "convolve", "cumulative"} <= functions, functions
    for name in functions:
        assert scope_of(name, f"y = {name}(1)") == "support.function.builtin", name
    for name in re.findall(r"\w+", re.findall(r"`([^`]*)`", kinds["names"])[0]):
        assert scope_of(name, f"y = 1 + {name}") == "variable.language", name
    for sign in re.findall(r'X\([A-Z_]+, "([^a-z"]+)"\)', LEX_H):
        assert re.match("keyword.operator|punctuation", scope_of(sign, f"y = a {sign} b")), sign
    for name in re.findall(r"^\| `([a-z0-9-]+)` \|", re.search(r"^## Warnings\n(.*?)^## ", PAGE, re.M | re.S)[1], re.M):
        assert scope_of(name, f'# apsis: allow {name} "why"') == "constant.other.warning", name


def test_mistakes_look_like_mistakes():
    """What the lexer refuses, and what it takes, the grammar does too."""
    strangers = [eval(f"b{text}").decode() for text in re.findall(r'^    \{("(?:[^"\\]|\\.)*"), "', LEX_C, re.M)]
    assert len(strangers) > 40
    for text in strangers:
        assert any(scope.startswith("invalid.") for _, scope in tokens(f"y = a {text} b")), text
    for wrong in ["12abc", "1__0", "5.", ".5", "2%x", '"never closed', "2025Q7x"]:
        assert any(scope.startswith("invalid.") for _, scope in tokens(f"y = {wrong}")), (wrong, tokens(f"y = {wrong}"))
        assert apsis("check", "-", stdin=f"y = {wrong}\noutput y\n").code == 65, wrong
    for right in ["1_000", "2.5e-3", "45%", "3.5k", "120M", "2bn", "1e6", "0.5", "1.5e+3k"]:
        assert all(not scope.startswith("invalid.") for _, scope in tokens(f"y = {right}")), right
        assert apsis("check", "-", stdin=f"output y = {right}\n").code == 0, right


def test_extension():
    """What Visual Studio Code asks of an extension that brings a language."""
    package, configuration = json.loads(read(FOLDER, "package.json")), json.loads(read(FOLDER, "language-configuration.json"))
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", package["name"]) and package["publisher"] and package["license"] == "Apache-2.0"
    assert package["version"] == apsis("--version").out.split()[1]
    assert re.fullmatch(r"\^1\.\d+\.\d+", package["engines"]["vscode"])
    (language,), (grammar,) = package["contributes"]["languages"], package["contributes"]["grammars"]
    assert language["extensions"] == [".risk"] and language["id"] == grammar["language"] == "risk" and language["aliases"]
    assert os.path.samefile(os.path.join(FOLDER, grammar["path"]), PATH) and os.path.exists(os.path.join(FOLDER, language["configuration"]))
    assert grammar["scopeName"] == GRAMMAR.data["scopeName"] == "source.risk" and GRAMMAR.data["fileTypes"] == ["risk"]
    assert configuration["comments"]["lineComment"] == "#" and ["[", "]"] in configuration["brackets"]
    for pattern in [configuration["wordPattern"], *configuration["indentationRules"].values()]:
        re.compile(pattern)
    assert len(read(FOLDER, "README.md").splitlines()) == 3

    def walk(value):
        """Every include leads somewhere, and every scope ends in .risk."""
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
            if key == "include":
                assert inner == "$self" or inner[1:] in GRAMMAR.data["repository"], inner
            if key == "name" and isinstance(inner, str) and value is not GRAMMAR.data:
                assert re.fullmatch(r"[a-z][a-z.-]*\.risk", inner), inner
            walk(inner)
    walk(GRAMMAR.data)


def test_as_another_interpreter_sees_it():
    """babi's highlighter, which runs Oniguruma as editors do, must give the same tokens."""
    try:
        from babi.highlight import Grammars, highlight_line
    except ImportError:
        print("SKIPPED: the package babi is not installed, its tokens were not compared")
        return
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(PATH, os.path.join(folder, "source.risk.json"))  # it goes by the name of the file
        compiler = Grammars(folder).compiler_for_scope("source.risk")
    compared = 0
    for text in [*MODEL_TEXTS.values(), *FENCES, "y = 12abc + .5 ** 2 ; 'a'\nz = \"open\nx[t = 1\nw = 2"]:
        state = compiler.root_state
        for line, ours in zip(text.split("\n"), GRAMMAR.lines(text)):
            state, regions = highlight_line(compiler, state, line + "\n", first_line=False)
            theirs = [(line[region.start:region.end], region.scope) for region in regions if line[region.start:region.end]]
            assert merged(theirs) == merged(ours), f"{line!r}:\n{merged(theirs)}\n{merged(ours)}"
            compared += len(theirs)
    assert compared > 5000


def merged(tokens_):
    """Neighbours of one scope joined."""
    out = []
    for text, scopes in tokens_:
        if out and out[-1][1] == tuple(scopes):
            out[-1] = (out[-1][0] + text, out[-1][1])
        else:
            out.append((text, tuple(scopes)))
    return out


main(globals())
