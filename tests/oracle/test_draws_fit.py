# test_draws_fit.py - 100,000 draws of every family through the engine against its distribution function; tests/long has ten million.
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from goodness_of_fit import check  # noqa: E402

sys.exit(1 if check(100_000, 0.01) else 0)
