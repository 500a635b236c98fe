/* apsis.h - the public C interface of Apsis. C11, needs nothing but the standard library. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_H
#define APSIS_H
#include <stddef.h>
#include <stdint.h>

/*
 * The way through this header:
 *
 *   model    what is written: read from a file or a text, built by calls, or both         apsis_model_*, apsis_input, apsis_define, ...
 *   case     a model under scenarios and settings, understood and ready to run            apsis_case_*
 *   result   what a run of a case says, as numbers with their errors                      apsis_result_*
 *
 *   struct apsis_model *model = apsis_model_open("model.risk");
 *   struct apsis_result *result = NULL;
 *   if (apsis_run(model, NULL, &result) == APSIS_OK)
 *       printf("%g\n", apsis_result_find(result, "ev")->mean);
 *   else
 *       fprintf(stderr, "%s\n", apsis_why(model));
 *   apsis_result_free(result);
 *   apsis_model_free(model);
 *
 * Errors. What can fail returns an enum apsis_status and puts words into the model: apsis_why() and the messages with their places.
 * The library never prints, never exits and never aborts; no memory is a status too. On failure, what a function hands back through
 * a pointer is NULL or unchanged, as its comment says.
 *
 * Ownership. What a function named ..._new, ..._open, ..._from_text or with a last argument `struct ... **` makes is freed by the
 * ..._free of its type; texts (char *) by apsis_free. All ..._free functions take NULL. Everything else that is returned belongs to the
 * object it was asked of and lives as long. A case keeps its model alive and a result its case: they may be freed in any order.
 *
 * Threads. There is no global state. Different models, and whatever was made from them, may be used by different threads at the same time. One
 * model, its cases and their results: by one thread at a time, except that finished results may be read by several.
 *
 * Numbers. All are IEEE doubles in the units that the model says; NaN stands for "does not exist". Results depend on (model, seed,
 * draws) only: never on threads, engine, processor or locale. The floating-point mode of the caller is saved, set and restored.
 *
 * What is not promised before version 1: that functions stay. Structs that the caller fills begin with their size, and structs that the
 * library hands out are always handed out by pointer: both may grow at their end.
 */

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define APSIS_API __attribute__((visibility("default")))
#else
#define APSIS_API
#endif

/* ================================================================ version, status */
#define APSIS_VERSION_MAJOR 0
#define APSIS_VERSION_MINOR 1
#define APSIS_VERSION_PATCH 0
#define APSIS_VERSION_TEXT "0.1.0"

/* What every function of Apsis that can fail returns. The values are the exit codes of the command. */
enum apsis_status {
    APSIS_OK = 0,
    APSIS_FAILURE = 1,      /* the machine: memory, files, a device; the text says which */
    APSIS_USAGE = 2,        /* the caller: an argument or a setting out of range */
    APSIS_MODEL_ERROR = 65, /* the model's text: see the messages */
    APSIS_INCOMPLETE = 75,  /* not finished; the same call again goes on */
    APSIS_INTERRUPTED = 130 /* stopped by request; what is known so far is valid */
};

/* The version of the library that is linked, as text: "0.1.0". Never NULL, never freed. */
APSIS_API const char *apsis_version(void);
/* "ok", "failure", "usage", "model error", "incomplete", "interrupted"; never NULL, never freed. */
APSIS_API const char *apsis_status_text(enum apsis_status status);
/* Frees a text that a function of this header handed out; NULL is fine. */
APSIS_API void apsis_free(char *text);

/* ================================================================ models */
struct apsis_model;
struct apsis_settings;

/* An empty model, to be built by the calls below. `name` (letters, digits, _) and `title` may be NULL. NULL when memory runs out. */
APSIS_API struct apsis_model *apsis_model_new(const char *name, const char *title);
/* Reads a file, or standard input where `path` is "-". Data files that it names are looked for under its folder. Never NULL unless
   memory runs out: a file that cannot be read or has mistakes gives a model whose status says so. */
APSIS_API struct apsis_model *apsis_model_open(const char *path);
/* The same from `length` bytes in memory, which are copied. `name` stands in messages, and its folder is where data files are looked for. */
APSIS_API struct apsis_model *apsis_model_from_text(const char *name, const char *text, size_t length);
APSIS_API void apsis_model_free(struct apsis_model *model);

/* APSIS_OK, or what is wrong with what was read and built so far. A call that failed sticks: such a model is not run. */
APSIS_API enum apsis_status apsis_model_status(const struct apsis_model *model);
/* The syntax tree of what was written, as `apsis show --ast` prints it; also of a model that means nothing yet. *text is freed by apsis_free. */
APSIS_API enum apsis_status apsis_model_show(struct apsis_model *model, char **text);
/* The whole model as text in the language of .risk files, with what calls added: saved to a file it is the same model. Columns of numbers given
   by apsis_data and apsis_empirical are not in it; it names them as files, which stand beside it then. NULL: no memory. */
APSIS_API char *apsis_model_text(const struct apsis_model *model);

/* The data files that the text names, of sets among the settings (NULL: none) too, and also of a text that has mistakes, as far as it is
   understood: each once, as it names them, and where one lies. 0: no such number. */
APSIS_API int apsis_model_file_at(struct apsis_model *model, const struct apsis_settings *settings, size_t number, const char **name, const char **path);

/* What a text names, each once in its order, and its title or label (or NULL); also of a text that has mistakes. 0: no such number. Cheap:
   nothing is understood. */
enum apsis_name_kind { APSIS_NAMES_SCENARIOS, APSIS_NAMES_OUTPUTS, APSIS_NAMES_VALUES };
APSIS_API int apsis_model_name_at(struct apsis_model *model, enum apsis_name_kind kind, size_t number, const char **name, const char **words);

/* Why the last call on this model, or on a case of it, failed: one line, without a full stop; "" when it did not. */
APSIS_API const char *apsis_why(const struct apsis_model *model);
/* The setting that is at fault ("draws", "only", "engine": a field of struct apsis_settings; "at"), or NULL. */
APSIS_API const char *apsis_why_setting(const struct apsis_model *model);

enum apsis_severity { APSIS_ERROR, APSIS_WARNING, APSIS_NOTE };

/* Something about a place in a model. Lines and columns count from 1, columns in code points; end_* is behind the last character. */
struct apsis_message {
    enum apsis_severity severity;
    const char *text;  /* one line, lower case start, no full stop */
    const char *hint;  /* what to do, or NULL */
    const char *lint;  /* the name under which it can be silenced (# apsis: allow NAME "reason"), or NULL */
    const char *file;  /* the file as it was given, the name of the text, or of the call; NULL: about no place, and the rest is 0 */
    size_t line, column, end_line, end_column;
    size_t begin, end; /* bytes of that text */
};

/* What is known to be wrong with the model, in order of place: from reading, from calls, and from the last apsis_check, apsis_case_open
   or apsis_run. Pointers live until the next call on the model. */
APSIS_API size_t apsis_message_count(const struct apsis_model *model);
APSIS_API const struct apsis_message *apsis_message_at(const struct apsis_model *model, size_t number); /* NULL: no such number */
/* All of them as people and editors read them: `format` is "text" (with the source line and carets), "gcc" or "json". NULL: no memory. */
APSIS_API char *apsis_messages_text(const struct apsis_model *model, const char *format);

/* ================================================================ building a model by calls
 * Each call adds what one line of the language says, so a model built by calls and the same model as text give the same digest.
 * Expressions are texts of the language ("fleet[t-1] * 85% + built[t]"), names as they stand on the left of a line ("fleet", "fleet[t]",
 * "fleet[2025]", "weight[layer]", "sold(price, volume)"). The order of calls does not matter. Nothing is called back in a draw, so that everything
 * runs on every engine. Arguments are copied. APSIS_USAGE: an argument is NULL, not finite, or no name; APSIS_MODEL_ERROR: the text
 * cannot be read, see the messages, which call the argument's text by the name of the call: apsis_define("fleet[t]"):1:12. What the names mean
 * is looked at by apsis_check, apsis_case_open and apsis_run. A call that failed is remembered by the model: it is enough to look at the status
 * of the run. Labels, targets, conditions and overrides may also be given to what was read from a text: its lines take them up. */

/* Any lines of the language. */
APSIS_API enum apsis_status apsis_add(struct apsis_model *model, const char *lines);
/* "year 2026 to 2035", "quarter 2026Q1 to 2035Q4", "month 2026-07 to 2040-06" */
APSIS_API enum apsis_status apsis_period(struct apsis_model *model, const char *period);
APSIS_API enum apsis_status apsis_currency(struct apsis_model *model, const char *currency);
/* What is added from here on stands under this heading. */
APSIS_API enum apsis_status apsis_section(struct apsis_model *model, const char *title);
/* A category index with its members: apsis_members(model, "layer", (const char *[]){"energy", "chips"}, 2). */
APSIS_API enum apsis_status apsis_members(struct apsis_model *model, const char *index, const char *const *members, size_t count);

/* name = expression. */
APSIS_API enum apsis_status apsis_define(struct apsis_model *model, const char *name, const char *expression);
/* output name = expression; expression NULL: `name` is defined elsewhere. */
APSIS_API enum apsis_status apsis_output(struct apsis_model *model, const char *name, const char *expression);
/* To what was read or added under exactly this name before: a label ("enterprise value [$B]": the unit in brackets at its end) and a source,
   in place of those it has; either may be NULL. No text of the language can hold a straight quote or a line break. */
APSIS_API enum apsis_status apsis_label(struct apsis_model *model, const char *name, const char *label, const char *source);
/* To an output that was read or added before: the share of draws above `above` is reported; may be called several times. */
APSIS_API enum apsis_status apsis_target(struct apsis_model *model, const char *output, double above);
/* To an output that was read or added before and has no condition: its statistics are over the draws where the condition holds. */
APSIS_API enum apsis_status apsis_given(struct apsis_model *model, const char *output, const char *condition);
/* Rank correlation (Spearman) of two inputs, from -1 to 1. */
APSIS_API enum apsis_status apsis_correlate(struct apsis_model *model, const char *a, const char *b, double rank_correlation);
/* A scenario; `title` may be NULL. */
APSIS_API enum apsis_status apsis_scenario(struct apsis_model *model, const char *name, const char *title);
/* In a scenario that was read or added before: name = expression, where `name` in the expression means its value so far. */
APSIS_API enum apsis_status apsis_override(struct apsis_model *model, const char *scenario, const char *name, const char *expression);

/* A distribution as an argument: what stands behind ~. Made by the functions below, by value; it points to what they were given, which
   must live until it is used. */
struct apsis_uncertain {
    const char *family;      /* "pert", or NULL: `text` is the whole distribution */
    const char *text;
    const char *names[6];    /* NULL: by position */
    double values[6];
    int count;
    const double *data, *weights; /* data families */
    size_t data_count;
};

/* name ~ distribution: one draw a trial; "noise[t]": one a period. */
APSIS_API enum apsis_status apsis_input(struct apsis_model *model, const char *name, struct apsis_uncertain distribution);
/* In a scenario: another distribution on the same stream. */
APSIS_API enum apsis_status apsis_override_input(struct apsis_model *model, const char *scenario, const char *name, struct apsis_uncertain distribution);
/* A column of numbers under the name of a file, so that a model may say empirical("returns.csv", column: "monthly") and no file is read. Several
   columns of one file are several calls, all of one length. `values` are copied. Records hold the SHA-256 of the CSV text that the columns would
   be: their names, then the rows, commas between, a line feed behind each row, numbers in the shortest form that reads back the same. */
APSIS_API enum apsis_status apsis_data(struct apsis_model *model, const char *file, const char *column, const double *values, size_t count);

/* Any distribution as the language writes it: apsis_written("lognormal(p10: low, p90: 2 * low)"). */
APSIS_API struct apsis_uncertain apsis_written(const char *text);
/* Any family by its parameters in order: apsis_family("johnson_su", 4, 0.0, 1.0, -2.0, 1.0); see apsis_family_at for what there is. At most 6. */
APSIS_API struct apsis_uncertain apsis_family(const char *family, int count, ...);
/* Any two-parameter continuous family by two percentiles: apsis_percentiles("lognormal", 10, 250, 90, 3000); percentages above 0 and below 100. */
APSIS_API struct apsis_uncertain apsis_percentiles(const char *family, double percent1, double value1, double percent2, double value2);
/* ... or by its mean and standard deviation. */
APSIS_API struct apsis_uncertain apsis_mean_sd(const char *family, double mean, double sd);
/* The values of a sample, each as likely as the others: a draw is one of them. In the model's text they are the file NAME.data.csv. */
APSIS_API struct apsis_uncertain apsis_empirical(const double *values, size_t count);
/* values[i] with the chance weights[i]; the weights sum to 1. */
APSIS_API struct apsis_uncertain apsis_discrete(const double *values, const double *weights, size_t count);
/* P(X <= values[i]) = chances[i], rising from 0 to 1, straight lines between. */
APSIS_API struct apsis_uncertain apsis_cumulative(const double *values, const double *chances, size_t count);

/* The families of a few numbers, by name. Parameters are those of `apsis families NAME`. */
#define APSIS_FAMILY_OF_1(name, a) \
    static inline struct apsis_uncertain apsis_##name(double a) { return apsis_family(#name, 1, a); }
#define APSIS_FAMILY_OF_2(name, a, b) \
    static inline struct apsis_uncertain apsis_##name(double a, double b) { return apsis_family(#name, 2, a, b); }
#define APSIS_FAMILY_OF_3(name, a, b, c) \
    static inline struct apsis_uncertain apsis_##name(double a, double b, double c) { return apsis_family(#name, 3, a, b, c); }
#define APSIS_FAMILY_OF_4(name, a, b, c, d) \
    static inline struct apsis_uncertain apsis_##name(double a, double b, double c, double d) { return apsis_family(#name, 4, a, b, c, d); }
APSIS_FAMILY_OF_2(uniform, min, max)
APSIS_FAMILY_OF_3(triangular, min, mode, max)
APSIS_FAMILY_OF_3(pert, min, mode, max)
APSIS_FAMILY_OF_4(trapezoidal, min, low, high, max)
APSIS_FAMILY_OF_2(normal, mean, sd)
APSIS_FAMILY_OF_4(bearbull, min, bear, bull, max)
APSIS_FAMILY_OF_1(bernoulli, p)
APSIS_FAMILY_OF_2(binomial, n, p)
APSIS_FAMILY_OF_1(poisson, rate)
APSIS_FAMILY_OF_2(randint, low, high)

/* ================================================================ settings */
/* What a model is run with. Fill it by apsis_settings_default and change fields. Pointers must live until the call returns. */
struct apsis_settings {
    size_t size;                    /* sizeof(struct apsis_settings) as the caller was compiled */
    /* laid over the model, in this order */
    const char *const *scenarios;   /* names, left to right */
    size_t scenario_count;
    const char *const *sets;        /* "wacc = 12%", "launch_cap = 50% * launch_cap" */
    size_t set_count;
    /* what is drawn */
    uint64_t seed;                  /* 1 */
    uint64_t draws;                 /* 1,000,000; from 1 to 2^49 */
    /* what is reported */
    const char *const *only;        /* outputs ("ev", "rev[energy]", or "rev" for all its members); NULL: all. The others are not computed */
    size_t only_count;
    const char *const *targets;     /* "ev > 2000", beside those of the model */
    size_t target_count;
    const char *percentiles;        /* "5,50,99.9": exact decimals; NULL: 1 5 10 25 50 75 90 95 99 (series 5 25 50 75 95); "none" */
    const char *shortfalls;         /* "5": percentages of the draws at either end whose mean is reported; NULL: 5 */
    int every_value;                /* 1: every named value of the model is a column of the draws, not only inputs and outputs; 0 */
    /* how it is computed: nothing of this changes a result */
    const char *engine;             /* "auto", "interpreter", "compiled", "cuda"; NULL: auto (draws and replay: interpreter) */
    const char *device;             /* "cuda", "cuda:0,1"; NULL */
    const char *cpu;                /* "plain", "v3", "v4", "armv8"; NULL: the best there is */
    const char *cuda_include;       /* folder of curand_philox4x32_x.h, "none"; NULL: the usual places */
    int threads;                    /* 0: as many as the machine has */
    unsigned block;                 /* draws side by side, a power of two from 16 to 512; 0: chosen */
    size_t memory;                  /* bytes for percentiles; 0: 128 MiB */
    /* how it is watched */
    const volatile int *cancel;     /* NULL, or looked at often: not 0 stops the run (may be set by a signal handler or another thread) */
    /* NULL, or called from the calling thread a few times a second: not 0 stops the run. `pass` counts from 1. */
    int (*progress)(void *context, uint64_t draws_done, uint64_t draws_all, unsigned pass);
    void *context;
};
APSIS_API void apsis_settings_default(struct apsis_settings *settings);
/* The engines, by name, and the instruction sets that this processor has, the best last. 0: no such number. */
APSIS_API int apsis_engine_at(size_t number, const char **name);
APSIS_API int apsis_cpu_at(size_t number, const char **name);

/* ================================================================ checking */
/* Looks for all that is wrong and runs nothing: the model, each of its scenarios (or those of the settings), its tables and correlations; and
   what a careful reader would doubt (lints, as warnings and notes). `settings` may be NULL. APSIS_OK or APSIS_MODEL_ERROR; see the messages. */
APSIS_API enum apsis_status apsis_check(struct apsis_model *model, const struct apsis_settings *settings);

/* What the last apsis_check counted. */
struct apsis_check_counts {
    size_t size;            /* sizeof(struct apsis_check_counts) as the caller was compiled: set before the call */
    size_t errors, warnings, notes; /* also those past 100 errors or 1,000 others, which are not kept as messages */
    size_t inputs, outputs, scenarios;
};
APSIS_API void apsis_check_count(const struct apsis_model *model, struct apsis_check_counts *counts);

/* The lints: the name that silences one, and what it looks for. 0: no such number. */
APSIS_API int apsis_lint_at(size_t number, const char **name, const char **meaning);

/* ================================================================ cases */
struct apsis_case;

/* Understands a model under settings (NULL: the defaults), which are copied. On failure *out is NULL. */
APSIS_API enum apsis_status apsis_case_open(struct apsis_model *model, const struct apsis_settings *settings, struct apsis_case **out);
APSIS_API void apsis_case_free(struct apsis_case *c);

/* An uncertain input, as it is understood. */
struct apsis_input_info {
    const char *name;             /* "launch_cadence", "weight[energy]", "noise" */
    const char *label, *unit, *source, *section; /* NULL where the model gives none */
    const char *family;           /* "pert" */
    const char *text;             /* the distribution as written */
    int is_series;                /* 1: a draw a period */
    size_t parameter_count;       /* canonical parameters, where they are constants; 0 where they depend on the draw */
    const char *const *parameter_names;
    const double *parameters;
    double mean, sd, p5, p50, p95; /* NaN where they do not exist or depend on the draw */
    uint64_t stream;              /* the first 8 bytes of SHA-256 of the name */
    int group;                    /* correlated group, or -1 */
    int overridden;               /* 1: a scenario or set replaced its distribution; 2: changed or fixed its value */
};
APSIS_API size_t apsis_case_input_count(const struct apsis_case *c);
APSIS_API const struct apsis_input_info *apsis_case_input(const struct apsis_case *c, size_t number); /* NULL: no such number */
/* Rank correlation of two inputs of one group: as asked for (of the scores), and of the values (lower for discrete ones; NaN where that
   depends on the draw). 0 and 0 where they are not correlated. */
APSIS_API void apsis_case_correlation(const struct apsis_case *c, size_t a, size_t b, double *asked, double *of_values);

/* A published number, or a series or member of them. */
struct apsis_output_info {
    const char *name;             /* "ev", "fleet", "rev[energy]" */
    const char *label, *unit, *source, *section;
    const char *given;            /* the condition as written, or NULL */
    int is_series;
    const char *const *categories; /* NULL: a number; else value k means categories[k] */
    size_t category_count;
};
APSIS_API size_t apsis_case_output_count(const struct apsis_case *c);
APSIS_API const struct apsis_output_info *apsis_case_output(const struct apsis_case *c, size_t number);

/* A data file that the model names, as it names it, and where it lies; sha256 in hexadecimal, "" where it cannot be read. */
struct apsis_file_info {
    const char *name, *path, *sha256;
};
APSIS_API size_t apsis_case_file_count(const struct apsis_case *c);
APSIS_API const struct apsis_file_info *apsis_case_file(const struct apsis_case *c, size_t number);

/* How many warnings apsis_check would give that may concern results. */
APSIS_API size_t apsis_case_doubts(struct apsis_case *c);

/* What the compiler makes of the model: `what` is "ir", "plan", "c" or "cuda". *text is freed by apsis_free. */
APSIS_API enum apsis_status apsis_case_show(struct apsis_case *c, const char *what, char **text);

/* ================================================================ draws into the caller's arrays
 * The columns of a case: scalar and series inputs and the outputs asked for, a series one column a period; with settings.every_value every
 * other named value too. */
enum apsis_column_kind { APSIS_COLUMN_OUTPUT, APSIS_COLUMN_INPUT, APSIS_COLUMN_VALUE };
struct apsis_column_info {
    enum apsis_column_kind kind;
    size_t number;                /* of the input, or of the output or value */
    const char *name;             /* "ev", "fleet[2030]", "working[texas, 2030Q1]"; no two columns have one name ("x (drawn)" beside x) */
    int period;                   /* t, or -1 */
    const char *const *categories;/* NULL: a number; else value k means categories[k] */
    size_t category_count;
};
APSIS_API enum apsis_status apsis_case_columns(struct apsis_case *c, size_t *count); /* makes the case ready for what follows */
APSIS_API const struct apsis_column_info *apsis_case_column(struct apsis_case *c, size_t number);
/* Draws first .. first + count - 1: values[c], NULL or room for `count` doubles, gets column c. NaN: invalid, or outside `given`
   (apsis_is_not_given tells). Whole tiles of 1,024 draws are computed: many at a time are cheaper. */
APSIS_API enum apsis_status apsis_case_draws(struct apsis_case *c, uint64_t first, size_t count, double *const *values);
APSIS_API int apsis_is_not_given(double value);
/* What computes the draws: "interpreter/x86-64-v4", and what went otherwise than asked, or NULL. NULL before apsis_case_columns. */
struct apsis_engine_info {
    const char *name, *note;
};
APSIS_API const struct apsis_engine_info *apsis_case_engine(struct apsis_case *c);
/* The draw that `at` means over the case's draws: "ev:P5", "ev:median", "fleet[2030]:max". */
APSIS_API enum apsis_status apsis_case_find_draw(struct apsis_case *c, const char *at, uint64_t *draw);

/* ================================================================ results */
struct apsis_result;

/* Runs a case. APSIS_OK; APSIS_INTERRUPTED with a partial result where there is one (else *out is NULL); or a failure, *out NULL. */
APSIS_API enum apsis_status apsis_case_run(struct apsis_case *c, struct apsis_result **out);
/* apsis_case_open, apsis_case_run, apsis_case_free. */
APSIS_API enum apsis_status apsis_run(struct apsis_model *model, const struct apsis_settings *settings, struct apsis_result **out);
APSIS_API void apsis_result_free(struct apsis_result *result);

/* Draw numbers that do not exist (no such draw, no such rank). */
#define APSIS_NO_DRAW UINT64_MAX

/* A percentage as it was asked for, exactly: numerator / 10^scale percent ("99.9" is 999 / 10). */
struct apsis_percent {
    uint64_t numerator;
    unsigned scale;
};
APSIS_API double apsis_percent_value(struct apsis_percent percent); /* 99.9 */

struct apsis_measured_percentile {
    struct apsis_percent percent;
    double value;       /* the order statistic of rank ceil(p N): exact, no sketch */
    double low, high;   /* 95 % distribution-free interval: order statistics; NaN where the bound does not exist */
    uint64_t draw;      /* the lowest draw number that has this value */
};

struct apsis_measured_shortfall {
    struct apsis_percent percent;
    int high_side;      /* mean of the worst `percent` at the low end, or of the best at the high end */
    double value, se;
};

struct apsis_measured_target {
    double above;
    double probability, low, high; /* share of valid draws > above, exact binomial (Clopper-Pearson) 95 % interval */
    uint64_t count;
};

/* The statistics of one published number: a scalar output, or one period of a series output. */
struct apsis_measure {
    uint32_t output;           /* number of the output: apsis_case_output, apsis_result_output */
    int32_t period;            /* t, or -1 */
    uint64_t draws;            /* all draws looked at */
    uint64_t given;            /* of them, those that satisfy `given` (draws where it is NaN are invalid) */
    uint64_t valid;            /* of those, finite ones: N of every statistic below */
    uint64_t invalid;          /* given but NaN or infinite */
    uint64_t first_invalid;    /* lowest draw number of those, or APSIS_NO_DRAW */
    double mean, mean_se, sd, sd_se, skewness, skewness_se, kurtosis, kurtosis_se; /* NaN where undefined; kurtosis is 3 for a normal */
    double min, max;
    uint64_t min_draw, max_draw;
    struct apsis_measured_percentile *percentiles; /* none for category outputs; NaN where a pass was interrupted */
    size_t percentile_count;
    struct apsis_measured_shortfall *shortfalls;
    size_t shortfall_count;
    struct apsis_measured_target *targets;
    size_t target_count;
    double *histogram_edges;   /* histogram_count + 1 edges; the first and last bins are open to -inf and +inf; scalar outputs only */
    uint64_t *histogram_counts;
    size_t histogram_count;
    uint64_t *category_counts; /* category outputs only: draws of each category; the output has the names */
    size_t category_count;
    int is_irr;                /* 1: the next is known */
    uint64_t several_signs;    /* valid draws whose flows change sign more than once */
    double *rank_correlation;  /* scalar outputs: one a scalar input, in the order of scalar inputs; NaN where constant; else NULL.
                                  By input: apsis_result_rank_correlation */
    const char *name;          /* "ev", "fleet[2030]", "working[texas, 2030Q1]" */
};

/* A run as a whole. */
struct apsis_run_info {
    const char *model_sha256;  /* of the model's text, in hexadecimal */
    uint64_t seed, draws;      /* as asked for */
    uint64_t done;             /* draws that were measured: fewer when interrupted */
    int partial;               /* 1: interrupted; the statistics are over `done` draws and there is no digest */
    const char *engine;        /* what ran: "interpreter/x86-64-v4" */
    const char *note;          /* what went otherwise than asked, or NULL */
    double seconds;
    unsigned passes;           /* over the draws, for exact percentiles */
    const char *digest;        /* 64 hexadecimal digits over every output of every draw and every published number; "" when partial */
    double invalid_share;      /* the largest share of invalid draws of any output */
};
APSIS_API const struct apsis_run_info *apsis_result_info(const struct apsis_result *result);
APSIS_API size_t apsis_result_count(const struct apsis_result *result);
APSIS_API const struct apsis_measure *apsis_result_at(const struct apsis_result *result, size_t number);          /* NULL: no such number */
APSIS_API const struct apsis_measure *apsis_result_find(const struct apsis_result *result, const char *name);     /* NULL: no such name */
APSIS_API const struct apsis_case *apsis_result_case(const struct apsis_result *result); /* what was run: its inputs, outputs, files */
/* Of a scalar output and an input (Spearman, over the first min(N, 65,536) draws); NaN where there is none. */
APSIS_API double apsis_result_rank_correlation(const struct apsis_result *result, const struct apsis_measure *measure, size_t input);

/* ================================================================ results and cases as people and programs read them */
enum apsis_format { APSIS_FORMAT_TEXT, APSIS_FORMAT_JSON, APSIS_FORMAT_HTML, APSIS_FORMAT_MARKDOWN, APSIS_FORMAT_CSV };

/* A terminal, or a page that is printed like one. */
struct apsis_page {
    int width;  /* columns */
    int utf8;   /* 0: ASCII only in what Apsis itself adds */
    int colour; /* 1: escape sequences for bold and dim are welcome */
};

struct apsis_print {
    size_t size;             /* sizeof(struct apsis_print) as the caller was compiled */
    enum apsis_format format;
    struct apsis_page page;  /* text: 80 columns, UTF-8, no colour */
    int all_periods;         /* text: 1: every period of a series, however many */
    double max_invalid;      /* a larger share of invalid draws is warned of; 0 */
};
APSIS_API void apsis_print_default(struct apsis_print *print);

/* A result as APSIS_FORMAT_CSV is one table: a row a published number, named columns, empty where a number does not exist.
   All of these hand out a text that apsis_free frees; `print` may be NULL; on failure *text is NULL. */
APSIS_API enum apsis_status apsis_result_text(const struct apsis_result *result, const struct apsis_print *print, char **text);
APSIS_API enum apsis_status apsis_case_inputs_text(struct apsis_case *c, const struct apsis_print *print, char **text);
/* One draw: every input, value, period and output. `why` ("P5 of ev") may be NULL. */
APSIS_API enum apsis_status apsis_case_replay_text(struct apsis_case *c, uint64_t draw, const char *why, const struct apsis_print *print, char **text);
/* What this machine has: version, libraries, processor, engines, GPUs, driver. */
APSIS_API enum apsis_status apsis_machine_text(const struct apsis_print *print, char **text);

/* A result as an Excel workbook with tables and native charts, for people: the same result gives the same bytes (its date is
   SOURCE_DATE_EPOCH, or none that matters). Its numbers have 16 significant digits. *bytes is freed by apsis_free. APSIS_USAGE: this build
   has no libxlsxwriter. On failure *bytes is NULL and *why, where `why` is not NULL, says why: a text that lives for ever. Files in the
   folder for temporary files (TMPDIR) are used on the way and removed; what is handed out was read back and is whole. */
APSIS_API enum apsis_status apsis_result_xlsx(const struct apsis_result *result, char **bytes, size_t *length, const char **why);

/* ================================================================ stress
 * A model beside itself under other assumptions, on the same draws: each cell's statistics, and their differences to the base with intervals
 * of their own, which are much narrower than the statistics' own. Cells share what they have in common, so that they cost less than runs. */
struct apsis_stress;

/* What is laid over the model, cell by cell. Pointers must live until the call returns. */
struct apsis_stress_cells {
    size_t size;                /* sizeof(struct apsis_stress_cells) as the caller was compiled */
    int scenarios;              /* 1: every scenario of the model is a cell; 1 */
    /* Texts, each a cell: parts joined by ; each of which is a scenario ("slow"), an override ("wacc = 12%", "x ~ pert(1, 2, 3)") or a band:
       "permit_delay in P75..P100" draws this input from that part of its own distribution, and what is correlated with it follows by its
       conditional distribution, from the same draws ("... alone": the others stay as drawn). */
    const char *const *cells;
    size_t cell_count;
    const char *grid;           /* NULL, or "launch_cap = 500, 1000, 2000; wacc = 8%, 10%, 12%": each combination is a cell, the last axis fastest */
    const char *of;             /* the output that cells are ordered by: "ev", "fleet[2030]"; NULL: the first that is a number */
    int more_is_worse;          /* 1: the cell with the largest mean is worst; 0: the smallest */
    int series;                 /* 1: series outputs too, period by period; 0: numbers only */
};
APSIS_API void apsis_stress_cells_default(struct apsis_stress_cells *cells);

/* Runs all cells. Scenarios and sets of `settings` (NULL: the defaults) lie under every cell, the base too. APSIS_OK; APSIS_INTERRUPTED with what is
   known where there is something (cells that were not reached have no statistics); else *out is NULL and apsis_why says why. */
APSIS_API enum apsis_status apsis_stress(struct apsis_model *model, const struct apsis_settings *settings, const struct apsis_stress_cells *cells,
                                         struct apsis_stress **out);
APSIS_API void apsis_stress_free(struct apsis_stress *stress);

struct apsis_stress_info {
    uint64_t seed, draws;
    int partial;
    const char *engine, *note;  /* what ran; what went otherwise than asked, or NULL */
    double seconds;
    size_t cell_count;          /* with the base, which is cell 0 */
    size_t row_count;           /* published numbers: scalar outputs, or with series also periods of series outputs */
    size_t of;                  /* the row that cells are ordered by */
    const size_t *order;        /* cell_count - 1 numbers of cells, the worst first */
};
APSIS_API const struct apsis_stress_info *apsis_stress_info(const struct apsis_stress *stress);
/* "slow", "wacc = 12%"; its title where it is just a scenario that has one, else NULL. NULL: no such cell. */
APSIS_API const char *apsis_stress_cell(const struct apsis_stress *stress, size_t cell, const char **title);
/* "ev", "fleet[2030]". NULL: no such row. */
APSIS_API const char *apsis_stress_row(const struct apsis_stress *stress, size_t row);
/* The statistics of one number in one cell (its `name` is NULL); NULL where the cell has no such output or was not reached. */
APSIS_API const struct apsis_measure *apsis_stress_measure(const struct apsis_stress *stress, size_t cell, size_t row);

/* Cell less base. NaN: does not exist. Where both columns are the same in every draw: 0, 0, 0, correlation 1. */
struct apsis_paired_value {
    double value, low, high; /* the difference with its 95 % interval (or as asked); the difference is exact */
    double correlation;      /* of the errors of the two statistics, from the first 65,536 draws; NaN where either has none */
};

/* All that is said of one number of one cell against the base. Lists are as long as, and in the order of, those of `cell`. */
struct apsis_paired {
    const struct apsis_measure *base, *cell;
    const struct apsis_measure *difference; /* of the column `cell - base`; NULL for categories and where both are the same */
    int same;                               /* 1: the same value in every draw */
    struct apsis_paired_value mean;
    struct apsis_paired_value *percentiles, *shortfalls, *targets, *categories; /* targets and categories: of probabilities */
    /* shares of the draws in which both are valid, with their exact binomial intervals; NaN for categories */
    double more, more_low, more_high;       /* cell > base */
    double less, less_low, less_high;       /* cell < base */
};
/* A number of a cell (from 1) against the base; NULL where either is missing. */
APSIS_API const struct apsis_paired *apsis_stress_paired(const struct apsis_stress *stress, size_t cell, size_t row);
/* As people and programs read it: text, JSON, HTML (a page to hand on), or CSV with a row a cell, number and statistic. */
APSIS_API enum apsis_status apsis_stress_text(const struct apsis_stress *stress, const struct apsis_print *print, char **text);

/* ================================================================ explaining
 * Why two answers differ: two versions of a model, or one model under other settings, are taken apart into changes, and the difference of
 * an output's statistics is shared out among them. All is computed on the same draws. */
#define APSIS_EXPLAIN_DRAWS 100000 /* where both settings say 0; a tenth of it beyond 64 mixtures, of which there are up to 1,024 */

/* A statistic, a difference or a part of it, with its 95 % interval; NaN: does not exist. */
struct apsis_explained {
    double value, low, high;
};
/* Something that is not the same in the two models. */
struct apsis_explained_change {
    const char *name;      /* "wacc", "fleet[t]", "overrun[site]", "permit_delay" of an override */
    const char *was, *now; /* as written; NULL: not there. Of an override `was` (or `now`) may be what it overrides */
    const char *label;     /* of the model, or NULL */
    int added, removed;    /* 1: there is no such thing in the old, the new model */
    int is_override;       /* 1: a line of a scenario or set */
};
/* A change, or several that only make sense together. */
struct apsis_explained_part {
    const char *name;      /* "wacc", "revenue and price_factor (new)" */
    const struct apsis_explained_change *changes;
    size_t change_count;
    const struct apsis_explained *values; /* one a statistic */
};
struct apsis_explained_statistic {
    int is_mean;                  /* 1: the mean; 0: this percentile */
    struct apsis_percent percent;
};
struct apsis_explanation {
    const char *of, *label, *unit;      /* the output; label and unit NULL where there is none */
    const char *old_name, *new_name;    /* "old.risk", "new.risk", "first.risk + slow_permits" */
    uint64_t seed, draws;
    int draws_chosen;                   /* 1: the settings said 0 draws */
    const struct apsis_explained_statistic *statistics; /* the mean, then the percentiles */
    size_t statistic_count;
    const struct apsis_explained *before, *after, *difference; /* one a statistic */
    const struct apsis_explained_part *parts; /* the largest first, by the mean; together they are `difference`, but for rounding */
    size_t part_count;
    const struct apsis_explained_change *idle; /* changes that no way leads from to the output: their part is 0 */
    size_t idle_count;
    int in_order;                 /* 0: Shapley values, the average over all orders; 1: more than 10 parts, made one after the other in the
                                     order of the file */
    size_t cells;                 /* mixtures of the two models that were run */
    const char *engine, *note;    /* what ran, and what went otherwise than asked, or NULL */
    double seconds;
};
/* Explains how output `of` ("ev", "rev[energy]", "fleet[2030]"; NULL: the first that both have as a number a draw) came from the old answer to
   the new one. The two models may be the same one. Scenarios and sets are those of either settings; seed and draws must be the same in
   both (draws 0: chosen); percentiles (NULL: 5, 50, 95), engine and what else there is are taken from the new ones. Why it failed is in the model that is at
   fault, and in the new one where both are; the other's is "". On failure *out is NULL. */
APSIS_API enum apsis_status apsis_explain(struct apsis_model *old_model, const struct apsis_settings *old_settings, struct apsis_model *new_model,
                                          const struct apsis_settings *new_settings, const char *of, const struct apsis_explanation **out);
APSIS_API void apsis_explanation_free(const struct apsis_explanation *explanation);
/* As people and programs read it, in the format of `print`: text, JSON or HTML. *text is freed by apsis_free; on failure it is NULL. */
APSIS_API enum apsis_status apsis_explanation_text(const struct apsis_explanation *explanation, const struct apsis_print *print, char **text);

/* ================================================================ records */
/* A complete run written down as JSON, so that anyone can run it again and compare. APSIS_USAGE for a partial one. */
APSIS_API enum apsis_status apsis_result_record(const struct apsis_result *result, char **text);

/* A record read: its model and the settings it was run with, as if they had been given (over `settings`, which says engine, threads and so on;
   NULL: the defaults). On failure *out is NULL only when memory runs out; else apsis_record_why says why. `name` is its file, for messages. */
struct apsis_record_handle;
APSIS_API enum apsis_status apsis_record_open(const char *record, size_t length, const char *name, const struct apsis_settings *settings,
                                              struct apsis_record_handle **out);
APSIS_API const char *apsis_record_why(const struct apsis_record_handle *record);                         /* one line; "" */
APSIS_API struct apsis_model *apsis_record_model(const struct apsis_record_handle *record);               /* the record's; NULL: it holds none */
APSIS_API const struct apsis_settings *apsis_record_settings(const struct apsis_record_handle *record);   /* the record's */
APSIS_API void apsis_record_free(struct apsis_record_handle *record);

/* What came of running a record again. */
struct apsis_verdict {
    const char *why;           /* NULL, or why it could not be run again */
    int same;                  /* 1: all that was run again is the same to the last bit */
    int digest_same;           /* 1, 0; -1: only parts were run again */
    uint64_t part_count, parts_checked;
    uint64_t part_draws;       /* draws in each part but the last */
    size_t differ_count;
    const uint64_t *differ;    /* numbers of the parts that differ */
    uint64_t draws;
    const char *digest, *version, *engine, *note; /* digest and version as recorded; engine and note of the run here */
    const struct apsis_model *model; /* the model of the record, for its messages; NULL where there is none */
};
/* Runs a record again, all of it (parts == 0) or `parts` of its parts, under the engine, threads and so on of `settings` (NULL: the
   defaults). APSIS_OK: it was run, look at same. Else *verdict says why; it is NULL only when memory runs out. `name` is the record's
   file, for messages. */
APSIS_API enum apsis_status apsis_verify(const char *record, size_t length, const char *name, uint64_t parts, const struct apsis_settings *settings,
                                         struct apsis_verdict **verdict);
APSIS_API void apsis_verdict_free(struct apsis_verdict *verdict);

/* ================================================================ distributions */
struct apsis_distribution;

/* A family that can be drawn. */
struct apsis_family_info {
    size_t size;                    /* sizeof(struct apsis_family_info) as the caller was compiled: set before the call */
    const char *name, *title, *reference;
    const char *takes;              /* "(min, mode, max) or (min, mode, max, shape: 4)" */
    const char *example;            /* "pert(20, 80, 300)" */
    int discrete;
    int any_expression;             /* 1: parameters may be uncertain and differ by period; 0: they are constants */
    size_t parameter_count;         /* canonical parameters */
    const char *const *parameter_names, *const *parameter_docs;
};
/* All families, in order of name. What is handed out lives for ever. apsis_family_at: 0 where there is no such number. */
APSIS_API size_t apsis_family_count(void);
APSIS_API int apsis_family_at(size_t number, struct apsis_family_info *info);
/* The list of families, or with a name all about one, with a picture of its density. APSIS_USAGE: no such family. */
APSIS_API enum apsis_status apsis_families_text(const char *name, const struct apsis_print *print, char **text);

/* The distribution of an input with constant parameters, else NULL. It lives as long as the case. */
APSIS_API const struct apsis_distribution *apsis_case_distribution(const struct apsis_case *c, size_t input);
/* NaN: does not exist; infinity: infinite. */
APSIS_API double apsis_distribution_mean(const struct apsis_distribution *d);
APSIS_API double apsis_distribution_sd(const struct apsis_distribution *d);
/* The smallest x with P(X <= x) >= lower; lower + upper = 1, and the smaller one is exact: quantile(d, 0.999999, 1e-6). */
APSIS_API double apsis_distribution_quantile(const struct apsis_distribution *d, double lower, double upper);
/* P(X <= x) and P(X > x), each accurate where it is small. */
APSIS_API void apsis_distribution_tails(const struct apsis_distribution *d, double x, double *lower, double *upper);
/* The ends of what it can take; -infinity and infinity allowed. */
APSIS_API void apsis_distribution_support(const struct apsis_distribution *d, double *low, double *high);
/* 1: takes whole numbers only. */
APSIS_API int apsis_distribution_is_whole(const struct apsis_distribution *d);

#ifdef __cplusplus
}
#endif
#endif
