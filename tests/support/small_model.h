/* small_model.h - a small model built by calls, its text, and calls that it refuses, for the tests of building. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_TESTS_SMALL_MODEL_H
#define APSIS_TESTS_SMALL_MODEL_H
#include <string.h>

#include "include/apsis.h"

static inline void same_text(const char *a, const char *b)
{
    if (strcmp(a, b)) fail_msg("---- got:\n%s\n---- wanted:\n%s\n----", a, b);
}

static const char small_text[] = "model small \"A small model\"\n"
                                 "period year 2026 to 2030\n"
                                 "growth ~ pert(0, 0.05, 0.2)  \"growth of sales [1/yr]\"  from \"annual report\"\n"
                                 "sales[t] = sales[t-1] * (1 + growth)\n"
                                 "sales[2025] = 10\n"
                                 "output value = npv(8%, sales, mid)  \"value of the firm [$M]\"  targets 50, 60.5\n"
                                 "\n"
                                 "scenario slump \"Sales halve\"\n"
                                 "  sales[2025] = 5\n";

static inline struct apsis_model *small(void)
{
    struct apsis_model *model = apsis_model_new("small", "A small model");
    assert_int_equal(apsis_period(model, "year 2026 to 2030"), APSIS_OK);
    assert_int_equal(apsis_input(model, "growth", apsis_pert(0, 0.05, 0.2)), APSIS_OK);
    assert_int_equal(apsis_label(model, "growth", "growth of sales [1/yr]", "annual report"), APSIS_OK);
    assert_int_equal(apsis_define(model, "sales[t]", "sales[t-1] * (1 + growth)"), APSIS_OK);
    assert_int_equal(apsis_define(model, "sales[2025]", "10"), APSIS_OK);
    assert_int_equal(apsis_output(model, "value", "npv(8%, sales, mid)"), APSIS_OK);
    assert_int_equal(apsis_target(model, "value", 50), APSIS_OK);
    assert_int_equal(apsis_target(model, "value", 60.5), APSIS_OK);
    assert_int_equal(apsis_label(model, "value", "value of the firm [$M]", NULL), APSIS_OK);
    assert_int_equal(apsis_scenario(model, "slump", "Sales halve"), APSIS_OK);
    assert_int_equal(apsis_override(model, "slump", "sales[2025]", "5"), APSIS_OK);
    return model;
}

/* A call that is refused: its status, and why, word for word. The model is a new one for each. */
#define REFUSED(call, status, why) \
    do { \
        struct apsis_model *m = small(); \
        assert_int_equal(call, status); \
        same_text(apsis_why(m), why); \
        assert_int_equal(apsis_model_status(m), status); \
        assert_int_equal(apsis_message_count(m), 1); \
        apsis_model_free(m); \
    } while (0)
#define USAGE(call, why) REFUSED(call, APSIS_USAGE, why)

#endif
