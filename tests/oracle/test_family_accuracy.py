# test_family_accuracy.py - the draws of every family at the parameters where they are least accurate: a short search, and what longer ones found.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import family_accuracy  # noqa: E402

failures = family_accuracy.check_golden()
failures += family_accuracy.report(family_accuracy.search(list(family_accuracy.oracle.FAMILIES), starts=4, rounds=1, keep=2, moves=1))
sys.exit(1 if failures else 0)
