/* waterfall.h - an explanation in the forms people and programs read. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_WATERFALL_H
#define APSIS_HOST_WATERFALL_H
#include <jansson.h>

#include "host/report/text.h"

/* What an HTML report says beside the explanation. Any text may be NULL. */
struct apsis_explanation_origin {
    const char *title, *currency; /* of the new model */
    const char *old_sha256, *new_sha256;
    const char *command;          /* what gives this again */
};
/* html_explain.c: one page to hand on */
void apsis_html_explanation(struct apsis_buffer *out, const struct apsis_explanation *explanation, const struct apsis_explanation_origin *origin);
/* text_explain.c */
void apsis_report_explanation_text(const struct apsis_explanation *explanation, const struct apsis_page *page, struct apsis_buffer *out);
/* json_explain.c */
json_t *apsis_report_explanation_json(const struct apsis_explanation *explanation);

#endif
