/* report.h - results in the forms people and programs read. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_REPORT_H
#define APSIS_HOST_REPORT_H
#include <jansson.h>

#include "host/report/json.h"
#include "host/report/text.h"
#include "host/result/result.h"
#include "host/support/json_value.h"

/* What a report of a run says beside the result. Any text may be NULL. */
struct apsis_report {
    const char *model_file;  /* as it was given */
    const char *model_sha256;
    const char *replay;      /* "apsis replay model.risk --seed 2": the command that shows a draw, without --draw */
    const char *command;     /* "apsis run model.risk --draws 1000000": what gives this result again */
    const struct apsis_diagnostics *findings; /* of the lints */
    int all_periods;
    int percentiles_given;   /* 1: show all percentiles of the result; 0: those that people look at first */
    double max_invalid;
};

/* The largest share of invalid draws of any output: what --max-invalid is held against. */
double apsis_report_invalid_share(const struct apsis_result *result);

/* drivers.c: the inputs that an output moves with most, at most `most`, the strongest first; returns their number. Those that the
   error of the rank correlations hides are left out. */
struct apsis_driver {
    size_t input; /* ir->inputs */
    double rank_correlation;
};
size_t apsis_report_drivers(const struct apsis_result *result, const struct apsis_measure *measure, struct apsis_driver *list, size_t most);

/* column_name.c: adds "ev", "fleet[2030]", "working[texas, 2030Q1]" */
void apsis_report_column_name(const struct apsis_ir *ir, const char *name, int32_t period, struct apsis_buffer *out);

/* sections.c */
/* The numbers 0 .. count-1 by section, within one as they come. */
size_t *apsis_report_by_section(struct apsis_arena *arena, size_t count, size_t (*section_of)(const void *context, size_t item), const void *context);
/* The inputs of ir by section. */
size_t *apsis_report_input_order(const struct apsis_ir *ir, struct apsis_arena *arena);
/* 1: the outputs stand in more than one section, so that their titles are shown */
int apsis_report_output_sections(const struct apsis_result *result);
/* The title on a line by itself with an empty line before it; nothing where the section has none. */
void apsis_report_section_text(const struct apsis_ir *ir, size_t section, const struct apsis_page *page, struct apsis_buffer *out);

/* text_run.c */
void apsis_report_run_text(const struct apsis_result *result, const struct apsis_report *report, const struct apsis_page *page, struct apsis_buffer *out);
/* text_series.c: one series output, measures first .. first+count-1 being its periods */
void apsis_report_series_text(const struct apsis_result *result, size_t first, size_t count, const struct apsis_report *report,
                              const struct apsis_page *page, struct apsis_buffer *out);
/* text_shapes.c: histogram, extremes and drivers of a number; bars of a category */
void apsis_report_shape_text(const struct apsis_result *result, const struct apsis_measure *measure, const struct apsis_page *page, struct apsis_buffer *out);
/* "ev" bold, its label and unit behind, cut to the page */
void apsis_report_title_text(const struct apsis_output *output, const struct apsis_page *page, struct apsis_buffer *out);
/* half the width of an interval around a percentile: the longer side; NaN where a bound is missing */
double apsis_report_half(const struct apsis_measured_percentile *percentile);
/* Which percentiles to show: marks shown[i]; returns their number. */
size_t apsis_report_pick(const struct apsis_measure *measure, const struct apsis_report *report, unsigned char *shown);
/* "P5", "P99.9" */
char *apsis_report_percent(char text[APSIS_TEXT_SIZE], struct apsis_percent percent);
/* decimals for all figures of one measure, so that its finest error shows */
int apsis_report_decimals(const struct apsis_measure *measure);
/* 1: years, flights: all that is known of its values is whole */
int apsis_report_whole(const struct apsis_measure *measure);

/* text_inputs.c */
/* the same in one line each, for the end of a report */
void apsis_report_inputs_brief(const struct apsis_ir *ir, const struct apsis_page *page, struct apsis_buffer *out);
void apsis_report_inputs_text(const struct apsis_ir *ir, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out);

/* What is known of a distribution with constant parameters; NaN where it does not exist or depends on the draw. */
struct apsis_input_summary {
    double mean, sd, p5, p50, p95;
};
struct apsis_input_summary apsis_input_summarise(const struct apsis_distribution *distribution);

/* input_pairs.c: the rank correlation (Spearman, mid-ranks) of the values of two inputs whose scores have rank correlation `target`;
   NaN where one depends on the draw. Equal to the target unless one is discrete. */
double apsis_input_pair_correlation(const struct apsis_distribution *a, const struct apsis_distribution *b, double target);

/* xlsx_run.c: the result as a workbook; on failure *why is a constant text */
enum apsis_status apsis_report_run_xlsx(const struct apsis_result *result, const struct apsis_report *report, struct apsis_buffer *out, const char **why);

/* csv_run.c: one row a published number, with a head; "\n" ends a line */
void apsis_report_run_csv(const struct apsis_result *result, struct apsis_arena *arena, struct apsis_buffer *out);

/* json_result.c, json_inputs.c: as DESIGN section 9 draws them */
json_t *apsis_report_run_json(const struct apsis_result *result, const struct apsis_report *report);
json_t *apsis_report_inputs_json(const struct apsis_ir *ir, int full);


/* text_replay.c, json_replay.c: one draw; values[c] is what column c of the plan holds in it */
struct apsis_replay {
    const struct apsis_plan *plan;
    const double *values;
    uint64_t seed, draw;
    const char *why;         /* "P5 of ev over 1,000,000 draws", or NULL */
};
void apsis_report_replay_text(const struct apsis_replay *replay, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out);
json_t *apsis_report_replay_json(const struct apsis_replay *replay);
int apsis_report_not_given(double value); /* 1: the draw is outside the output's `given` */

/* text_families.c: the families, the list that the language page holds, and all about one with a picture */
void apsis_report_families_text(struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out);
void apsis_report_families_markdown(struct apsis_buffer *out);
json_t *apsis_report_families_json(struct apsis_arena *arena);
void apsis_report_family_text(const struct apsis_family *family, struct apsis_arena *arena, const struct apsis_page *page, struct apsis_buffer *out);
json_t *apsis_report_family_json(const struct apsis_family *family, struct apsis_arena *arena);

/* record.c: a run that can be checked later */
struct apsis_record {
    const char *model_file, *model_text;
    size_t model_length;
    const char *const *scenarios, *const *sets;
    size_t scenario_count, set_count;
    const char *const *only; /* NULL-terminated, or NULL */
    const struct apsis_result *result;
    const struct apsis_report *report;
    const struct apsis_measure_settings *settings;
    json_t *data;            /* [{"path", "sha256"}]: files the model names */
};
json_t *apsis_record_json(const struct apsis_record *record);

#endif
