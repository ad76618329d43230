// environ is outside of the standard that Swift's C compiler takes by default.
#define _GNU_SOURCE
#include "Processor.h"

#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>

static void describe_instructions(FILE *file) {
    static const unsigned leaves[][2] = {{0, 0}, {1, 0}, {7, 0}, {7, 1}, {7, 2}, {0x19, 0}, {0x24, 0}, {0x80000001, 0}};
    unsigned has_xgetbv = 0;
    for (size_t index = 0; index < sizeof leaves / sizeof *leaves; index++) {
        unsigned a = 0, b = 0, c = 0, d = 0;
        (void)__get_cpuid_count(leaves[index][0], leaves[index][1], &a, &b, &c, &d);
        if (leaves[index][0] == 1) {
            // The number of the core that is asked.
            b = 0;
            has_xgetbv = c & bit_OSXSAVE;
        }
        fprintf(file, " %x.%x=%x,%x,%x,%x", leaves[index][0], leaves[index][1], a, b, c, d);
    }
    if (!has_xgetbv) return;
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    fprintf(file, " xcr0=%x,%x", low, high);
}
#else
static void describe_instructions(FILE *file) {
    fprintf(file, " hwcap=%lx,%lx", getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
}
#endif

void describe_processor(FILE *file) {
    describe_instructions(file);
    static const char *const names[] = {"ONEDNN_", "DNNL_", "OV_", "OPENVINO_"};
    for (char **variable = environ; variable && *variable; variable++)
        for (size_t index = 0; index < sizeof names / sizeof *names; index++)
            if (strncmp(*variable, names[index], strlen(names[index])) == 0) fprintf(file, " %s", *variable);
}
