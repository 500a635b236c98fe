/* xlsx_check.h - whether a workbook's package is whole: libxlsxwriter does not look whether its temporary files were written. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_XLSX_CHECK_H
#define APSIS_HOST_XLSX_CHECK_H
#include <stddef.h>

/* What was written into a workbook, counted where it was written. */
struct apsis_xlsx_written {
    const size_t *cells;     /* of each sheet, blank ones with a format included */
    size_t sheets, charts;
    size_t lines;            /* of all charts */
    int gaps;                /* 1: cells that charts draw may be blank */
};

/* 1: the package in bytes[0 .. length - 1] has all of it: every part with its size and CRC-32, every XML part closed to its root, every list as
   long as it says, every cell, every chart. */
int apsis_xlsx_whole(const char *bytes, size_t length, const struct apsis_xlsx_written *written);

#endif
