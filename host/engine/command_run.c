/* command_run.c - another program, run with a time limit, its talk kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "host/engine/command_run.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/support/block.h"
#include "host/support/escape.h"

#define LOG_MOST ((size_t)16 << 20)
#define PIECE ((size_t)1 << 16)

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Above the three standard ones, which the child gets anew: they may be closed here. */
static int raised(int file)
{
    int high = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, 3);
    if (file >= 0) close(file);
    return high;
}

/* The program's process and group, or an errno. What it prints comes out of *talk. */
static int start(const struct apsis_command *command, pid_t *child, int *talk)
{
    int ends[2], fault;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, some;
    struct apsis_buffer words[3] = {{0}, {0}, {0}};
    const char *path = getenv("PATH"), *home = getenv("HOME");
    apsis_buffer_text(&words[0], "PATH=");
    apsis_buffer_text(&words[0], path && *path ? path : "/usr/bin:/bin");
    apsis_buffer_text(&words[1], "TMPDIR=");
    apsis_buffer_text(&words[1], command->folder);
    apsis_buffer_text(&words[2], "HOME=");
    apsis_buffer_text(&words[2], home && *home ? home : command->folder);
    if (pipe2(ends, O_CLOEXEC) != 0) {
        fault = errno;
        goto out;
    }
    ends[0] = raised(ends[0]), ends[1] = raised(ends[1]);
    if (ends[0] < 0 || ends[1] < 0) {
        close(ends[0]), close(ends[1]);
        fault = EMFILE;
        goto out;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    sigemptyset(&none);
    sigemptyset(&some);
    for (const int *s = (const int[]){SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGXFSZ, 0}; *s; s++) sigaddset(&some, *s);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0); /* a group of its own: killed as a whole, and not by the terminal's ^C */
    posix_spawnattr_setsigdefault(&attributes, &some);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_init(&actions);
    fault = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!fault) fault = posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    if (!fault) fault = posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    if (!fault) fault = posix_spawn_file_actions_addchdir_np(&actions, command->folder);
    char *environment[] = {words[0].text, words[1].text, words[2].text, (char[]){"LANG=C"}, (char[]){"LC_ALL=C"}, NULL};
    if (!fault) fault = posix_spawn(child, command->arguments[0], &actions, &attributes, (char *const *)command->arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    *talk = ends[0];
    if (fault) close(ends[0]);
out:
    for (int i = 0; i < 3; i++) apsis_buffer_free(&words[i]);
    return fault;
}

/* What must not be left behind when memory runs out. */
struct child {
    pid_t number; /* 0: it was reaped */
    int talk;
    char *bytes; /* room for what it says */
};

static void reap(pid_t child)
{
    kill(-child, SIGKILL); /* with all that it left running */
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
}

static void stop(void *context)
{
    const struct child *child = context;
    siginfo_t state;
    if (child->number && waitid(P_PID, (id_t)child->number, &state, WEXITED | WNOHANG | WNOWAIT) == 0) reap(child->number);
    close(child->talk);
}

/* All that is there now. 0 at the end. */
static int listen_to(const struct child *child, struct apsis_buffer *log, size_t most, size_t *lost)
{
    int open = 1;
    while (open) {
        ssize_t n = read(child->talk, child->bytes, PIECE);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) break;
        if (n == 0) open = 0;
        size_t room = log->length < most ? most - log->length : 0, kept = (size_t)n < room ? (size_t)n : room;
        apsis_buffer_add(log, child->bytes, kept);
        *lost += (size_t)n - kept;
        if (n < (ssize_t)PIECE && open) break; /* back to looking at the clock */
    }
    return open;
}

enum apsis_status apsis_command_run(const struct apsis_command *command, struct apsis_buffer *log)
{
    struct child child = {0, -1, NULL};
    int heard = 1, stopped = 0;
    size_t lost = 0, most = log->length + LOG_MOST;
    double end = command->seconds_limit > 0 ? now() + command->seconds_limit : 0;
    if (command->cancel && *command->cancel) return APSIS_INTERRUPTED;
    child.bytes = apsis_malloc(PIECE);
    int fault = start(command, &child.number, &child.talk);
    if (fault) {
        apsis_block_free(child.bytes);
        apsis_buffer_printf(log, "%s: cannot be run: %s\n", command->arguments[0], strerror(fault));
        return APSIS_FAILURE;
    }
    struct apsis_cleanup cleanup;
    apsis_escape_defer(&cleanup, stop, &child);
    siginfo_t state;
    for (int ended = 0; !ended;) {
        struct pollfd waited = {.fd = heard ? child.talk : -1, .events = POLLIN};
        poll(&waited, 1, heard ? 20 : 1);
        if (heard) heard = listen_to(&child, log, most, &lost);
        memset(&state, 0, sizeof state);
        /* Left unreaped until its group is killed: so long the number cannot become another's. A fault is no such child: someone
           else takes the states of all children of this process; then the files tell how it went. */
        ended = waitid(P_PID, (id_t)child.number, &state, WEXITED | WNOHANG | WNOWAIT) != 0 ? errno != EINTR : state.si_pid == child.number;
        if (ended || stopped) continue;
        if (command->cancel && *command->cancel) stopped = 1;
        else if (end > 0 && now() > end) stopped = 2;
        if (stopped) kill(-child.number, SIGKILL);
    }
    int own = state.si_pid == child.number;
    if (own) reap(child.number);
    child.number = 0;
    if (heard) listen_to(&child, log, most, &lost); /* not to the end: what left the group may hold it open for ever */
    apsis_escape_drop(&cleanup);
    close(child.talk);
    apsis_block_free(child.bytes);
    if (lost) apsis_buffer_printf(log, "\n... and %zu bytes more\n", lost);
    if (stopped == 1) return APSIS_INTERRUPTED;
    if (stopped == 2) {
        apsis_buffer_printf(log, "%s: killed after %g seconds\n", command->arguments[0], command->seconds_limit);
        return APSIS_FAILURE;
    }
    if (own && (state.si_code != CLD_EXITED || state.si_status != 0)) {
        apsis_buffer_printf(log, "%s: ended with %s %d\n", command->arguments[0], state.si_code == CLD_EXITED ? "code" : "signal", state.si_status);
        return APSIS_FAILURE;
    }
    return APSIS_OK;
}

char *apsis_private_folder(struct apsis_buffer *log)
{
    const char *places[] = {getenv("TMPDIR"), "/tmp"};
    int fault = 0;
    for (int i = 0; i < 2; i++) {
        if (!places[i] || places[i][0] != '/') continue;
        struct apsis_buffer path = {0};
        apsis_buffer_printf(&path, "%s/apsis-XXXXXX", places[i]);
        if (mkdtemp(path.text)) return path.text;
        fault = errno;
        apsis_buffer_free(&path);
    }
    apsis_buffer_printf(log, "no temporary folder: neither $TMPDIR nor /tmp serves: %s\n", strerror(fault));
    return NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    remove(path);
    return 0;
}

void apsis_private_folder_remove(char *folder)
{
    if (folder) nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    apsis_block_free(folder);
}

int apsis_private_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    struct apsis_buffer path = {0};
    apsis_buffer_printf(&path, "%s/%s", folder, name);
    int file = open(path.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), good = file >= 0;
    int fault = errno;
    for (const char *at = bytes; good && size;) {
        ssize_t n = write(file, at, size);
        if (n < 0 && errno != EINTR) good = 0, fault = errno;
        if (n > 0) at += n, size -= (size_t)n;
    }
    if (file >= 0 && close(file) != 0 && good) good = 0, fault = errno;
    apsis_buffer_free(&path);
    errno = fault;
    return good;
}
