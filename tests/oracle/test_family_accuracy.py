# test_family_accuracy.py - the draws of every family at the parameters where they are least accurate: a short search, and what longer ones found;
# those without parameters of their own, and every family's mean and standard deviation, at random ones.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import arranged_accuracy  # noqa: E402
import family_accuracy  # noqa: E402
import family_moments  # noqa: E402

failures = family_accuracy.check_golden()
failures += family_accuracy.report(family_accuracy.search(list(family_accuracy.oracle.FAMILIES), starts=3, rounds=1, keep=1, moves=1))
failures += arranged_accuracy.check(2, 6)
failures += family_moments.check(40)
sys.exit(1 if failures else 0)
