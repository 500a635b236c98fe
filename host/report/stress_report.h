/* stress_report.h - what reports of a stress are made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_STRESS_REPORT_H
#define APSIS_HOST_STRESS_REPORT_H
#include "host/plan/cell_list.h"
#include "host/report/report.h"
#include "host/result/stress.h"

struct apsis_stress_report {
    const struct apsis_stress *stress;
    const struct apsis_cell_list *list;
    const char *const *rows;     /* names of the stress's rows */
    const char *model_file;      /* as it was given */
    const char *engine, *note;
    const char *model_sha256, *command; /* of the HTML report; `command`: what gives this again */
    const struct apsis_ast *ast;        /* of the model, for what its scenarios say */
    int more_is_worse;
};

/* text_stress.c: cells by harm with what they change; a grid as a table */
void apsis_report_stress_text(const struct apsis_stress_report *report, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out);
/* json_stress.c */
json_t *apsis_report_stress_json(const struct apsis_stress_report *report);
/* csv_stress.c: one row a cell, number and statistic, in the order of harm */
void apsis_report_stress_csv(const struct apsis_stress_report *report, struct apsis_buffer *out);

/* html_stress.c: one page to hand on */
void apsis_html_stress(struct apsis_buffer *out, const struct apsis_stress_report *report);

/* The number of the cell at place `place` of the report: the base, then the worst first. */
static inline size_t apsis_stress_cell_at(const struct apsis_stress *stress, size_t place) { return place ? stress->order[place - 1] : 0; }

#endif
