/* diagnostic.h - what is wrong with a model: a list of messages with places, printed with the line and a caret. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_DIAGNOSTIC_H
#define APSIS_HOST_DIAGNOSTIC_H
#include "host/language/source.h"
#include "host/support/buffer.h"
#include "host/support/nearest_name.h"

struct apsis_diagnostic {
    enum apsis_severity severity;
    struct apsis_span span; /* span.end == 0: no place (an option, a whole file) */
    const char *message;    /* one line, no full stop, lower case start */
    const char *hint;       /* NULL, or one line: what to do */
    const char *lint;       /* NULL, or the name of the lint that says so (host/plan/lint.h): printed behind the message */
};

struct apsis_diagnostics {
    struct apsis_arena *arena;
    struct apsis_diagnostic *items;
    size_t count, capacity;
    size_t errors; /* how many of them are errors; past 100 further errors are counted and not kept */
    size_t dropped; /* warnings and notes past 1,000, which are not kept */
};

/* Adds an error with a printf message; returns it so that a hint can be set. */
struct apsis_diagnostic *apsis_error(struct apsis_diagnostics *list, struct apsis_span span, const char *format, ...)
    __attribute__((format(printf, 3, 4), nonnull(3)));
struct apsis_diagnostic *apsis_warning(struct apsis_diagnostics *list, struct apsis_span span, const char *format, ...)
    __attribute__((format(printf, 3, 4), nonnull(3)));
/* Worth knowing, and nothing is wrong. */
struct apsis_diagnostic *apsis_note(struct apsis_diagnostics *list, struct apsis_span span, const char *format, ...)
    __attribute__((format(printf, 3, 4), nonnull(3)));
/* How many of one severity are kept. */
size_t apsis_diagnostics_count(const struct apsis_diagnostics *list, enum apsis_severity severity);
/* All, in order of place, without those that say the same at the same place; the list is in `arena`. */
const struct apsis_diagnostic **apsis_diagnostics_sorted(struct apsis_arena *arena, const struct apsis_diagnostics *list, size_t *count);
/* Sets the hint (printf); d may be NULL. */
void apsis_hint(struct apsis_diagnostics *list, struct apsis_diagnostic *d, const char *format, ...)
    __attribute__((format(printf, 3, 4), nonnull(3)));

/* Prints all, in order of place:
     model.risk:3:12: error: message
         price = lenght * 2
                 ^~~~~~
       hint: did you mean length?
   `format`: "text" | "gcc" (first line only) | "json" (one array; see diagnostic.c). */
void apsis_diagnostics_print(const struct apsis_diagnostics *list, const struct apsis_sources *sources, const char *format,
                             struct apsis_buffer *out);

#endif
