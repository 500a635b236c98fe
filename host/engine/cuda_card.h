/* cuda_card.h - one GPU that runs tiles of a plan: its kernel, its memory, the launches under way; inside host/engine/cuda*.c only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APSIS_HOST_CUDA_CARD_H
#define APSIS_HOST_CUDA_CARD_H
#include "host/engine/cuda_driver.h"
#include "host/engine/cuda_tally.h"
#include "host/engine/engine.h"
#include "host/engine/program_text.h"
#include "kernels/launch.h"

/* Memory on the card; grows, and stays until the card is closed or memory runs short. */
struct apsis_cuda_buffer {
    apsis_cuda_address address;
    size_t bytes;
};

/* One launch. Two of them take turns, so that the card works while the host takes what the other one found. */
struct apsis_cuda_slot {
    struct apsis_cuda_buffer image, results; /* results: of the tally, or the rows of a stored job */
    unsigned char *image_text;               /* what goes into image */
    size_t image_room;
    unsigned char *staging;                  /* page-locked: where results arrive */
    size_t staging_room;
    void *start, *end;                       /* events around the launch */
    uint64_t first_tile;
    uint32_t tiles, kept_room;
    struct apsis_cuda_sizes sizes;
    uint64_t image_job;                      /* the image holds this job with image_tiles and image_kept_room; 0: nothing */
    uint32_t image_tiles, image_kept_room;
    int busy;
};

enum { APSIS_CUDA_SLOTS = 2 };

struct apsis_cuda_card {
    const struct apsis_cuda_driver *driver;
    const struct apsis_program_text *text;
    struct apsis_cuda_device device;
    struct apsis_arena *arena;       /* of its own: cards work in threads of their own */
    void *context, *module, *function, *compute, *copies; /* the last two are streams */
    unsigned threads;                /* of a block */
    int registers, local_bytes, shared_bytes; /* of the kernel: a thread's, a thread's, a block's */
    unsigned most_blocks;            /* that the whole card runs at once */
    volatile ap_u32 *cancel;         /* a word that the card sees, and its address there */
    apsis_cuda_address cancel_address;
    struct apsis_cuda_buffer package, row_of, values, far;
    apsis_cuda_address numbers, samplers; /* inside package */
    struct apsis_cuda_slot slots[APSIS_CUDA_SLOTS];
    /* for the job in work */
    uint32_t rows, blocks, most_tiles; /* of a launch */
    double tiles_per_second;         /* of the kernel, as last measured; 0: not yet */
    double kept_per_tile;            /* likewise, where kept_known */
    int kept_known;
    uint32_t least_kept_room;        /* for the next launch, where the last one was cut short */
    unsigned short_of_memory;        /* how often less had to do */
    double busy_seconds;             /* of kernels, over all jobs */
    uint64_t busy_tiles;
    uint64_t job_number;
    int asked, error;                /* enum apsis_cuda_call and its answer, where something failed */
    const char *lost;                /* NULL, or why it is not used any more */
};

/* A call of the driver for a card; keeps what was asked and what it said. 0 is good. */
#define APSIS_CUDA_ASK(card, member, ...) \
    ((card)->error = (card)->driver->member(__VA_ARGS__), (card)->asked = APSIS_CUDA_CALL_##member, (card)->error)

/* cuda_card.c */
/* Loads the cubin and uploads numbers and samplers. The card is closed by the caller, also when this fails. */
int apsis_cuda_card_open(struct apsis_cuda_card *card, const void *cubin);
void apsis_cuda_card_close(struct apsis_cuda_card *card);
/* "cuda:0 (NVIDIA H200): cuLaunchKernel says CUDA_ERROR_LAUNCH_FAILED (719), ..."; in the card's arena. */
const char *apsis_cuda_card_why(const struct apsis_cuda_card *card);

/* cuda_pack.c: numbers and samplers with all they point to, in one piece of memory. */
struct apsis_cuda_pack;
struct apsis_cuda_pack *apsis_cuda_pack_new(const struct apsis_program_text *text);
size_t apsis_cuda_pack_bytes(const struct apsis_cuda_pack *pack);
/* Writes all of it as it must lie at `address` on the card. */
void apsis_cuda_pack_write(const struct apsis_cuda_pack *pack, uint64_t address, unsigned char *room, uint64_t *numbers, uint64_t *samplers);
void apsis_cuda_pack_free(struct apsis_cuda_pack *pack);

/* cuda_room.c */
/* What the launches of a job need of a card. */
struct apsis_cuda_need {
    uint64_t tiles;                       /* of the job */
    uint32_t rows, columns;               /* wanted; of the plan */
    int stored;
    const struct apsis_cuda_tally *tally; /* NULL where stored */
};
/* At least `bytes` in buffer; what it held is lost where it has to grow. */
int apsis_cuda_grow(struct apsis_cuda_card *card, struct apsis_cuda_buffer *buffer, size_t bytes);
int apsis_cuda_grow_staging(struct apsis_cuda_card *card, struct apsis_cuda_slot *slot, size_t bytes);
void apsis_cuda_release(struct apsis_cuda_card *card, struct apsis_cuda_buffer *buffer);
void apsis_cuda_release_slot(struct apsis_cuda_card *card, struct apsis_cuda_slot *slot);
/* Chooses blocks and tiles of a launch from what is free, and makes room for what all launches share. When the card's error is
   APSIS_CUDA_OUT_OF_MEMORY, apsis_cuda_less, and try again. */
int apsis_cuda_fit(struct apsis_cuda_card *card, const struct apsis_cuda_need *need);
/* Gives back what launches use and asks for half as much from now on; 0 where less than this cannot do. No launch may be under way. */
int apsis_cuda_less(struct apsis_cuda_card *card);
/* "... needs 20 MiB at least, 4 MiB are free"; in the card's arena. */
const char *apsis_cuda_short(struct apsis_cuda_card *card, const struct apsis_cuda_need *need);

/* cuda_launch.c: one launch of some tiles, begun and ended. 0, or a failure that the card's error tells. */
struct apsis_cuda_task {
    const struct apsis_plan *plan;
    const struct apsis_job *job;
    const struct apsis_cuda_tally *tally; /* NULL where stored */
    const uint32_t *row_of;
    struct apsis_cuda_need need;
};
int apsis_cuda_begin(struct apsis_cuda_card *card, struct apsis_cuda_slot *slot, const struct apsis_cuda_task *task, uint64_t first_tile, uint32_t tiles);
enum apsis_cuda_outcome {
    APSIS_CUDA_DONE,
    APSIS_CUDA_AGAIN,     /* nothing was taken: the same tiles must be launched again */
    APSIS_CUDA_CANCELLED, /* likewise, and no more launches are wanted */
    APSIS_CUDA_FAILED
};
/* Waits, downloads, and hands over to the workers, which share the tiles. */
enum apsis_cuda_outcome apsis_cuda_end(struct apsis_cuda_card *card, struct apsis_cuda_slot *slot, const struct apsis_cuda_task *task,
                                       struct ap_tally *const *workers, size_t worker_count);

/* cuda_work.c */
/* Runs the job on all cards that are not lost. As engine.h has it for run(); *why on failure, and *note (or NULL) on what went otherwise. */
enum apsis_status apsis_cuda_work(struct apsis_cuda_card *cards, size_t count, const struct apsis_plan *plan, const struct apsis_job *job, int threads,
                                  struct apsis_arena *arena, const char **why, const char **note);

#endif
