#include "COpenVINO.h"

// Compiled for each kind of processor: with the instructions that all have, it takes several times as long.
#if defined(__x86_64__) && defined(__gnu_linux__)
__attribute__((target_clones("avx512vbmi", "avx2", "default")))
#endif
void footpath_split_planes(uint8_t *restrict planes, const uint8_t *restrict pixels, size_t count) {
    for (size_t pixel = 0; pixel < count; pixel++) {
        planes[pixel] = pixels[3 * pixel];
        planes[count + pixel] = pixels[3 * pixel + 1];
        planes[2 * count + pixel] = pixels[3 * pixel + 2];
    }
}
