#pragma once

#include <stddef.h>
#include <stdint.h>

// Drawing on pictures: a transparent layer that Cairo draws on and Pango writes on, and what brings it into a picture. A
// layer remembers which tiles were touched, so that clearing and blending cost what is drawn and not what the picture
// measures. Places are pixels, origin top left. Nothing here is shared between threads.

/// 8-bit YUV 4:2:0 in memory: luma of `width` by `height`, both even, chroma of half of it.
struct footpath_planes {
    uint8_t *luma, *blue, *red;
    ptrdiff_t luma_stride, blue_stride, red_stride;
    int width, height;
    /// Share of red and of blue in luma (ITU-T H.273): 0.299 and 0.114 for BT.601, 0.2126 and 0.0722 for BT.709.
    double red_share, blue_share;
    int is_full_range;
};

/// 0...1 each; not premultiplied.
struct footpath_color {
    double red, green, blue, alpha;
};

/// Pixels along a side of what a layer takes as one: H.264's macroblock; even, as chroma has it.
enum { FOOTPATH_TILE = 16 };

struct footpath_layer;
struct footpath_type;
struct footpath_label;

/// An empty layer, or NULL where there is no memory, or the size is beyond Cairo's (32767).
struct footpath_layer *footpath_layer_make(int width, int height);
void footpath_layer_free(struct footpath_layer *layer);
/// Makes what was drawn transparent again.
void footpath_layer_clear(struct footpath_layer *layer);

/// Whether something may have been drawn on a tile of the layer; they are counted from 0, left to right and downwards.
int footpath_layer_is_touched(const struct footpath_layer *layer, int column, int row);

/// Strokes a line through `count` points, `x` and `y` in turn, with round ends; `dash` pixels on and off, or 0.
void footpath_layer_stroke(
    struct footpath_layer *layer, const double *points, int count, int is_closed, double width, double dash,
    struct footpath_color color);
/// Strokes rectangles, each `left, top, width, height`, along the middle of their edges.
void footpath_layer_outline(
    struct footpath_layer *layer, double left, double top, double width, double height, double thickness, double dash,
    struct footpath_color color);
/// Fills squares of `side` pixels around `count` points.
void footpath_layer_dots(
    struct footpath_layer *layer, const double *points, int count, double side, struct footpath_color color);
/// Fills a polygon.
void footpath_layer_fill(
    struct footpath_layer *layer, const double *points, int count, struct footpath_color color);
/// Puts a label's top left corner to a whole pixel.
void footpath_layer_put(struct footpath_layer *layer, const struct footpath_label *label, int x, int y);

void footpath_layer_blend(const struct footpath_layer *layer, const struct footpath_planes *planes);
/// `bytes` are three a pixel, red first, rows without padding.
void footpath_layer_blend_pixels(const struct footpath_layer *layer, uint8_t *bytes, int width, int height);

/// A typeface of `height` pixels, or NULL where there is no memory.
struct footpath_type *footpath_type_make(double height);
void footpath_type_free(struct footpath_type *type);
/// Whether there is any font on this machine.
int footpath_type_has_font(const struct footpath_type *type);

/// `length` bytes of UTF-8 on a ground, in one line, cut off with an ellipsis beyond `most` pixels; NULL without memory.
struct footpath_label *footpath_label_make(
    const struct footpath_type *type, const char *text, int length, int most, struct footpath_color ink,
    struct footpath_color ground);
void footpath_label_free(struct footpath_label *label);
int footpath_label_width(const struct footpath_label *label);
int footpath_label_height(const struct footpath_label *label);

/// Blackens pixels of rows: `count` runs of row, first column and the column behind the last.
void footpath_planes_blacken(const struct footpath_planes *planes, const int32_t *runs, size_t count);
void footpath_pixels_blacken(uint8_t *bytes, int width, int height, const int32_t *runs, size_t count);
/// Leaves of a part of a picture the means of cells of `cell` pixels, blended from one to the next. The cells lie on a grid
/// of the picture, not of the part: a part that moves tells no more than one that stays.
void footpath_planes_blur(const struct footpath_planes *planes, int x, int y, int width, int height, int cell);
void footpath_pixels_blur(
    uint8_t *bytes, int picture_width, int picture_height, int x, int y, int width, int height, int cell);
