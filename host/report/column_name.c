/* column_name.c - what one column of a plan is called: ev, fleet[2030], working[texas, 2030Q1]. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "host/report/report.h"

void apsis_report_column_name(const struct apsis_ir *ir, const char *name, int32_t period, struct apsis_buffer *out)
{
    char label[16];
    size_t length = strlen(name);
    if (period < 0) {
        apsis_buffer_text(out, name);
        return;
    }
    apsis_period_label(ir, period, label);
    if (length && name[length - 1] == ']') {
        apsis_buffer_add(out, name, length - 1);
        apsis_buffer_printf(out, ", %s]", label);
    } else {
        apsis_buffer_printf(out, "%s[%s]", name, label);
    }
}
