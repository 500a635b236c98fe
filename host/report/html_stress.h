/* html_stress.h - what the parts of the report of a stress share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_HTML_STRESS_H
#define APSIS_HOST_HTML_STRESS_H
#include "host/report/html.h"
#include "host/report/stress_report.h"

struct apsis_html_stress {
    struct apsis_html *html;
    const struct apsis_stress_report *report;
    const struct apsis_stress *stress;
    int more_is_worse;
};

const struct apsis_output *apsis_html_stress_output(const struct apsis_html_stress *s, size_t row);
const struct apsis_measure *apsis_html_stress_measure(const struct apsis_html_stress *s, size_t cell, size_t row); /* or NULL */
const struct apsis_paired *apsis_html_stress_paired(const struct apsis_html_stress *s, size_t cell, size_t row);   /* or NULL */
struct apsis_quantity apsis_html_stress_quantity(const struct apsis_html_stress *s, size_t row);
/* "price war": a scenario's name as people say it, anything else as it was written */
const char *apsis_html_stress_name(const struct apsis_html_stress *s, size_t cell);
/* The percentile of a measure with this number, NaN where there is none. */
double apsis_html_percentile(const struct apsis_measure *measure, double percent);

/* html_stress_charts.c: ranges side by side; changes of the mean. The first `places` of the order of harm. */
void apsis_html_stress_ranges(const struct apsis_html_stress *s, size_t places);
void apsis_html_stress_changes(const struct apsis_html_stress *s, size_t places);
/* html_stress_tables.c */
void apsis_html_stress_values(const struct apsis_html_stress *s, size_t places);
void apsis_html_stress_targets(const struct apsis_html_stress *s, size_t places);
void apsis_html_stress_others(const struct apsis_html_stress *s, size_t places);
int apsis_html_stress_has_others(const struct apsis_html_stress *s);
void apsis_html_stress_grid(const struct apsis_html_stress *s, size_t row); /* its mean over the grid, shaded */

#endif
