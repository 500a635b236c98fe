# test_new.py - the model that `apsis new` writes runs, and what is exists already stays.
# SPDX-License-Identifier: Apache-2.0
import os

from cli_common import apsis, main, scratch


def test_new():
    with scratch() as folder:
        done = apsis("new", "my venture.risk", cwd=folder)
        assert done.code == 0 and done.out == "", done.err
        path = os.path.join(folder, "my venture.risk")
        with open(path) as file:
            text = file.read()
        assert text.startswith("model my_venture ")
        assert 20 <= len(text.splitlines()) <= 32 and "#" in text
        done = apsis("check", "my venture.risk", cwd=folder)
        assert done.code == 0, done.out
        assert done.out == "my venture.risk: ok, 5 inputs, 2 outputs, 1 scenario\n", done.out
        done = apsis("run", "my venture.risk", "--draws", "20000", "--scenario", "slow_grid", cwd=folder)
        assert done.code == 0 and "slow_grid" in done.out, done.err
        again = apsis("new", "my venture.risk", cwd=folder)
        assert again.code == 1 and "exists already" in again.err
        with open(path) as file:
            assert file.read() == text
        assert apsis("new", "-", cwd=folder).out.splitlines()[1:] == text.splitlines()[1:]
        assert apsis("new", "nowhere/x.risk", cwd=folder).code == 1


main(globals())
