/* shortest.h - the shortest digits of a double, quickly. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_SHORTEST_H
#define APSIS_HOST_SHORTEST_H

#include <stdint.h>

/* For 1e-7 <= value < 1e15: *decimal * 10^*power is the shortest text that reads back as the value, and of those the nearest to it;
   returns the number of its digits, at most 17, the last of them not 0. 0: outside that range, ask number.c's general way. */
int apsis_shortest_decimal(double value, uint64_t *decimal, int *power);

#define APSIS_SHORTEST_ROOM 40
/* The same as text, as apsis_number_print writes it, without a final zero: returns its end, or NULL where it is not for this function.
   `at` has room for APSIS_SHORTEST_ROOM bytes, all of which may be written. */
char *apsis_shortest_put(char *at, double value);

#endif
