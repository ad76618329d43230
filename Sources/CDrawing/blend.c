#include <math.h>
#include <string.h>

#include "CDrawing.h"
#include "layer.h"

/// Shares of red, green and blue in one of Y, Cb and Cr, and what is added, in 65536ths.
struct row {
    int red, green, blue, offset;
};

struct matrix {
    struct row luma, cb, cr;
};

static struct matrix matrix_of(const struct footpath_planes *planes) {
    double kr = planes->red_share, kb = planes->blue_share, kg = 1 - kr - kb;
    double luma = (planes->is_full_range ? 255.0 : 219.0) / 255 * 65536;
    double chroma = (planes->is_full_range ? 255.0 : 224.0) / 255 * 65536 / 2;
    int zero = (planes->is_full_range ? 0 : 16) * 65536 / 255, middle = 128 * 65536 / 255;
    struct matrix matrix = {
        {(int)lrint(kr * luma), (int)lrint(kg * luma), (int)lrint(kb * luma), zero},
        {(int)lrint(-kr / (1 - kb) * chroma), (int)lrint(-kg / (1 - kb) * chroma), (int)lrint(chroma), middle},
        {(int)lrint(chroma), (int)lrint(-kg / (1 - kr) * chroma), (int)lrint(-kb / (1 - kr) * chroma), middle},
    };
    return matrix;
}

/// Colours are premultiplied, so what is added is in proportion to alpha; sums of `count` pixels of a layer.
static inline int mix(const struct row *row, int alpha, int red, int green, int blue, int below, int count) {
    int above = row->red * red + row->green * green + row->blue * blue + row->offset * alpha;
    // 65536 / 255, the mean of `count`.
    int value = (above / count + (255 * count - alpha) * 257 / count * below + 32768) >> 16;
    return value < 0 ? 0 : value > 255 ? 255 : value;
}

/// Of an even width. Most pixels of a tile are clear: lines are thin.
static void blend_luma(const struct matrix *m, const uint32_t *pixels, uint8_t *luma, int width) {
    for (int pair = 0; pair < width; pair += 2) {
        if (!(pixels[pair] | pixels[pair + 1])) continue;
        for (int x = pair; x < pair + 2; x++) {
            uint32_t p = pixels[x];
            luma[x] = (uint8_t)mix(&m->luma, (int)(p >> 24), p >> 16 & 255, p >> 8 & 255, p & 255, luma[x], 1);
        }
    }
}

static void blend_chroma(
    const struct matrix *m, const uint32_t *pixels, int stride, uint8_t *blue, uint8_t *red, int width) {
    for (int x = 0; x < width; x++) {
        const uint32_t *p = pixels + 2 * x;
        uint32_t a = p[0], b = p[1], c = p[stride], d = p[stride + 1];
        if (!(a | b | c | d)) continue;
        int alpha = (int)((a >> 24) + (b >> 24) + (c >> 24) + (d >> 24));
        int r = (int)((a >> 16 & 255) + (b >> 16 & 255) + (c >> 16 & 255) + (d >> 16 & 255));
        int g = (int)((a >> 8 & 255) + (b >> 8 & 255) + (c >> 8 & 255) + (d >> 8 & 255));
        int l = (int)((a & 255) + (b & 255) + (c & 255) + (d & 255));
        blue[x] = (uint8_t)mix(&m->cb, alpha, r, g, l, blue[x], 4);
        red[x] = (uint8_t)mix(&m->cr, alpha, r, g, l, red[x], 4);
    }
}

/// Whether nothing is drawn on a row of a tile: on most rows of most tiles there isn't.
static inline int is_clear(const uint32_t *pixels) {
    uint32_t all = 0;
    for (int x = 0; x < TILE; x++) all |= pixels[x];
    return all == 0;
}

static int least(int one, int other) { return one < other ? one : other; }

void footpath_layer_blend(const struct footpath_layer *layer, const struct footpath_planes *planes) {
    cairo_surface_flush(layer->surface);
    struct matrix m = matrix_of(planes);
    int width = least(layer->width, planes->width), height = least(layer->height, planes->height);
    for (int tile = 0; tile < layer->columns * layer->rows; tile++) {
        if (!layer->touched[tile]) continue;
        int x = tile % layer->columns * TILE, y = tile / layer->columns * TILE;
        int columns = least(TILE, width - x), rows = least(TILE, height - y);
        const uint32_t *pixels = layer->pixels + (size_t)y * layer->stride + x;
        for (int row = 0; row < rows; row += 2, pixels += (size_t)2 * layer->stride) {
            int is_upper_clear = is_clear(pixels), is_lower_clear = is_clear(pixels + layer->stride);
            if (is_upper_clear && is_lower_clear) continue;
            uint8_t *luma = planes->luma + (y + row) * planes->luma_stride + x;
            if (!is_upper_clear) blend_luma(&m, pixels, luma, columns);
            if (!is_lower_clear) blend_luma(&m, pixels + layer->stride, luma + planes->luma_stride, columns);
            blend_chroma(
                &m, pixels, layer->stride, planes->blue + (y + row) / 2 * planes->blue_stride + x / 2,
                planes->red + (y + row) / 2 * planes->red_stride + x / 2, columns / 2);
        }
    }
}

void footpath_layer_blend_pixels(const struct footpath_layer *layer, uint8_t *target, int width, int height) {
    cairo_surface_flush(layer->surface);
    int most_columns = least(layer->width, width), most_rows = least(layer->height, height);
    for (int tile = 0; tile < layer->columns * layer->rows; tile++) {
        if (!layer->touched[tile]) continue;
        int x = tile % layer->columns * TILE, y = tile / layer->columns * TILE;
        int columns = least(TILE, most_columns - x), rows = least(TILE, most_rows - y);
        for (int row = 0; row < rows; row++) {
            const uint32_t *pixels = layer->pixels + (size_t)(y + row) * layer->stride + x;
            uint8_t *bytes = target + ((size_t)(y + row) * (size_t)width + (size_t)x) * 3;
            for (int column = 0; column < columns; column++, bytes += 3) {
                uint32_t p = pixels[column];
                uint32_t rest = 255 - (p >> 24);
                bytes[0] = (uint8_t)((p >> 16 & 255) + (bytes[0] * rest + 127) / 255);
                bytes[1] = (uint8_t)((p >> 8 & 255) + (bytes[1] * rest + 127) / 255);
                bytes[2] = (uint8_t)((p & 255) + (bytes[2] * rest + 127) / 255);
            }
        }
    }
}

void footpath_planes_blacken(const struct footpath_planes *planes, const int32_t *runs, size_t count) {
    int black = planes->is_full_range ? 0 : 16;
    for (size_t index = 0; index < count; index++) {
        int y = runs[3 * index], from = runs[3 * index + 1], to = runs[3 * index + 2];
        if (from < 0) from = 0;
        if (to > planes->width) to = planes->width;
        if (y < 0 || y >= planes->height || from >= to) continue;
        memset(planes->luma + y * planes->luma_stride + from, black, (size_t)(to - from));
        // Four pixels share their chroma: it goes with the first that is black.
        memset(planes->blue + y / 2 * planes->blue_stride + from / 2, 128, (size_t)((to + 1) / 2 - from / 2));
        memset(planes->red + y / 2 * planes->red_stride + from / 2, 128, (size_t)((to + 1) / 2 - from / 2));
    }
}

void footpath_pixels_blacken(uint8_t *bytes, int width, int height, const int32_t *runs, size_t count) {
    for (size_t index = 0; index < count; index++) {
        int y = runs[3 * index], from = runs[3 * index + 1], to = runs[3 * index + 2];
        if (from < 0) from = 0;
        if (to > width) to = width;
        if (y < 0 || y >= height || from >= to) continue;
        memset(bytes + ((size_t)y * (size_t)width + (size_t)from) * 3, 0, (size_t)(to - from) * 3);
    }
}
