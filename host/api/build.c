/* build.c - models built by calls. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "host/api/api.h"

char *apsis_model_text(const struct apsis_model *model)
{
    const struct apsis_source *source = &model->sources.items[model->source];
    struct apsis_buffer out = {0};
    char *text;
    apsis_buffer_add(&out, source->text, source->length);
    return apsis_hand_out(&out, &text) ? NULL : text;
}
