/* buffer.h - text that grows: what printers write into, in memory or to a file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_BUFFER_H
#define APSIS_HOST_BUFFER_H
#include <stddef.h>
#include <stdio.h>

struct apsis_buffer {
    char *text;              /* zero-terminated once anything was added; owned here */
    size_t length, capacity;
};

void apsis_buffer_free(struct apsis_buffer *buffer);
/* Room for `more` bytes at the end of what is there, to be written by the caller, who then adds to length; nothing is zero-terminated. */
char *apsis_buffer_room(struct apsis_buffer *buffer, size_t more);
void apsis_buffer_add(struct apsis_buffer *buffer, const char *bytes, size_t length);
void apsis_buffer_text(struct apsis_buffer *buffer, const char *text);
void apsis_buffer_repeat(struct apsis_buffer *buffer, char c, size_t times);
void apsis_buffer_printf(struct apsis_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));

#endif
