#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

#include "CDrawing.h"
#include "layer.h"

struct footpath_type {
    PangoFontMap *fonts;
    PangoContext *context;
    PangoFontDescription *description;
    int height;
};

struct footpath_type *footpath_type_make(double height) {
    struct footpath_type *type = calloc(1, sizeof *type);
    if (!type) return NULL;
    type->height = (int)height;
    // A map of its own: Pango's default one belongs to the thread.
    type->fonts = pango_cairo_font_map_new();
    type->context = pango_font_map_create_context(type->fonts);
    type->description = pango_font_description_from_string("DejaVu Sans, sans-serif Bold");
    pango_font_description_set_absolute_size(type->description, height * PANGO_SCALE);
    pango_context_set_font_description(type->context, type->description);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON);
    pango_cairo_context_set_font_options(type->context, options);
    cairo_font_options_destroy(options);
    return type;
}

void footpath_type_free(struct footpath_type *type) {
    if (!type) return;
    pango_font_description_free(type->description);
    g_object_unref(type->context);
    g_object_unref(type->fonts);
    free(type);
}

int footpath_type_has_font(const struct footpath_type *type) {
    PangoFontFamily **families = NULL;
    int count = 0;
    pango_font_map_list_families(type->fonts, &families, &count);
    g_free(families);
    return count > 0;
}

struct footpath_label *footpath_label_make(
    const struct footpath_type *type, const char *text, int length, int most, struct footpath_color ink,
    struct footpath_color ground) {
    struct footpath_label *label = calloc(1, sizeof *label);
    if (!label) return NULL;
    PangoLayout *layout = pango_layout_new(type->context);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, text, length);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_width(layout, most * PANGO_SCALE);
    PangoRectangle extent;
    pango_layout_get_pixel_extents(layout, NULL, &extent);
    // As much at the sides as is above capitals.
    int margin = type->height / 4 + 1;
    int width = extent.width + 2 * margin, height = extent.height;
    label->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t *cairo = cairo_create(label->surface);
    cairo_set_source_rgba(cairo, ground.red, ground.green, ground.blue, ground.alpha);
    cairo_paint(cairo);
    cairo_set_source_rgba(cairo, ink.red, ink.green, ink.blue, ink.alpha);
    cairo_move_to(cairo, margin - extent.x, -extent.y);
    pango_cairo_show_layout(cairo, layout);
    int failed = cairo_status(cairo) != CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    g_object_unref(layout);
    if (!failed) return label;
    footpath_label_free(label);
    return NULL;
}

void footpath_label_free(struct footpath_label *label) {
    if (!label) return;
    cairo_surface_destroy(label->surface);
    free(label);
}

int footpath_label_width(const struct footpath_label *label) { return cairo_image_surface_get_width(label->surface); }

int footpath_label_height(const struct footpath_label *label) {
    return cairo_image_surface_get_height(label->surface);
}
