"""test_orbital_jax.py - the JAX peer of the benchmark gives every output of orbital_compute, draw by draw, and draws as it should."""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
from peer_check import check_given, check_own, need  # noqa: E402

need("jax")
import orbital_jax  # noqa: E402

wanted = check_given(orbital_jax.simulate)
check_own(*orbital_jax.draw(30_000, 7), wanted)
print("4096 draws agree; 30000 of its own are distributed as they should be")
