"""test_orbital_numba.py - the Numba peer of the benchmark gives every output of orbital_compute, draw by draw, and draws as it should."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from peer_check import check_given, check_own, need  # noqa: E402

need("numba")
import orbital_numba  # noqa: E402

wanted = check_given(orbital_numba.simulate)
check_own(*orbital_numba.draw(30_000, 7), wanted)
print("4096 draws agree; 30000 of its own are distributed as they should be")
