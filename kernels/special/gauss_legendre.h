/* gauss_legendre.h - nodes and weights on [0, 1], for the tails with large parameters. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_KERNELS_SPECIAL_GAUSS_LEGENDRE_H
#define APSIS_KERNELS_SPECIAL_GAUSS_LEGENDRE_H
/* Roots of the Legendre polynomial of degree 24, by mpmath with 50 digits (tests/data/special_constants.py). An exp(-g) with
   g convex, g(0) = 0 and g(1) = 45 is integrated to 1e-16 of the integral when g is a line or a parabola. */
#define APSIS_LEGENDRE_NODES 24
static const double apsis_legendre_node[APSIS_LEGENDRE_NODES] = {
    0x1.3b690cb733ec7p-9, 0x1.9e0c1e680f139p-7, 0x1.f9a7a58f55b36p-6, 0x1.d13df3cd9785bp-5, 0x1.70a2cc7cb2401p-4, 0x1.0a1ce248c4454p-3,
    0x1.685a2340bdef4p-3, 0x1.d17d08a7651aap-3, 0x1.21e5d13f0eda5p-2, 0x1.5eb2b9d3b8b78p-2, 0x1.9e25aaf51ac1dp-2, 0x1.df33ef5824ba3p-2,
    0x1.10660853eda2ep-1, 0x1.30ed2a85729f2p-1, 0x1.50a6a31623a44p-1, 0x1.6f0d17607892dp-1, 0x1.8ba0bdd626b95p-1, 0x1.a5e9772fd0843p-1,
    0x1.bd78c76dceeebp-1, 0x1.d1eba67069b80p-1, 0x1.e2ec20c32687ap-1, 0x1.f032c2d385526p-1, 0x1.f987cf865fc3bp-1, 0x1.fec496f348cc1p-1,
};
static const double apsis_legendre_weight[APSIS_LEGENDRE_NODES] = {
    0x1.9465bd3112202p-8, 0x1.d375514486f1dp-7, 0x1.6ab884f57c979p-6, 0x1.e5c6255d25edap-6, 0x1.2c6d5c2eff064p-5, 0x1.6108ef504463ap-5,
    0x1.8fd8936444b16p-5, 0x1.b8177ba4a68dcp-5, 0x1.d91c78acb1b2dp-5, 0x1.f25cbce1d1ff6p-5, 0x1.01b7117cf8bd8p-4, 0x1.060475e763736p-4,
    0x1.060475e763736p-4, 0x1.01b7117cf8bd8p-4, 0x1.f25cbce1d1ff6p-5, 0x1.d91c78acb1b2dp-5, 0x1.b8177ba4a68dcp-5, 0x1.8fd8936444b16p-5,
    0x1.6108ef504463ap-5, 0x1.2c6d5c2eff064p-5, 0x1.e5c6255d25edap-6, 0x1.6ab884f57c979p-6, 0x1.d375514486f1dp-7, 0x1.9465bd3112202p-8,
};

#endif
