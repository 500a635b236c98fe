# test_goodness_of_fit.py - ten million draws of every family through the engine against its distribution function; --record FILE writes them as JSON.
# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from goodness_of_fit import check  # noqa: E402

arguments = argparse.ArgumentParser()
arguments.add_argument("--record", metavar="FILE")
sys.exit(1 if check(int(os.environ.get("APSIS_FIT_DRAWS", 10_000_000)), 0.001, arguments.parse_args().record) else 0)
