// Swift's Glibc module leaves out what only _GNU_SOURCE declares.
#define _GNU_SOURCE
#include "CProcess.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int begins_with(const char *text, const char *beginning) {
    return !strncmp(text, beginning, strlen(beginning));
}

// Where all cameras' secrets are, what the daemon remembers, and how to speak for it are nothing to a camera's process.
static int is_of_daemon_alone(const char *variable) {
    static const char *const names[] = {
        "SWIFT_BACKTRACE=", "CREDENTIALS_DIRECTORY=", "STATE_DIRECTORY=", "LOGS_DIRECTORY=", "CONFIGURATION_DIRECTORY=",
        "RUNTIME_DIRECTORY=", "NOTIFY_SOCKET=", "WATCHDOG_"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++)
        if (begins_with(variable, names[index])) return 1;
    return 0;
}

static char **environment_of_child(void) {
    // Swift's own report of a crash takes many seconds, in which nobody sees that the process is gone.
    static char setting[] = "SWIFT_BACKTRACE=enable=no";
    size_t count = 0, kept = 0;
    while (environ[count]) count++;
    char **copy = malloc((count + 2) * sizeof *copy);
    if (!copy) return NULL;
    for (size_t index = 0; index < count; index++)
        if (!is_of_daemon_alone(environ[index])) copy[kept++] = environ[index];
    copy[kept++] = setting;
    copy[kept] = NULL;
    return copy;
}

static int start(const char *path, char *const arguments[], int shared, int file, pid_t *process, int child_input,
                 int child_output) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, child_input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, child_output, STDOUT_FILENO);
    if (shared >= 0) posix_spawn_file_actions_adddup2(&actions, shared, FOOTPATH_SHARED_DESCRIPTOR);
    if (file >= 0) posix_spawn_file_actions_adddup2(&actions, file, FOOTPATH_FILE_DESCRIPTOR);
    if (shared < 0 && file >= 0) posix_spawn_file_actions_addclose(&actions, FOOTPATH_SHARED_DESCRIPTOR);
    int kept = file >= 0 ? FOOTPATH_FILE_DESCRIPTOR : shared >= 0 ? FOOTPATH_SHARED_DESCRIPTOR : STDERR_FILENO;
    posix_spawn_file_actions_addclosefrom_np(&actions, kept + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    char **environment = environment_of_child();
    int code = environment ? posix_spawn(process, path, &actions, &attributes, arguments, environment) : ENOMEM;
    free(environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

int footpath_spawn(
    const char *path, char *const arguments[], int shared, int file, pid_t *process, int *input, int *output) {
    int to_child[2], from_child[2];
    if (pipe2(to_child, O_CLOEXEC)) return errno;
    if (pipe2(from_child, O_CLOEXEC)) {
        int code = errno;
        close(to_child[0]);
        close(to_child[1]);
        return code;
    }
    int code = start(path, arguments, shared, file, process, to_child[0], from_child[1]);
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

int footpath_open_process(pid_t process, int *descriptor) {
    long result = syscall(SYS_pidfd_open, process, 0);
    if (result < 0) return errno;
    *descriptor = (int)result;
    return 0;
}

int footpath_signal_process(int descriptor, int signal) {
    return syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0) ? errno : 0;
}

int footpath_shared_memory(int64_t size) {
    int made = memfd_create("footpath pictures", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (made < 0) return -1;
    // Above the descriptors that footpath_spawn puts others in the place of.
    int descriptor = fcntl(made, F_DUPFD_CLOEXEC, FOOTPATH_FILE_DESCRIPTOR + 1);
    close(made);
    if (descriptor < 0) return -1;
    if (ftruncate(descriptor, size) ||
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
        close(descriptor);
        return -1;
    }
    return descriptor;
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

// libgcrypt, which FFmpeg brings along by way of libssh, warns on standard error that its memory can't be locked, in every
// process. Libraries set themselves up before main, and only what stands here runs before them.
static void silence_gcrypt(void) {
    static const int disable_secmem_warn = 27;
    int (*control)(int, ...) = (int (*)(int, ...))dlsym(RTLD_DEFAULT, "gcry_control");
    if (control) control(disable_secmem_warn, 0);
}
__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(void) = silence_gcrypt;
