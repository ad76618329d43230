// Swift's Glibc module leaves out what only _GNU_SOURCE declares.
#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

extern char **environ;

static int start(char *const arguments[], pid_t *process, int child_input, int child_output) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, child_input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, child_output, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    int code = posix_spawn(process, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

int footpath_spawn(char *const arguments[], pid_t *process, int *input, int *output) {
    int to_child[2], from_child[2];
    if (pipe2(to_child, O_CLOEXEC)) return errno;
    if (pipe2(from_child, O_CLOEXEC)) {
        int code = errno;
        close(to_child[0]);
        close(to_child[1]);
        return code;
    }
    // A picture takes fewer wake-ups of both ends than with 64 KiB; where the system refuses, those do.
    (void)fcntl(from_child[0], F_SETPIPE_SZ, 1 << 20);
    int code = start(arguments, process, to_child[0], from_child[1]);
    close(to_child[0]);
    close(from_child[1]);
    if (code) {
        close(to_child[1]);
        close(from_child[0]);
        return code;
    }
    *input = to_child[1];
    *output = from_child[0];
    return 0;
}
