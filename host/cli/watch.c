/* watch.c - --watch: runs a command again whenever its model, or a data file that the model names, is saved. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/inotify.h>
#include <sys/prctl.h>
#endif

#include "host/cli/cli.h"

/*
 * Every run is a process of its own, so that none leaves anything behind for the next and any can be stopped at once. The parent holds no
 * thread and no result: it looks after the files. What it goes by is what stat says of them; inotify on their folders (editors save by
 * renaming a new file over the old one) only says when to look, and where it cannot, looking ten times a second does.
 */
#define QUIET 0.05  /* seconds without a change before a run: saving is several steps */
#define LATEST 1.0  /* a file that never rests is run in between */
#define PATIENCE 1.0 /* how long the model may be away before a word is said; how long a stopped run may take to end */

struct stamp {
    int there;
    struct timespec changed;
    off_t size;
    dev_t device;
    ino_t inode;
};

struct watched {
    const char *path, *name; /* name: as messages say it */
    struct stamp stamp;
};

struct watch {
    struct apsis_cli *cli;
    struct apsis_arena *arena; /* of the list below */
    struct watched *files;     /* the first is the model */
    size_t count, capacity;
    int notify;                /* inotify, or -1 */
    pid_t child;               /* 0: none */
    sigset_t open;             /* the signals that are let through while waiting */
};

volatile int apsis_superseded;

static void on_child(int number) { (void)number; } /* only ends pselect */

static void on_superseded(int number)
{
    (void)number;
    apsis_superseded = apsis_interrupted = 1;
}

static struct stamp stamp_of(const char *path)
{
    struct stat about;
    struct stamp stamp = {0};
    if (stat(path, &about)) return stamp;
    stamp.there = 1;
#ifdef __APPLE__
    stamp.changed = about.st_mtimespec;
#else
    stamp.changed = about.st_mtim;
#endif
    stamp.size = about.st_size;
    stamp.device = about.st_dev;
    stamp.inode = about.st_ino;
    return stamp;
}

static int same(const struct stamp *a, const struct stamp *b)
{
    return a->there == b->there && a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec && a->size == b->size &&
           a->device == b->device && a->inode == b->inode;
}

static void watch_folder(const struct watch *w, const char *path)
{
#ifdef __linux__
    if (w->notify < 0) return;
    char *folder = realpath(path, NULL), *slash = folder ? strrchr(folder, '/') : NULL; /* a link is followed to where the text is */
    if (slash) {
        slash[slash == folder] = 0;
        (void)inotify_add_watch(w->notify, folder, IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
    }
    free(folder);
    char *near = strdup(path);
    slash = near ? strrchr(near, '/') : NULL;
    if (slash) slash[slash == near] = 0;
    if (near) (void)inotify_add_watch(w->notify, slash ? near : ".", IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
    free(near);
#else
    (void)w;
    (void)path;
#endif
}

static void add(struct watch *w, const char *path, const char *name)
{
    for (size_t i = 0; i < w->count; i++)
        if (!strcmp(w->files[i].path, path)) return;
    struct watched *file = APSIS_PUSH(w->arena, w->files, w->count, w->capacity);
    *file = (struct watched){.path = apsis_arena_printf(w->arena, "%s", path), .name = apsis_arena_printf(w->arena, "%s", name)};
    watch_folder(w, path);
    file->stamp = stamp_of(path);
}

/* Adds the data files that the model names now; those of a text that does not parse as far as it does. None is dropped: a name that comes
   back costs nothing, one that was forgotten would. */
static void add_data_files(struct watch *w)
{
    if (!w->files[0].stamp.there) return;
    struct apsis_settings settings = apsis_cli_settings(w->cli);
    struct apsis_model *model = apsis_model_open(w->cli->options.file);
    const char *name, *path;
    for (size_t i = 0; apsis_model_file_at(model, &settings, i, &name, &path); i++) add(w, path, name);
    apsis_model_free(model);
}

/* The first file that is not as it was, or NULL; what was seen is kept. */
static const struct watched *changed(struct watch *w)
{
    const struct watched *found = NULL;
    for (size_t i = 0; i < w->count; i++) {
        struct stamp now = stamp_of(w->files[i].path);
        if (same(&now, &w->files[i].stamp)) continue;
        w->files[i].stamp = now;
        if (!found) found = &w->files[i];
    }
    return found;
}

/* Until something may have happened: a file event, a signal, the child's end, or so many seconds. */
static void rest(const struct watch *w, double seconds)
{
    double most = w->notify >= 0 ? 1 : 0.1; /* folders on a network, or that came later, send no events */
    if (seconds > most) seconds = most;
    struct timespec time = {.tv_nsec = (long)(1e9 * (seconds < 1 ? seconds : 0.999999999))};
    fd_set set;
    FD_ZERO(&set);
    if (w->notify >= 0) FD_SET(w->notify, &set);
    if (pselect(w->notify + 1, &set, NULL, NULL, &time, &w->open) > 0 && w->notify >= 0) {
        char events[16384];
        while (read(w->notify, events, sizeof events) > 0) continue;
    }
}

/* Takes the child's end if it has ended: 1 and its status. */
static int ended(struct watch *w, int *status)
{
    if (!w->child || waitpid(w->child, status, WNOHANG) != w->child) return 0;
    w->child = 0;
    return 1;
}

static void stop_child(struct watch *w, int by)
{
    int status;
    double start = apsis_clock_seconds();
    if (!w->child) return;
    kill(w->child, by);
    while (!ended(w, &status)) {
        if (apsis_clock_seconds() - start > PATIENCE + (by == SIGTERM ? 4 : 0)) { /* one that was told to print what it knows gets longer */
            kill(w->child, SIGKILL);
            waitpid(w->child, &status, 0);
            w->child = 0;
            return;
        }
        rest(w, 0.05);
    }
}

static int is_screen(void)
{
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

static int wants_lines(const struct apsis_cli *cli) /* else what is printed is read by a program, one object after another */
{
    return !cli->options.json && !(cli->options.format && !strcmp(cli->options.format, "json"));
}

/* "---- model.risk changed", or a clean screen */
static enum apsis_status begin_page(struct watch *w, const struct watched *cause)
{
    struct apsis_buffer out = {0};
    if (is_screen()) apsis_buffer_text(&out, "\x1b[H\x1b[2J\x1b[3J");
    else if (cause && wants_lines(w->cli)) apsis_buffer_printf(&out, "---- %s changed\n", cause->name);
    enum apsis_status status = apsis_cli_write(w->cli, &out);
    apsis_buffer_free(&out);
    return status;
}

static enum apsis_status end_page(struct watch *w, int code)
{
    struct apsis_buffer out = {0};
    if (!wants_lines(w->cli)) return APSIS_OK;
    if (is_screen()) apsis_buffer_printf(&out, "\nwatching %s", w->files[0].name);
    else apsis_buffer_printf(&out, "---- exit code %d; watching %s", code, w->files[0].name);
    for (size_t i = 1; i < w->count && i < 4; i++) apsis_buffer_printf(&out, ", %s", w->files[i].name);
    if (w->count > 4) apsis_buffer_printf(&out, " and %zu more", w->count - 4);
    apsis_buffer_text(&out, is_screen() ? "; Ctrl-C ends\n" : "\n");
    enum apsis_status status = apsis_cli_write(w->cli, &out);
    apsis_buffer_free(&out);
    return status;
}

static enum apsis_status start(struct watch *w)
{
    fflush(stdout);
    fflush(stderr);
    w->child = fork();
    if (w->child < 0) {
        w->child = 0;
        return apsis_cli_fail(w->cli, APSIS_FAILURE, "cannot start a run: %s", strerror(errno));
    }
    if (w->child) return APSIS_OK;
    if (w->notify >= 0) close(w->notify);
    signal(SIGINT, SIG_IGN); /* Ctrl-C comes through the parent, once */
    signal(SIGCHLD, SIG_DFL);
    struct sigaction action = {.sa_handler = on_superseded};
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, NULL);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    sigprocmask(SIG_SETMASK, &w->open, NULL);
    w->cli->page = apsis_page_of(STDOUT_FILENO); /* windows are resized */
    enum apsis_status status = w->cli->command->run(w->cli);
    fflush(stdout);
    fflush(stderr);
    _exit(status);
}

/* Waits until the files have rested and the model is there. NULL: interrupted. `cause`: what is known to have changed. */
static const struct watched *settled(struct watch *w, const struct watched *cause)
{
    double first = apsis_clock_seconds(), last = first;
    int told = 0;
    while (!apsis_interrupted) {
        double now = apsis_clock_seconds();
        int there = w->files[0].stamp.there;
        if (there && (now - last >= QUIET || now - first >= LATEST)) return cause;
        if (!there && !told && now - last >= PATIENCE) {
            fprintf(stderr, "apsis: %s is gone; waiting for it\n", w->files[0].name);
            told = 1;
        }
        rest(w, there ? QUIET - (now - last) : PATIENCE);
        if (changed(w)) {
            last = apsis_clock_seconds();
            if (!there) first = last;
        }
    }
    return NULL;
}

static enum apsis_status follow(struct watch *w)
{
    const struct watched *cause = NULL;
    enum apsis_status status = begin_page(w, NULL);
    for (;;) {
        if (!status) status = start(w);
        if (status) return status;
        int said = 0, code;
        do {
            rest(w, 1);
            if (apsis_interrupted) return APSIS_INTERRUPTED;
            cause = changed(w);
            if (cause || !ended(w, &said)) continue;
            if (WIFSIGNALED(said) && WTERMSIG(said) == SIGPIPE) return APSIS_FAILURE; /* nobody reads any more */
            if (WIFSIGNALED(said)) fprintf(stderr, "apsis: the run ended by signal %d (%s)\n", WTERMSIG(said), strsignal(WTERMSIG(said)));
            code = WIFEXITED(said) ? WEXITSTATUS(said) : APSIS_FAILURE;
            if ((status = end_page(w, code)) != APSIS_OK) return status;
        } while (!cause);
        stop_child(w, SIGUSR1);
        cause = settled(w, cause);
        if (!cause || apsis_interrupted) return APSIS_INTERRUPTED;
        const char *name = cause->name; /* the list may move */
        add_data_files(w);
        status = begin_page(w, &(struct watched){.name = name});
    }
}

enum apsis_status apsis_cli_watch(struct apsis_cli *cli)
{
    const struct apsis_options *options = &cli->options;
    if (!strcmp(options->file, "-")) return apsis_cli_fail(cli, APSIS_USAGE, "--watch follows a file, and - is stdin: name the model's file");
    if (options->record) return apsis_cli_fail(cli, APSIS_USAGE, "--watch runs many times, and --record is for one run: leave one of them out");
    struct watch w = {.cli = cli, .arena = apsis_arena_new(), .notify = -1};
#ifdef __linux__
    if (!getenv("APSIS_WATCH_POLL")) w.notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
#endif
    struct sigaction action = {.sa_handler = on_child};
    sigset_t held;
    sigemptyset(&action.sa_mask);
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGCHLD);
    sigprocmask(SIG_BLOCK, &held, &w.open); /* they arrive in pselect, so that none is missed between a look and a wait */
    add(&w, options->file, options->file);
    add_data_files(&w);
    enum apsis_status status;
    if (w.files[0].stamp.there) {
        status = follow(&w);
        stop_child(&w, status == APSIS_INTERRUPTED ? SIGTERM : SIGUSR1); /* Ctrl-C: a run under way prints what it knows */
    } else {
        status = cli->command->run(cli); /* says that there is no such file */
    }
    if (w.notify >= 0) close(w.notify);
    sigprocmask(SIG_SETMASK, &w.open, NULL);
    apsis_arena_free(w.arena);
    return status;
}
