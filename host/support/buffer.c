/* buffer.c - text that grows: what printers write into, in memory or to a file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host/support/buffer.h"

#include <stdarg.h>
#include <string.h>

#include "host/support/arena.h"

void apsis_buffer_free(struct apsis_buffer *buffer)
{
    apsis_block_free(buffer->text);
    *buffer = (struct apsis_buffer){0};
}

char *apsis_buffer_room(struct apsis_buffer *buffer, size_t more)
{
    if (buffer->length + more + 1 > buffer->capacity) {
        size_t wider = buffer->capacity ? buffer->capacity * 2 : 256;
        while (wider < buffer->length + more + 1) wider *= 2;
        buffer->text = apsis_realloc(buffer->text, wider);
        buffer->capacity = wider;
    }
    return buffer->text + buffer->length;
}

void apsis_buffer_add(struct apsis_buffer *buffer, const char *bytes, size_t length)
{
    char *end = apsis_buffer_room(buffer, length);
    memcpy(end, bytes, length);
    end[length] = 0;
    buffer->length += length;
}

void apsis_buffer_text(struct apsis_buffer *buffer, const char *text)
{
    apsis_buffer_add(buffer, text, strlen(text));
}

void apsis_buffer_repeat(struct apsis_buffer *buffer, char c, size_t times)
{
    char *end = apsis_buffer_room(buffer, times);
    memset(end, c, times);
    end[times] = 0;
    buffer->length += times;
}

void apsis_buffer_printf(struct apsis_buffer *buffer, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, list);
    vsnprintf(apsis_buffer_room(buffer, (size_t)length), (size_t)length + 1, format, again);
    buffer->length += (size_t)length;
    va_end(again);
    va_end(list);
}
