/* check_time.c - the calendar of a model: labels to periods and back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host/language/check.h"

long apsis_time_index(const struct apsis_time *time, int year, int part)
{
    return ((long)year - time->first_year) * (long)time->per_year + (part ? part - 1 : 0) - (time->first_part - 1);
}

const char *apsis_time_label(const struct apsis_time *time, long t, char text[16])
{
    long per = (long)time->per_year, part = time->first_part - 1 + t;
    long year = time->first_year + part / per, rest = part % per;
    if (rest < 0) rest += per, year--;
    if (time->calendar == APSIS_CALENDAR_QUARTER) snprintf(text, 16, "%ldQ%ld", year, rest + 1);
    else if (time->calendar == APSIS_CALENDAR_MONTH) snprintf(text, 16, "%ld-%02ld", year, rest + 1);
    else snprintf(text, 16, "%ld", year);
    return text;
}

const char *apsis_time_unit(const struct apsis_time *time)
{
    return time->calendar == APSIS_CALENDAR_MONTH ? "month" : time->calendar == APSIS_CALENDAR_QUARTER ? "quarter" : "year";
}

int apsis_is_reserved(const char *name)
{
    static const char *const words[] = {"t", "year", "date", "month", "quarter", "periods"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(name, words[i])) return 1;
    return 0;
}

int apsis_period_of(struct apsis_names *names, const struct apsis_expr *p, long *t)
{
    const struct apsis_time *time = &names->time;
    if (time->calendar == APSIS_CALENDAR_NONE) {
        apsis_hint(names->list, apsis_error(names->list, p->span, "the model has no periods"),
                   "add a line such as: period year 2026 to 2035");
        return 0;
    }
    if (p->calendar != time->calendar) {
        struct apsis_diagnostic *d;
        if (p->calendar == APSIS_CALENDAR_YEAR) {
            d = apsis_error(names->list, p->span, "%d is a year, but this model counts in %ss", p->year, apsis_time_unit(time));
            if (time->calendar == APSIS_CALENDAR_QUARTER) apsis_hint(names->list, d, "write %dQ1..%dQ4, or one of them", p->year, p->year);
            else apsis_hint(names->list, d, "write %d-01..%d-12, or one of them", p->year, p->year);
        } else {
            d = apsis_error(names->list, p->span, "this is a %s, but this model counts in %ss",
                            p->calendar == APSIS_CALENDAR_QUARTER ? "quarter" : "month", apsis_time_unit(time));
            if (time->calendar == APSIS_CALENDAR_YEAR) apsis_hint(names->list, d, "write %d", p->year);
            else if (time->calendar == APSIS_CALENDAR_QUARTER) apsis_hint(names->list, d, "write %dQ%d", p->year, (p->part - 1) / 3 + 1);
            else apsis_hint(names->list, d, "write %d-%02d..%d-%02d, or one of them", p->year, 3 * p->part - 2, p->year, 3 * p->part);
        }
        return 0;
    }
    *t = apsis_time_index(time, p->year, p->part);
    return 1;
}
