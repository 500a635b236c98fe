"""summaries_jax.py - the statistics of summaries.py by JAX on a GPU, a column at a time so that memory stays small."""
# SPDX-License-Identifier: Apache-2.0
import functools

import jax
import jax.numpy as jnp
from stack_model import POINTS, column, on_host, ranks

column_of = jax.jit(functools.partial(column, jnp), static_argnums=(1, 2))
ranks_of = jax.jit(functools.partial(ranks, jnp))
counts_of = jax.jit(lambda values, how_many: jnp.stack([(values == k).sum() for k in range(how_many)]), static_argnums=1)


def summarise(columns, scalars, categories, inputs, names, targets):
    """columns: {name: (n,) or (periods, n)} and inputs (k, n), on the device. The result is on the host."""
    of_inputs = jnp.stack([ranks_of(row) for row in inputs])
    out = {}
    for name, values in columns.items():
        if name in scalars:
            out[name] = column_of(values, POINTS, tuple(targets.get(name, ()))) | {"rank_correlation": of_inputs @ ranks_of(values)}
        elif name in categories:
            out[name] = {t: counts_of(row, categories[name]) for t, row in enumerate(values)}
        else:
            out[name] = {t: column_of(row, (5, 25, 50, 75, 95), ()) for t, row in enumerate(values)}
    return on_host(jax.device_get(out))
