# test_show_text.py - what `apsis show --c` and `--cuda` print of models/first.risk, as stored.
# SPDX-License-Identifier: Apache-2.0
import re

from cli_common import apsis, golden, main


def printed(form):
    """The text without what differs by machine: lanes and threads, and where random words come from."""
    done = apsis("show", "first.risk", form)
    assert done.code == 0, done.err
    return re.sub(r"^(#define AP_(?:LANES|THREADS|BLOCKS|CURAND|SHARE)) \d+", r"\1 N", done.out, flags=re.M)


def test_c():
    golden("show_c_first.txt", printed("--c"))


def test_cuda():
    golden("show_cuda_first.txt", printed("--cuda"))


def test_json():
    for form, key in (("--c", "c"), ("--cuda", "cuda")):
        assert apsis("show", "first.risk", form, "--json").json[key] == apsis("show", "first.risk", form).out


main(globals())
