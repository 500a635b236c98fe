# test_family_accuracy_search.py - looks long for parameters at which the draws of a family are past the bound of the design.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import family_accuracy  # noqa: E402
import family_moments  # noqa: E402

seed = int(os.environ.get("APSIS_SEARCH_SEED", 2))
failures = family_accuracy.report(family_accuracy.search(list(family_accuracy.oracle.FAMILIES), starts=60, rounds=8, seed=seed))
failures += family_moments.check(400, seed)
sys.exit(1 if failures else 0)
