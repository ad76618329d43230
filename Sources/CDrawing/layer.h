#pragma once

#include <cairo.h>
#include <stdint.h>

#include "CDrawing.h"

enum { TILE = FOOTPATH_TILE };

struct footpath_layer {
    cairo_surface_t *surface;
    cairo_t *cairo;
    /// Premultiplied: alpha in the highest byte, then red, green, blue.
    uint32_t *pixels;
    /// Pixels from row to row.
    int stride;
    int width, height, columns, rows;
    /// One byte for each tile.
    uint8_t *touched;
};

struct footpath_label {
    cairo_surface_t *surface;
};
