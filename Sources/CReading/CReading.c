#include "CReading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { NO_FLAW = 0, CUT_SHORT = 1, DAMAGED = 2 };

struct footpath_input {
    int descriptor;
    enum { UNKNOWN, PLAIN, GZIP } kind;
    int flaw;
    // Whether the last member of a gzip file is complete, so that the file may end here.
    int between_members;
    z_stream inflater;
    size_t start, end;
    unsigned char bytes[128 * 1024];
};

footpath_input *footpath_input_open(int descriptor) {
    footpath_input *input = calloc(1, sizeof *input);
    if (input) input->descriptor = descriptor;
    return input;
}

void footpath_input_close(footpath_input *input) {
    if (!input) return;
    if (input->kind == GZIP) inflateEnd(&input->inflater);
    close(input->descriptor);
    free(input);
}

int footpath_input_flaw(const footpath_input *input) {
    return input->flaw;
}

static int64_t read_some(int descriptor, void *bytes, size_t room) {
    for (;;) {
        ssize_t count = read(descriptor, bytes, room);
        if (count >= 0) return count;
        if (errno != EINTR) return -errno;
    }
}

/// Makes sure that `wanted` bytes are buffered, as far as there are so many. Returns 0 or a negative errno.
static int64_t fill(footpath_input *input, size_t wanted) {
    if (input->start == input->end) input->start = input->end = 0;
    while (input->end - input->start < wanted) {
        int64_t count =
            read_some(input->descriptor, input->bytes + input->end, sizeof input->bytes - input->end);
        if (count < 0) return count;
        if (count == 0) break;
        input->end += (size_t)count;
    }
    return 0;
}

static int64_t find_kind(footpath_input *input) {
    int64_t code = fill(input, 2);
    if (code < 0) return code;
    int is_gzip = input->end >= 2 && input->bytes[0] == 0x1f && input->bytes[1] == 0x8b;
    // 16: gzip's header and trailer, with its checksum.
    if (is_gzip && inflateInit2(&input->inflater, 15 + 16) != Z_OK) return -ENOMEM;
    input->kind = is_gzip ? GZIP : PLAIN;
    return 0;
}

static int64_t inflate_some(footpath_input *input, uint8_t *bytes, uint32_t room) {
    z_stream *inflater = &input->inflater;
    inflater->next_out = bytes;
    inflater->avail_out = room;
    while (inflater->avail_out == room && !input->flaw) {
        int64_t code = fill(input, 1);
        if (code < 0) return code;
        if (input->start == input->end) {
            if (!input->between_members) input->flaw = CUT_SHORT;
            break;
        }
        if (input->between_members) {
            // Zeros may follow, to fill a block of a tape; anything else but a member is damage.
            if (input->bytes[input->start] == 0) {
                input->start++;
                continue;
            }
            inflateReset(inflater);
            input->between_members = 0;
        }
        inflater->next_in = input->bytes + input->start;
        inflater->avail_in = (unsigned)(input->end - input->start);
        int result = inflate(inflater, Z_NO_FLUSH);
        input->start = input->end - inflater->avail_in;
        if (result == Z_STREAM_END) {
            input->between_members = 1;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            input->flaw = DAMAGED;
        }
    }
    return room - inflater->avail_out;
}

int64_t footpath_input_read(footpath_input *input, uint8_t *bytes, int64_t room) {
    if (input->kind == UNKNOWN) {
        int64_t code = find_kind(input);
        if (code < 0) return code;
    }
    if (input->kind == GZIP) return inflate_some(input, bytes, room > INT32_MAX ? INT32_MAX : (uint32_t)room);
    size_t buffered = input->end - input->start;
    if (buffered == 0) return read_some(input->descriptor, bytes, (size_t)room);
    if (buffered > (size_t)room) buffered = (size_t)room;
    memcpy(bytes, input->bytes + input->start, buffered);
    input->start += buffered;
    return (int64_t)buffered;
}

ptrdiff_t footpath_newline(const uint8_t *bytes, ptrdiff_t start, ptrdiff_t end) {
    const uint8_t *newline = start < end ? memchr(bytes + start, '\n', (size_t)(end - start)) : NULL;
    return newline ? newline - bytes : end;
}
