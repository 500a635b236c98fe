/* cmd_draws.c - apsis draws: the inputs and outputs of every draw as a table, tile by tile in bounded memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/report/json.h"
#include "host/support/number.h"

#define BATCH_BYTES ((size_t)32 << 20) /* of values held at a time */
#define PIECE_BYTES ((size_t)256 << 10) /* about what a thread writes out at a time */

struct category {
    const char *text; /* as a field */
    size_t length;
};

struct column {
    const double *values;       /* of the batch */
    struct category *categories; /* NULL: numbers */
    double count;
};

struct table {
    struct column *columns;
    size_t count, widest; /* widest: bytes that a field takes at most */
    uint64_t first_draw;  /* of row 0 of the batch */
};

static struct table table_of(struct apsis_cli *cli, size_t count)
{
    struct table table = {.columns = APSIS_NEW_ARRAY(cli->arena, struct column, count + 1), .count = count, .widest = APSIS_NUMBER_SIZE};
    struct apsis_buffer text = {0};
    for (size_t c = 0; c < count; c++) {
        const struct apsis_column_info *info = apsis_case_column(cli->c, c);
        struct column *column = &table.columns[c];
        if (!info->categories) continue;
        column->categories = APSIS_NEW_ARRAY(cli->arena, struct category, info->category_count + 1);
        column->count = (double)info->category_count;
        for (size_t i = 0; i < info->category_count; i++) {
            text.length = 0;
            apsis_text_csv(&text, info->categories[i]);
            column->categories[i] = (struct category){apsis_arena_copy(cli->arena, text.text ? text.text : "", text.length), text.length};
            if (text.length > table.widest) table.widest = text.length;
        }
    }
    apsis_buffer_free(&text);
    return table;
}

static void put_csv_rows(const struct table *table, size_t from, size_t to, struct apsis_buffer *out)
{
    for (size_t row = from; row < to; row++) {
        char *begin = apsis_buffer_room(out, APSIS_NUMBER_SIZE + table->count * (table->widest + 1) + 1);
        char *at = begin + sprintf(begin, "%" PRIu64, table->first_draw + row);
        for (size_t c = 0; c < table->count; c++) {
            const struct column *column = &table->columns[c];
            double value = column->values[row];
            *at++ = ',';
            if (isnan(value) && apsis_is_not_given(value)) continue; /* an empty field */
            if (column->categories && value >= 0 && value < column->count) {
                const struct category *category = &column->categories[(size_t)value];
                memcpy(at, category->text, category->length);
                at += category->length;
            } else {
                at = apsis_number_put(at, value);
            }
        }
        *at++ = '\n';
        out->length += (size_t)(at - begin);
    }
}

static void put_npy_rows(const struct table *table, size_t from, size_t to, struct apsis_buffer *out)
{
    char *at = apsis_buffer_room(out, (to - from) * (table->count + 1) * sizeof(double));
    for (size_t row = from; row < to; row++) {
        uint64_t draw = table->first_draw + row;
        memcpy(at, &draw, sizeof draw); /* little-endian, as every machine this runs on */
        at += sizeof draw;
        for (size_t c = 0; c < table->count; c++) {
            double value = table->columns[c].values[row];
            if (isnan(value) && apsis_is_not_given(value)) value = NAN;
            memcpy(at, &value, sizeof value);
            at += sizeof value;
        }
    }
    out->length += (to - from) * (table->count + 1) * sizeof(double);
}

static void put_csv_head(struct apsis_case *model, size_t count, struct apsis_buffer *out)
{
    apsis_buffer_text(out, "draw");
    for (size_t c = 0; c < count; c++) {
        apsis_buffer_text(out, ",");
        apsis_text_csv(out, apsis_case_column(model, c)->name);
    }
    apsis_buffer_text(out, "\n");
}

/* Format version 1.0: magic, length, a Python literal padded to 64 bytes (2.0 where the literal is long). */
static void put_npy_head(struct apsis_case *model, size_t count, uint64_t rows, struct apsis_buffer *out)
{
    struct apsis_buffer text = {0};
    apsis_buffer_text(&text, "{'descr': [('draw', '<u8')");
    for (size_t c = 0; c < count; c++) apsis_buffer_printf(&text, ", ('%s', '<f8')", apsis_case_column(model, c)->name);
    apsis_buffer_printf(&text, "], 'fortran_order': False, 'shape': (%" PRIu64 ",), }", rows);
    int wide = text.length > 65000;
    size_t before = wide ? 12 : 10, whole = (before + text.length + 1 + 63) / 64 * 64, length = whole - before;
    apsis_buffer_repeat(&text, ' ', length - text.length - 1);
    apsis_buffer_text(&text, "\n");
    apsis_buffer_add(out, wide ? "\x93NUMPY\x02\x00" : "\x93NUMPY\x01\x00", 8);
    unsigned char size[4] = {(unsigned char)length, (unsigned char)(length >> 8), (unsigned char)(length >> 16), (unsigned char)(length >> 24)};
    apsis_buffer_add(out, (const char *)size, wide ? 4 : 2);
    apsis_buffer_add(out, text.text, text.length);
    apsis_buffer_free(&text);
}

/* A thread that writes one round of pieces while the next is made. */
enum { ROUND = 32 };
struct writer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    FILE *stream;
    struct apsis_buffer rounds[2][ROUND];
    int own, count, which; /* own: there is a thread; count: pieces of round `which` that wait to be written */
    int quit, fault;       /* fault: errno of the first write that failed */
};

static void write_round(struct writer *w, int which, int count)
{
    for (int i = 0; i < count && !w->fault; i++) {
        const struct apsis_buffer *piece = &w->rounds[which][i];
        if (fwrite(piece->text, 1, piece->length, w->stream) != piece->length) w->fault = errno ? errno : EIO;
    }
}

static void *write_rounds(void *context)
{
    struct writer *w = context;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->count && !w->quit) pthread_cond_wait(&w->turn, &w->lock);
        if (!w->count) break;
        int which = w->which, count = w->count;
        pthread_mutex_unlock(&w->lock);
        write_round(w, which, count);
        pthread_mutex_lock(&w->lock);
        w->count = 0;
        pthread_cond_signal(&w->turn);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void writer_start(struct writer *w, FILE *stream)
{
    memset(w, 0, sizeof *w);
    w->stream = stream;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->turn, NULL);
    w->own = pthread_create(&w->thread, NULL, write_rounds, w) == 0; /* without it, rounds are written in between */
}

/* Gives round `which` away; the other one is free on return. */
static int writer_give(struct writer *w, int which, int count)
{
    if (!w->own) {
        write_round(w, which, count);
        return w->fault;
    }
    pthread_mutex_lock(&w->lock);
    while (w->count) pthread_cond_wait(&w->turn, &w->lock);
    w->which = which;
    w->count = count;
    int fault = w->fault;
    pthread_cond_signal(&w->turn);
    pthread_mutex_unlock(&w->lock);
    return fault;
}

/* Waits until all is written; errno of the first write that failed, or 0. */
static int writer_end(struct writer *w)
{
    if (w->own) {
        pthread_mutex_lock(&w->lock);
        w->quit = 1;
        pthread_cond_signal(&w->turn);
        pthread_mutex_unlock(&w->lock);
        pthread_join(w->thread, NULL);
    }
    pthread_cond_destroy(&w->turn);
    pthread_mutex_destroy(&w->lock);
    for (int i = 0; i < 2 * ROUND; i++) apsis_buffer_free(&w->rounds[i / ROUND][i % ROUND]);
    return w->fault;
}

static int put_batch(const struct table *table, size_t rows, int npy, struct writer *writer, int *which)
{
    size_t piece = PIECE_BYTES / (16 * (table->count + 1)) + 16; /* rows */
    int fault = 0;
    for (size_t begin = 0; begin < rows && !fault && !apsis_interrupted; begin += ROUND * piece) {
        size_t end = begin + ROUND * piece < rows ? begin + ROUND * piece : rows;
        int count = (int)((end - begin + piece - 1) / piece);
        struct apsis_buffer *pieces = writer->rounds[*which];
#pragma omp parallel for schedule(dynamic)
        for (int i = 0; i < count; i++) {
            size_t from = begin + (size_t)i * piece, to = from + piece < end ? from + piece : end;
            pieces[i].length = 0;
            if (npy) put_npy_rows(table, from, to, &pieces[i]);
            else put_csv_rows(table, from, to, &pieces[i]);
        }
        fault = writer_give(writer, *which, count);
        *which ^= 1;
    }
    return fault;
}

#define TILE ((uint64_t)1024) /* draws that are computed together: batches begin and end where they do */

static enum apsis_status stream(struct apsis_cli *cli, size_t columns, struct apsis_file *file, int npy)
{
    uint64_t first = cli->options.from, end = first + cli->options.draws;
    size_t tile_bytes = (columns + 1) * TILE * sizeof(double), tiles = BATCH_BYTES / tile_bytes ? BATCH_BYTES / tile_bytes : 1, rows = tiles * TILE;
    double **values = APSIS_NEW_ARRAY(cli->arena, double *, columns + 1);
    struct table table = table_of(cli, columns);
    double *room = apsis_malloc(tiles * tile_bytes);
    struct apsis_buffer head = {0};
    struct apsis_progress progress;
    enum apsis_status status = APSIS_OK;
    for (size_t c = 0; c < columns; c++) table.columns[c].values = values[c] = room + c * rows;
    if (npy) put_npy_head(cli->c, columns, cli->options.draws, &head);
    else put_csv_head(cli->c, columns, &head);
    int fault = fwrite(head.text, 1, head.length, file->stream) == head.length ? 0 : errno, which = 0;
    apsis_buffer_free(&head);
    struct writer writer;
    writer_start(&writer, file->stream);
    apsis_progress_start(&progress, cli, "writing");
    for (uint64_t from = first, to; from < end && !status && !fault && !apsis_interrupted; from = to) {
        to = (from / TILE + tiles) * TILE;
        if (to > end) to = end;
        status = apsis_case_draws(cli->c, from, (size_t)(to - from), values);
        if (status) break;
        table.first_draw = from;
        fault = put_batch(&table, (size_t)(to - from), npy, &writer, &which);
        apsis_progress_show(&progress, to - first, end - first, 1);
    }
    int late = writer_end(&writer);
    apsis_progress_end(&progress);
    apsis_block_free(room);
    if (fault || late) { /* the stream remembers: apsis_file_close tells */
        errno = fault ? fault : late;
        return APSIS_OK;
    }
    if (status == APSIS_INTERRUPTED || apsis_interrupted) return apsis_cli_fail(cli, APSIS_INTERRUPTED, file->temporary ? "interrupted: %s is not written" : "interrupted: %s is not complete", file->path);
    if (status) return apsis_cli_fail_call(cli, status);
    apsis_cli_note(cli, apsis_case_engine(cli->c)->note);
    return APSIS_OK;
}

static enum apsis_status told(struct apsis_cli *cli, size_t columns, double started)
{
    const struct apsis_options *o = &cli->options;
    const struct apsis_engine_info *engine = apsis_case_engine(cli->c);
    return apsis_cli_write_json(cli, json_pack("{s:s,s:o,s:o,s:I,s:o,s:s,s:s?}", "file", o->csv ? o->csv : o->npy, "first_draw", apsis_json_u64(o->from), "draws",
                                               apsis_json_u64(o->draws), "columns", (json_int_t)columns + 1, "seconds",
                                               json_real(apsis_clock_seconds() - started), "engine", engine->name, "note", engine->note));
}

enum apsis_status apsis_cmd_draws(struct apsis_cli *cli)
{
    struct apsis_options *options = &cli->options;
    struct apsis_file file;
    if (!options->csv == !options->npy) return apsis_cli_fail(cli, APSIS_USAGE, options->csv ? "either --csv or --npy" : "where to? --csv FILE or --npy FILE; - is stdout");
    if (!options->draws_given) return apsis_cli_fail(cli, APSIS_USAGE, "how many draws? --draws N");
    if (options->from + options->draws > 1ull << 49) return apsis_cli_fail(cli, APSIS_USAGE, "--from and --draws go past draw 2^49");
    const char *path = options->csv ? options->csv : options->npy;
    if (options->json && !strcmp(path, "-")) return apsis_cli_fail(cli, APSIS_USAGE, "--json and the draws cannot both go to stdout: name a file");
    enum apsis_status status = apsis_cli_open(cli, 0);
    if (status) return status;
    size_t columns;
    status = apsis_case_columns(cli->c, &columns);
    if (status) return apsis_cli_fail_call(cli, status);
    status = apsis_file_open(cli, path, &file);
    if (status) return status;
    double started = apsis_clock_seconds();
    status = stream(cli, columns, &file, options->npy != NULL);
    enum apsis_status closed = apsis_file_close(cli, &file, status == APSIS_OK);
    if (status == APSIS_OK) status = closed;
    return status == APSIS_OK && options->json ? told(cli, columns, started) : status;
}
