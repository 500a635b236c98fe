"""test_orbital_numba_tuned.py - the hand-tuned Numba peer gives every output of orbital_compute, draw by draw, and draws as it should."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from peer_check import check_given, check_own, need  # noqa: E402

need("numba")
import orbital_numba_tuned  # noqa: E402

wanted = check_given(orbital_numba_tuned.simulate)
check_own(*orbital_numba_tuned.draw(30_000, 7), wanted)
print("4096 draws agree; 30000 of its own are distributed as they should be")
