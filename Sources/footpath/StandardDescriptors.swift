import Glibc

/// Descriptors 0, 1 and 2, which are every program's standard input, output and error.
enum StandardDescriptors {
    /// Puts something in the place of those that are closed, lest the next file that is opened gets their number and what is
    /// meant for people or readers lands in it. Reading or writing it fails, as it should.
    static func occupy() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is the next one's.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
