// Swift's Glibc module leaves out what only _GNU_SOURCE declares.
#define _GNU_SOURCE
#include "CProcess.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

// Swift's own report of a crash takes many seconds, in which nobody sees that the process is gone.
static char **environment_without_backtraces(void) {
    static char setting[] = "SWIFT_BACKTRACE=enable=no";
    size_t count = 0, kept = 0;
    while (environ[count]) count++;
    char **copy = malloc((count + 2) * sizeof *copy);
    if (!copy) return NULL;
    for (size_t index = 0; index < count; index++)
        if (strncmp(environ[index], setting, sizeof "SWIFT_BACKTRACE=" - 1)) copy[kept++] = environ[index];
    copy[kept++] = setting;
    copy[kept] = NULL;
    return copy;
}

static int start(const char *path, char *const arguments[], pid_t *process, int child_input, int child_output) {
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
    char **environment = environment_without_backtraces();
    int code = environment ? posix_spawn(process, path, &actions, &attributes, arguments, environment) : ENOMEM;
    free(environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

int footpath_spawn(const char *path, char *const arguments[], pid_t *process, int *input, int *output) {
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
    int code = start(path, arguments, process, to_child[0], from_child[1]);
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

int footpath_notify(const char *path, const char *message) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length < 2 || length >= sizeof address.sun_path) return EINVAL;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = 0;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    ssize_t sent = sendto(
        descriptor, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, size);
    int code = sent < 0 ? errno : 0;
    close(descriptor);
    return code;
}

int64_t footpath_monotonic_microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

void *footpath_folder_open(const char *path) { return opendir(path); }

const char *footpath_folder_next(void *folder, struct footpath_entry *entry) {
    struct stat status;
    struct dirent *found;
    do {
        errno = 0;
        found = readdir(folder);
        if (!found) return NULL;
        // What is gone by now isn't there.
    } while (!strcmp(found->d_name, ".") || !strcmp(found->d_name, "..")
             || fstatat(dirfd(folder), found->d_name, &status, AT_SYMLINK_NOFOLLOW));
    entry->kind = S_ISREG(status.st_mode)   ? FOOTPATH_FILE
                  : S_ISDIR(status.st_mode) ? FOOTPATH_FOLDER
                  : S_ISLNK(status.st_mode) ? FOOTPATH_LINK
                                            : FOOTPATH_OTHER;
    entry->size = status.st_size;
    entry->changed = (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
    return found->d_name;
}

void footpath_folder_close(void *folder) { closedir(folder); }

bool footpath_is_being_written(const char *path) {
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return false;
    // Should somebody open the file while the lease is held, the kernel tells so by this signal, which does nothing.
    (void)fcntl(descriptor, F_SETSIG, SIGURG);
    bool is_written = fcntl(descriptor, F_SETLEASE, F_RDLCK) && errno == EAGAIN;
    if (!is_written) (void)fcntl(descriptor, F_SETLEASE, F_UNLCK);
    close(descriptor);
    return is_written;
}
