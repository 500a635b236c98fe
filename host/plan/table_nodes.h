/* table_nodes.h - nodes and matrices of the table builder; printed by tests/support/table_nodes.py. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_TABLE_NODES_H
#define APSIS_HOST_TABLE_NODES_H
/* Chebyshev-Lobatto nodes of a row, -1 and 1 among them, and the matrix from values there to coefficients of 1, t, ..., t^7. */
static const double apsis_row_node[8] = {-0x1.0000000000000p+0, -0x1.cd4bca9cb5c71p-1, -0x1.3f3a0e28bedd1p-1, -0x1.c7b90e3024582p-3, 0x1.c7b90e3024582p-3, 0x1.3f3a0e28bedd1p-1, 0x1.cd4bca9cb5c71p-1, 0x1.0000000000000p+0};
static const double apsis_row_matrix[8][8] = {
    {-0x1.2492492492492p-4, 0x1.44bad352345ffp-3, -0x1.d53f85f87aeb9p-3, 0x1.48b375ce23ec1p-1, 0x1.48b375ce23ec1p-1, -0x1.d53f85f87aeb9p-3, 0x1.44bad352345ffp-3, -0x1.2492492492492p-4},
    {0x1.2492492492492p-4, -0x1.686c4157dba89p-3, 0x1.784ecb4799d92p-2, -0x1.714ad0386a781p+1, 0x1.714ad0386a781p+1, -0x1.784ecb4799d92p-2, 0x1.686c4157dba89p-3, -0x1.2492492492492p-4},
    {0x1.b6db6db6db6dbp+0, -0x1.e263499836f85p+1, 0x1.48e0d073d28e9p+2, -0x1.8acc0e2adbdbbp+1, -0x1.8acc0e2adbdbbp+1, 0x1.48e0d073d28e9p+2, -0x1.e263499836f85p+1, 0x1.b6db6db6db6dbp+0},
    {-0x1.b6db6db6db6dbp+0, 0x1.0bb47e85bf838p+2, -0x1.07bd6514888bfp+3, 0x1.bb8cedf1bc44ap+3, -0x1.bb8cedf1bc44ap+3, 0x1.07bd6514888bfp+3, -0x1.0bb47e85bf838p+2, 0x1.b6db6db6db6dbp+0},
    {-0x1.6db6db6db6db7p+2, 0x1.7b1eed292ccc1p+3, -0x1.5385bb5de2231p+3, 0x1.1e8477d721898p+2, 0x1.1e8477d721898p+2, -0x1.5385bb5de2231p+3, 0x1.7b1eed292ccc1p+3, -0x1.6db6db6db6db7p+2},
    {0x1.6db6db6db6db7p+2, -0x1.a4cad762129c4p+3, 0x1.10469bef6f032p+4, -0x1.41e6418419f7ep+4, 0x1.41e6418419f7ep+4, -0x1.10469bef6f032p+4, 0x1.a4cad762129c4p+3, -0x1.6db6db6db6db7p+2},
    {0x1.2492492492492p+2, -0x1.0799061067df7p+3, 0x1.6cd4a277b58efp+2, -0x1.0469bef6f0326p+1, -0x1.0469bef6f0326p+1, 0x1.6cd4a277b58efp+2, -0x1.0799061067df7p+3, 0x1.2492492492492p+2},
    {-0x1.2492492492492p+2, 0x1.2492492492492p+3, -0x1.2492492492492p+3, 0x1.2492492492492p+3, -0x1.2492492492492p+3, 0x1.2492492492492p+3, -0x1.2492492492492p+3, 0x1.2492492492492p+2},
};
/* Roots of T_10, where the density is taken; the matrix from values there to coefficients of 1, s, ..., s^9; and the two
   last Chebyshev coefficients, which say whether ten were enough. */
static const double apsis_density_node[10] = {-0x1.f9b24942fe45cp-1, -0x1.c83201d3d2c6dp-1, -0x1.6a09e667f3bcdp-1, -0x1.d0e2e2b44de01p-2, -0x1.4060b67a85375p-3, 0x1.4060b67a85375p-3, 0x1.d0e2e2b44de01p-2, 0x1.6a09e667f3bcdp-1, 0x1.c83201d3d2c6dp-1, 0x1.f9b24942fe45cp-1};
static const double apsis_density_matrix[10][10] = {
    {0x1.037f3fc8e3fa8p-6, -0x1.a1673b469622dp-5, 0x1.999999999999ap-4, -0x1.91f1504cbe98ep-3, 0x1.43439a961eb56p-1, 0x1.43439a961eb56p-1, -0x1.91f1504cbe98ep-3, 0x1.999999999999ap-4, -0x1.a1673b469622dp-5, 0x1.037f3fc8e3fa8p-6},
    {-0x1.06bb52b27ebd3p-6, 0x1.d4766e13fabc0p-5, -0x1.21a1851ff630ap-3, 0x1.baad67725f11fp-2, -0x1.024e6a7243847p+2, 0x1.024e6a7243847p+2, -0x1.baad67725f11fp-2, 0x1.21a1851ff630ap-3, -0x1.d4766e13fabc0p-5, 0x1.06bb52b27ebd3p-6},
    {-0x1.8d26c5e97711fp-1, 0x1.3de193fe48c40p+1, -0x1.3333333333333p+2, 0x1.1b8be186b9e65p+3, -0x1.7130811c36192p+2, -0x1.7130811c36192p+2, 0x1.1b8be186b9e65p+3, -0x1.3333333333333p+2, 0x1.3de193fe48c40p+1, -0x1.8d26c5e97711fp-1},
    {0x1.921a1cb091862p-1, -0x1.64c430e902761p+1, 0x1.b27247aff148fp+2, -0x1.384845e7b81d6p+4, 0x1.2700d86903f55p+5, -0x1.2700d86903f55p+5, 0x1.384845e7b81d6p+4, -0x1.b27247aff148fp+2, 0x1.64c430e902761p+1, -0x1.921a1cb091862p-1},
    {0x1.62932bb57ca50p+2, -0x1.140b95d97da97p+4, 0x1.e666666666666p+4, -0x1.1c1adb493a065p+5, 0x1.0d361b182c266p+4, 0x1.0d361b182c266p+4, -0x1.1c1adb493a065p+5, 0x1.e666666666666p+4, -0x1.140b95d97da97p+4, 0x1.62932bb57ca50p+2},
    {-0x1.66fea5118f5a6p+2, 0x1.35d015cee91d5p+4, -0x1.57efce15f459cp+5, 0x1.38e5bd0e8acf1p+6, -0x1.ae3af121b0369p+6, 0x1.ae3af121b0369p+6, -0x1.38e5bd0e8acf1p+6, 0x1.57efce15f459cp+5, -0x1.35d015cee91d5p+4, 0x1.66fea5118f5a6p+2},
    {-0x1.81ea3f01db78dp+3, 0x1.1aade475921a0p+5, -0x1.999999999999ap+5, 0x1.7c1144b339906p+5, -0x1.3955ff9d76652p+4, -0x1.3955ff9d76652p+4, 0x1.7c1144b339906p+5, -0x1.999999999999ap+5, 0x1.1aade475921a0p+5, -0x1.81ea3f01db78dp+3},
    {0x1.86b9ba946a3d2p+3, -0x1.3d4223c8133bbp+5, 0x1.21a1851ff630ap+6, -0x1.a295d301b43abp+6, 0x1.f4bf0eeb1385dp+6, -0x1.f4bf0eeb1385dp+6, 0x1.a295d301b43abp+6, -0x1.21a1851ff630ap+6, 0x1.3d4223c8133bbp+5, -0x1.86b9ba946a3d2p+3},
    {0x1.fa4b1f1e64219p+2, -0x1.4b5f949465d53p+4, 0x1.999999999999ap+4, -0x1.4b5f949465d53p+4, 0x1.fa4b1f1e64219p+2, 0x1.fa4b1f1e64219p+2, -0x1.4b5f949465d53p+4, 0x1.999999999999ap+4, -0x1.4b5f949465d53p+4, 0x1.fa4b1f1e64219p+2},
    {-0x1.004d5ec86a92ap+3, 0x1.73e8b55d0b19ap+4, -0x1.21a1851ff630ap+5, 0x1.6cf4ce430f057p+5, -0x1.948ea10265049p+5, 0x1.948ea10265049p+5, -0x1.6cf4ce430f057p+5, 0x1.21a1851ff630ap+5, -0x1.73e8b55d0b19ap+4, 0x1.004d5ec86a92ap+3},
};
static const double apsis_density_last[2][10] = {
    {0x1.fa4b1f1e64219p-5, -0x1.4b5f949465d53p-3, 0x1.999999999999ap-3, -0x1.4b5f949465d53p-3, 0x1.fa4b1f1e64219p-5, 0x1.fa4b1f1e64219p-5, -0x1.4b5f949465d53p-3, 0x1.999999999999ap-3, -0x1.4b5f949465d53p-3, 0x1.fa4b1f1e64219p-5},
    {-0x1.004d5ec86a92ap-5, 0x1.73e8b55d0b19ap-4, -0x1.21a1851ff630ap-3, 0x1.6cf4ce430f057p-3, -0x1.948ea10265049p-3, 0x1.948ea10265049p-3, -0x1.6cf4ce430f057p-3, 0x1.21a1851ff630ap-3, -0x1.73e8b55d0b19ap-4, 0x1.004d5ec86a92ap-5},
};
#endif
