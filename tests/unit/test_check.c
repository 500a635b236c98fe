/* test_check.c - what an investor is told about a mistake: every model of tests/golden/errors with its exact text.
   APSIS_UPDATE_GOLDEN=1 writes the texts anew, to be read before they are committed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/model.h"
#include "tests/support/golden_texts.h"

/* What `apsis check` says: errors of the parser, else those of the model and its scenarios. */
static void say(const char *name, struct apsis_buffer *out)
{
    struct apsis_model *m = apsis_model_read(name);
    if (m->status == APSIS_OK) apsis_model_check(m->ast, &m->diagnostics);
    apsis_diagnostics_print(&m->diagnostics, &m->sources, "text", out);
    apsis_model_free(m);
}

static void every_mistake_has_its_text(void **state)
{
    (void)state;
    golden_folder(APSIS_SOURCE_DIR "/tests/golden/errors", 60, say);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_mistake_has_its_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
