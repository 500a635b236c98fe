"""test_language_page.py - every example of models/LANGUAGE.md runs, scenarios included; its list of families is the command's own."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import sys

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from apsis_command import MODELS, run, run_json  # noqa: E402

with open(os.path.join(MODELS, "LANGUAGE.md")) as file:
    page = file.read()
examples = re.findall(r"```risk\n(.*?)```", page, re.S)
assert len(examples) >= 12
for number, example in enumerate(examples):
    text = example if example.startswith("model") else "model example\n" + example
    result = run_json("run", "-", "--draws", 2000, "--max-invalid", "50%", stdin=text)
    assert result["outputs"], number
    for scenario in re.findall(r"^scenario (\w+)", text, re.M):
        changed = run_json("run", "-", "--draws", 2000, "--scenario", scenario, stdin=text)
        assert changed["digest"] != result["digest"], scenario
written = re.search(r"<!-- families:.*?-->\n(.*?)<!-- end of families -->", page, re.S).group(1).strip()
printed = run("families", "--markdown").stdout.strip()
assert written == printed, "models/LANGUAGE.md: paste the output of `apsis families --markdown` between the two marks"
print(f"{len(examples)} examples run")
