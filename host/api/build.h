/* build.h - a model that calls add to: its parts in order, each a text that was read or a statement of the language. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_API_BUILD_H
#define APSIS_HOST_API_BUILD_H
#include "host/api/api.h"
#include "host/language/check.h"

/* A stretch of a statement: what an argument of a call said, or (call NULL) what stands between. */
struct apsis_segment {
    const char *text, *call;
    int lexed; /* 1: words of the language, of one line; what stands behind the last of them is cut off */
};

#define APSIS_SEGMENTS 5 /* of a statement without its clauses */

enum apsis_part_kind {
    APSIS_PART_TEXT,      /* statements as they were read */
    APSIS_PART_LINE,      /* period, currency, ## section, member, correlate: nothing is added to it later */
    APSIS_PART_VALUE,     /* name = ..., name ~ ... */
    APSIS_PART_OUTPUT,
    APSIS_PART_SCENARIO   /* the head; what it overrides hangs below it */
};

struct apsis_part {
    enum apsis_part_kind kind;
    const char *name;                  /* as given, or NULL */
    struct apsis_segment segments[APSIS_SEGMENTS];
    size_t segment_count;
    struct apsis_segment label, source, given, *targets; /* clauses; text NULL where there is none */
    size_t target_count, target_capacity;
    uint32_t text;                     /* number of its source */
    int changed;                       /* 1: its source is older than its clauses */
    struct apsis_part *next;
    struct apsis_part *overrides, *last_override; /* of scenarios that stand in this part, by `scenario` */
    const char *scenario;              /* of an override: the name of its scenario */
    /* TEXT (build_edit.c) */
    uint32_t original;                 /* the text as it was read; `text` has the clauses that were added */
    struct apsis_text *read;           /* what it says by itself; NULL until somebody asks */
    /* clauses of a statement that stands in a TEXT: no part of the list */
    const struct apsis_definition *definition;
    struct apsis_part *owner;
};

struct apsis_built {
    struct apsis_parser *parser;       /* of a tree of all parts, but for clauses that came later */
    int stale;                         /* 1: such clauses there are, or a call did not come to its end */
    struct apsis_part *parts, *last;
    struct apsis_part **named;         /* parts by number, for the map */
    size_t named_count, named_capacity;
    struct apsis_map values;           /* a name without its blanks: number of the part that was added under it last, or NO_PART */
    struct apsis_map outputs;          /* the same of output statements */
    struct apsis_map scenarios;
};
#define APSIS_NO_PART (UINT32_MAX - 1) /* the call that should have added it failed */

/* ---------------------------------------------------------------- build.c: adding parts */
/* apsis_guard, for calls that build: also running out of memory sticks, since the model lacks what the call should have added. */
enum apsis_status apsis_build_guard(struct apsis_model *model, enum apsis_status (*work)(void *arguments), void *arguments);
/* Begins the work of a call: what it says stands behind what reading and earlier calls said. */
struct apsis_built *apsis_build_begin(struct apsis_model *model);
/* Ends it: APSIS_OK, or the status of a call that left errors in the list; it sticks. */
enum apsis_status apsis_build_end(struct apsis_model *model);
/* Says what is wrong with an argument: "apsis_input: x: ..." is the text. Returns APSIS_USAGE, which sticks. */
enum apsis_status apsis_build_refuse(struct apsis_model *model, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds a part whose segments are set, under its name where it has one: parses it, and complains where it is not one statement.
   `scenario`: NULL, or the part it hangs below. */
enum apsis_status apsis_build_add(struct apsis_model *model, struct apsis_part *part, struct apsis_part *scenario);
/* The part that was added last under exactly this name, but for blanks; NULL after saying that there is none (unless its own call failed). */
struct apsis_part *apsis_build_find(struct apsis_model *model, const char *function, const char *name, int output);
/* Makes the sources of parts whose clauses changed. */
void apsis_build_refresh(struct apsis_model *model);
/* The part that the scenario of this name stands in; NULL after saying that there is none. */
struct apsis_part *apsis_build_scenario(struct apsis_model *model, const char *function, const char *name);
/* Ends a call that set a clause of `part`. */
enum apsis_status apsis_build_clause(struct apsis_model *model, struct apsis_part *part);
/* An expression alone, for a clause: copied and trimmed, and an error where it cannot be read. */
enum apsis_status apsis_build_expression(struct apsis_model *model, struct apsis_segment *expression);

/* ---------------------------------------------------------------- build_text.c: parts as texts */
/* The statement as a source of the model. */
uint32_t apsis_part_source(struct apsis_model *model, const struct apsis_part *part);
/* The whole model, as apsis_model_text hands it out. */
void apsis_model_write(const struct apsis_model *model, struct apsis_buffer *out);

/* ---------------------------------------------------------------- build_edit.c: adding to texts that were read */
/* The statement of this name (without blanks) in a text, as a part that takes clauses; NULL, and *refused where that was said already. */
struct apsis_part *apsis_build_find_read(struct apsis_model *model, const char *function, const char *key, int output, int *refused);
/* Appends the names that texts give to scenarios ('s'), outputs ('o') or anything else ('v'). */
void apsis_build_names_read(struct apsis_model *model, char what, const char ***names, size_t *count, size_t *capacity);
/* The text that a scenario stands in, or NULL. */
struct apsis_part *apsis_build_scenario_read(struct apsis_model *model, const char *name);
/* A text with the clauses that calls gave its statements, and with what they override in its scenarios. */
const char *apsis_build_edited(struct apsis_model *model, const struct apsis_part *part, int with_overrides, size_t *length);

/* ---------------------------------------------------------------- build_names.c: what arguments may be */
enum apsis_name_form { APSIS_NAME_NONE, APSIS_NAME_PLAIN, APSIS_NAME_INDEXED, APSIS_NAME_FUNCTION };
/* NONE after a refusal. `forms`: the sum of 1 << form of those that fit. */
enum apsis_name_form apsis_build_name(struct apsis_model *model, const char *function, const char *name, unsigned forms);
/* A text for quotes: no line break, quote or control character in it. NULL is refused too. */
enum apsis_status apsis_build_quotable(struct apsis_model *model, const char *function, const char *name, const char *what, const char *text);
/* The name without its blanks. */
const char *apsis_build_key(struct apsis_arena *arena, const char *name);
/* apsis_define("fleet[t]") */
const char *apsis_build_call(struct apsis_model *model, const char *function, const char *name);

/* ---------------------------------------------------------------- uncertain.c */
/* A distribution as the language writes it; NULL after a refusal. */
const char *apsis_uncertain_text(struct apsis_model *model, const char *function, const char *name, const struct apsis_uncertain *distribution);

/* ---------------------------------------------------------------- data.c */
/* A column of its own for an input; the file that the model names for it. */
const char *apsis_build_column(struct apsis_model *model, const char *name, const double *values, size_t count);

#endif
