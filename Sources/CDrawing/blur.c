#include <stdint.h>
#include <stdlib.h>

#include "CDrawing.h"

/// One channel of a picture.
struct channel {
    uint8_t *bytes;
    ptrdiff_t stride;
    /// Bytes from pixel to pixel.
    int step;
    int width, height;
};

/// Pixels of a channel: from left to right, and from top to bottom, the ends not among them.
struct part {
    int left, right, top, bottom;
};

static int least(int one, int other) { return one < other ? one : other; }
static int most(int one, int other) { return one > other ? one : other; }

/// The mean of a cell as far as it is in the picture. Of large cells every second row counts.
static int mean(const struct channel *c, int column, int row, int cell) {
    int left = column * cell, right = least(left + cell, c->width);
    int top = row * cell, bottom = least(top + cell, c->height);
    int skip = cell >= 16 ? 2 : 1, count = 0;
    uint32_t sum = 0;
    for (int y = top; y < bottom; y += skip, count += right - left) {
        const uint8_t *bytes = c->bytes + y * c->stride + (ptrdiff_t)left * c->step;
        if (c->step == 1) {
            for (int x = 0; x < right - left; x++) sum += bytes[x];
        } else {
            for (int x = 0; x < right - left; x++) sum += bytes[x * c->step];
        }
    }
    return count > 0 ? (int)((sum + (uint32_t)count / 2) / (uint32_t)count) : 0;
}

/// The last cell whose middle isn't behind a pixel, -1 where there is none, and how far it is to the next one's, 0...256.
static int cell_before(int pixel, int cell, int *share) {
    // In halves of pixels; a cell more keeps the division from rounding upwards.
    int twice = 2 * pixel + 1 - cell + 2 * cell;
    *share = twice % (2 * cell) * 128 / cell;
    return twice / (2 * cell) - 1;
}

/// Where a pixel of a part lies between two cells, counted from the part's first; the same in all rows.
struct between {
    uint16_t one, other, share;
};

static void place(const struct part *part, int cell, struct between *places) {
    int first = part->left / cell, last = (part->right - 1) / cell;
    for (int pixel = part->left; pixel < part->right; pixel++) {
        int share, column = cell_before(pixel, cell, &share);
        places[pixel - part->left] = (struct between){
            (uint16_t)(most(column, first) - first), (uint16_t)(least(column + 1, last) - first), (uint16_t)share};
    }
}

/// A row of cells, from one middle to the next, for every pixel of a part; in 256ths.
static void widen(
    const struct channel *c, const struct part *part, int row, int cell, const struct between *places, int *means,
    uint16_t *wide) {
    int first = part->left / cell, last = (part->right - 1) / cell;
    for (int column = first; column <= last; column++) means[column - first] = mean(c, column, row, cell);
    for (int x = 0; x < part->right - part->left; x++) {
        int share = places[x].share;
        wide[x] = (uint16_t)(means[places[x].one] * (256 - share) + means[places[x].other] * share);
    }
}

static void join(const uint16_t *above, const uint16_t *below, uint32_t share, uint8_t *bytes, int step, int count) {
    if (step == 1) {
        for (int x = 0; x < count; x++)
            bytes[x] = (uint8_t)((above[x] * (256 - share) + below[x] * share + 32768) >> 16);
    } else {
        for (int x = 0; x < count; x++)
            bytes[x * step] = (uint8_t)((above[x] * (256 - share) + below[x] * share + 32768) >> 16);
    }
}

static void blur(const struct channel *c, int x, int y, int width, int height, int cell) {
    struct part part = {
        .left = most(x, 0), .right = least(x + width, c->width), .top = most(y, 0), .bottom = least(y + height, c->height)};
    if (part.left >= part.right || part.top >= part.bottom || cell < 1) return;
    int count = part.right - part.left, first = part.top / cell, last = (part.bottom - 1) / cell;
    // All rows of cells before any is overwritten.
    uint16_t *rows = malloc((size_t)count * (size_t)(last - first + 1) * sizeof *rows);
    int *means = malloc((size_t)(count / cell + 2) * sizeof *means);
    struct between *places = malloc((size_t)count * sizeof *places);
    if (rows && means && places) {
        place(&part, cell, places);
        for (int row = first; row <= last; row++)
            widen(c, &part, row, cell, places, means, rows + (size_t)(row - first) * (size_t)count);
    }
    for (int line = part.top; line < part.bottom; line++) {
        uint8_t *bytes = c->bytes + line * c->stride + (ptrdiff_t)part.left * c->step;
        if (!rows || !means || !places) {
            // Whoever can't be blurred isn't to be seen either.
            for (int pixel = 0; pixel < count; pixel++) bytes[pixel * c->step] = 128;
            continue;
        }
        int share, row = cell_before(line, cell, &share);
        const uint16_t *above = rows + (size_t)(most(row, first) - first) * (size_t)count;
        const uint16_t *below = rows + (size_t)(least(row + 1, last) - first) * (size_t)count;
        join(above, below, (uint32_t)share, bytes, c->step, count);
    }
    free(rows);
    free(means);
    free(places);
}

void footpath_planes_blur(const struct footpath_planes *p, int x, int y, int width, int height, int cell) {
    // The same cells in chroma; a part that begins between two of its pixels takes in both.
    cell = (most(cell, 2) + 1) / 2 * 2;
    const struct channel luma = {p->luma, p->luma_stride, 1, p->width, p->height};
    const struct channel blue = {p->blue, p->blue_stride, 1, p->width / 2, p->height / 2};
    const struct channel red = {p->red, p->red_stride, 1, p->width / 2, p->height / 2};
    int left = x >> 1, top = y >> 1, right = (x + width + 1) >> 1, bottom = (y + height + 1) >> 1;
    blur(&luma, x, y, width, height, cell);
    blur(&blue, left, top, right - left, bottom - top, cell / 2);
    blur(&red, left, top, right - left, bottom - top, cell / 2);
}

void footpath_pixels_blur(
    uint8_t *bytes, int picture_width, int picture_height, int x, int y, int width, int height, int cell) {
    for (int index = 0; index < 3; index++) {
        const struct channel channel = {bytes + index, (ptrdiff_t)3 * picture_width, 3, picture_width, picture_height};
        blur(&channel, x, y, width, height, most(cell, 1));
    }
}
