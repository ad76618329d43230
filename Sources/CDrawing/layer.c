#include "CDrawing.h"

#include <cairo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"

static int between(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

struct footpath_layer *footpath_layer_make(int width, int height) {
    if (width < 1 || height < 1 || width > 32767 || height > 32767) return NULL;
    struct footpath_layer *layer = calloc(1, sizeof *layer);
    if (!layer) return NULL;
    layer->width = width;
    layer->height = height;
    layer->columns = (width + TILE - 1) / TILE;
    layer->rows = (height + TILE - 1) / TILE;
    layer->touched = calloc((size_t)layer->columns, (size_t)layer->rows);
    // Whole tiles: blending has no edges to mind.
    layer->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, layer->columns * TILE, layer->rows * TILE);
    layer->cairo = cairo_create(layer->surface);
    if (!layer->touched || cairo_status(layer->cairo) != CAIRO_STATUS_SUCCESS) {
        footpath_layer_free(layer);
        return NULL;
    }
    layer->pixels = (uint32_t *)cairo_image_surface_get_data(layer->surface);
    layer->stride = cairo_image_surface_get_stride(layer->surface) / 4;
    cairo_set_line_cap(layer->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(layer->cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_antialias(layer->cairo, CAIRO_ANTIALIAS_FAST);
    return layer;
}

void footpath_layer_free(struct footpath_layer *layer) {
    if (!layer) return;
    cairo_destroy(layer->cairo);
    cairo_surface_destroy(layer->surface);
    free(layer->touched);
    free(layer);
}

void footpath_layer_clear(struct footpath_layer *layer) {
    cairo_surface_flush(layer->surface);
    for (int row = 0; row < layer->rows; row++) {
        uint8_t *touched = layer->touched + (size_t)row * layer->columns;
        for (int column = 0; column < layer->columns; column++) {
            if (!touched[column]) continue;
            touched[column] = 0;
            uint32_t *pixels = layer->pixels + (size_t)row * TILE * layer->stride + column * TILE;
            for (int y = 0; y < TILE; y++) memset(pixels + (size_t)y * layer->stride, 0, TILE * sizeof *pixels);
        }
    }
    cairo_surface_mark_dirty(layer->surface);
}

int footpath_layer_is_touched(const struct footpath_layer *layer, int column, int row) {
    return column >= 0 && row >= 0 && column < layer->columns && row < layer->rows
        && layer->touched[(size_t)row * (size_t)layer->columns + (size_t)column];
}

/// Notes the tiles of a rectangle.
static void touch(struct footpath_layer *layer, double left, double top, double right, double bottom) {
    if (!(right >= 0 && bottom >= 0 && left < layer->width && top < layer->height)) return;
    int first = between((int)floor(fmax(left, 0)) / TILE, 0, layer->columns - 1);
    int last = between((int)fmin(right, layer->width) / TILE, 0, layer->columns - 1);
    int end = between((int)fmin(bottom, layer->height) / TILE, 0, layer->rows - 1);
    for (int row = between((int)floor(fmax(top, 0)) / TILE, 0, layer->rows - 1); row <= end; row++)
        memset(layer->touched + (size_t)row * layer->columns + first, 1, (size_t)(last - first + 1));
}

/// Notes the tiles along a line.
static void touch_line(struct footpath_layer *layer, double x, double y, double to_x, double to_y, double radius) {
    radius += 1.5;
    if (x == to_x || y == to_y) {
        touch(layer, fmin(x, to_x) - radius, fmin(y, to_y) - radius, fmax(x, to_x) + radius, fmax(y, to_y) + radius);
        return;
    }
    double length = hypot(to_x - x, to_y - y);
    int steps = (int)fmin(ceil(length / TILE), 65536);
    double reach = radius + (steps > 0 ? length / steps : 0) / 2;
    for (int step = 0; step <= steps; step++) {
        double share = steps > 0 ? (double)step / steps : 0;
        double at_x = x + (to_x - x) * share, at_y = y + (to_y - y) * share;
        touch(layer, at_x - reach, at_y - reach, at_x + reach, at_y + reach);
    }
}

static void set(cairo_t *cairo, struct footpath_color color) {
    cairo_set_source_rgba(cairo, color.red, color.green, color.blue, color.alpha);
}

static void set_dash(cairo_t *cairo, double dash) { cairo_set_dash(cairo, &dash, dash > 0 ? 1 : 0, 0); }

/// Cairo's numbers have 24 bits before the point.
static double near(double place) { return fmin(fmax(place, -1e5), 1e5); }

static void trace(cairo_t *cairo, const double *points, int count) {
    for (int index = 0; index < count; index++) cairo_line_to(cairo, near(points[2 * index]), near(points[2 * index + 1]));
}

void footpath_layer_stroke(
    struct footpath_layer *layer, const double *points, int count, int is_closed, double width, double dash,
    struct footpath_color color) {
    if (count < 2) return;
    cairo_t *cairo = layer->cairo;
    cairo_new_path(cairo);
    trace(cairo, points, count);
    if (is_closed) cairo_close_path(cairo);
    for (int index = is_closed ? 0 : 1; index < count; index++) {
        const double *from = points + 2 * (index ? index - 1 : count - 1), *to = points + 2 * index;
        touch_line(layer, near(from[0]), near(from[1]), near(to[0]), near(to[1]), width / 2);
    }
    set(cairo, color);
    set_dash(cairo, dash);
    // Dashes with round ends would meet.
    cairo_set_line_cap(cairo, dash > 0 ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(cairo, width);
    cairo_stroke(cairo);
}

/// Fills pixels with an opaque colour.
static void fill_pixels(struct footpath_layer *layer, double left, double top, double right, double bottom, uint32_t value) {
    int first = (int)fmax(left, 0), end = (int)fmin(right, layer->width), last = (int)fmin(bottom, layer->height);
    for (int y = (int)fmax(top, 0); y < last; y++) {
        uint32_t *row = layer->pixels + (size_t)y * (size_t)layer->stride;
        for (int x = first; x < end; x++) row[x] = value;
    }
}

static uint32_t opaque(struct footpath_color color) {
    return 0xff000000u | (uint32_t)lrint(color.red * 255) << 16 | (uint32_t)lrint(color.green * 255) << 8
        | (uint32_t)lrint(color.blue * 255);
}

/// Draws an outline of whole pixels and of one opaque colour without Cairo, as most boxes are; 0 where it isn't like that.
static int outline_pixels(
    struct footpath_layer *layer, double left, double top, double right, double bottom, double thickness,
    struct footpath_color color) {
    double half = thickness / 2;
    double edges[] = {left - half, top - half, right + half, bottom + half, thickness};
    for (int index = 0; index < 5; index++)
        if (edges[index] != floor(edges[index])) return 0;
    if (color.alpha != 1) return 0;
    uint32_t value = opaque(color);
    cairo_surface_flush(layer->surface);
    fill_pixels(layer, edges[0], edges[1], edges[2], edges[1] + thickness, value);
    fill_pixels(layer, edges[0], edges[3] - thickness, edges[2], edges[3], value);
    fill_pixels(layer, edges[0], edges[1], edges[0] + thickness, edges[3], value);
    fill_pixels(layer, edges[2] - thickness, edges[1], edges[2], edges[3], value);
    cairo_surface_mark_dirty(layer->surface);
    return 1;
}

void footpath_layer_outline(
    struct footpath_layer *layer, double left, double top, double width, double height, double thickness, double dash,
    struct footpath_color color) {
    cairo_t *cairo = layer->cairo;
    left = near(left), top = near(top);
    double right = near(left + width), bottom = near(top + height);
    touch_line(layer, left, top, right, top, thickness / 2);
    touch_line(layer, left, bottom, right, bottom, thickness / 2);
    touch_line(layer, left, top, left, bottom, thickness / 2);
    touch_line(layer, right, top, right, bottom, thickness / 2);
    if (dash == 0 && outline_pixels(layer, left, top, right, bottom, thickness, color)) return;
    cairo_new_path(cairo);
    cairo_rectangle(cairo, left, top, right - left, bottom - top);
    set(cairo, color);
    set_dash(cairo, dash);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_MITER);
    cairo_set_line_width(cairo, thickness);
    cairo_stroke(cairo);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
}

void footpath_layer_dots(
    struct footpath_layer *layer, const double *points, int count, double side, struct footpath_color color) {
    cairo_t *cairo = layer->cairo;
    cairo_new_path(cairo);
    for (int index = 0; index < count; index++) {
        double left = near(floor(points[2 * index] - side / 2 + 0.5));
        double top = near(floor(points[2 * index + 1] - side / 2 + 0.5));
        cairo_rectangle(cairo, left, top, side, side);
        touch(layer, left - 1, top - 1, left + side + 1, top + side + 1);
    }
    set(cairo, color);
    cairo_fill(cairo);
}

void footpath_layer_fill(struct footpath_layer *layer, const double *points, int count, struct footpath_color color) {
    if (count < 3) return;
    cairo_t *cairo = layer->cairo;
    cairo_new_path(cairo);
    trace(cairo, points, count);
    cairo_close_path(cairo);
    double left, top, right, bottom;
    cairo_path_extents(cairo, &left, &top, &right, &bottom);
    touch(layer, left - 1, top - 1, right + 1, bottom + 1);
    set(cairo, color);
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_fill(cairo);
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_WINDING);
}

void footpath_layer_put(struct footpath_layer *layer, const struct footpath_label *label, int x, int y) {
    int width = footpath_label_width(label), height = footpath_label_height(label);
    cairo_t *cairo = layer->cairo;
    touch(layer, x - 1, y - 1, x + width + 1, y + height + 1);
    cairo_set_source_surface(cairo, label->surface, x, y);
    cairo_new_path(cairo);
    cairo_rectangle(cairo, x, y, width, height);
    cairo_fill(cairo);
}
