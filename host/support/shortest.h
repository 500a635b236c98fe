/* shortest.h - the shortest digits of a double, quickly. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_SHORTEST_H
#define APSIS_HOST_SHORTEST_H

/* For 1e-7 <= value < 1e15: the digits d1 d2 ... (at most 17, no trailing zeros) with d1.d2... * 10^exponent nearest to the value among
   the shortest texts that read back as it; returns their number. 0: outside that range, ask number.c's general way. */
int apsis_shortest_digits(double value, char *digits, int *exponent);

#endif
