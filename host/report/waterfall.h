/* waterfall.h - an explanation in the forms people and programs read. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_WATERFALL_H
#define APSIS_HOST_WATERFALL_H
#include <jansson.h>

#include "host/report/text.h"

/* text_explain.c */
void apsis_report_explanation_text(const struct apsis_explanation *explanation, const struct apsis_page *page, struct apsis_buffer *out);
/* json_explain.c */
json_t *apsis_report_explanation_json(const struct apsis_explanation *explanation);

#endif
