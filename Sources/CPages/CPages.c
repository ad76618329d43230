#include "CPages.h"
#include <string.h>

// #embed is standard from C23 on; SwiftPM compiles C as C17, where clang offers it as an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char pages_css[] = {
#embed "files/pages.css"
};
static const char draw_html[] = {
#embed "files/draw.html"
};
static const char draw_css[] = {
#embed "files/draw.css"
};
static const char draw_shapes_js[] = {
#embed "files/draw-shapes.js"
};
static const char draw_board_js[] = {
#embed "files/draw-board.js"
};
static const char draw_view_js[] = {
#embed "files/draw-view.js"
};
static const char draw_panel_js[] = {
#embed "files/draw-panel.js"
};
static const char live_html[] = {
#embed "files/live.html"
};
static const char live_css[] = {
#embed "files/live.css"
};
static const char live_js[] = {
#embed "files/live.js"
};
static const char report_html[] = {
#embed "files/report.html"
};
static const char report_css[] = {
#embed "files/report.css"
};
static const char report_base_js[] = {
#embed "files/report-base.js"
};
static const char report_charts_js[] = {
#embed "files/report-charts.js"
};
static const char report_maps_js[] = {
#embed "files/report-maps.js"
};
static const char report_table_js[] = {
#embed "files/report-table.js"
};
static const char report_page_js[] = {
#embed "files/report-page.js"
};
// Chart.js comes from Debian, as headers do.
#if !__has_embed("/usr/share/javascript/chart.js/chart.min.js")
#error "no /usr/share/javascript/chart.js/chart.min.js: install libjs-chart.js, or run Scripts/setup"
#endif
static const char chart_js[] = {
#embed "/usr/share/javascript/chart.js/chart.min.js"
};

static const struct {
    const char *name;
    const char *bytes;
    size_t size;
} files[] = {
    {"pages.css", pages_css, sizeof pages_css},
    {"draw.html", draw_html, sizeof draw_html},
    {"draw.css", draw_css, sizeof draw_css},
    {"draw-shapes.js", draw_shapes_js, sizeof draw_shapes_js},
    {"draw-board.js", draw_board_js, sizeof draw_board_js},
    {"draw-view.js", draw_view_js, sizeof draw_view_js},
    {"draw-panel.js", draw_panel_js, sizeof draw_panel_js},
    {"live.html", live_html, sizeof live_html},
    {"live.css", live_css, sizeof live_css},
    {"live.js", live_js, sizeof live_js},
    {"report.html", report_html, sizeof report_html},
    {"report.css", report_css, sizeof report_css},
    {"report-base.js", report_base_js, sizeof report_base_js},
    {"report-charts.js", report_charts_js, sizeof report_charts_js},
    {"report-maps.js", report_maps_js, sizeof report_maps_js},
    {"report-table.js", report_table_js, sizeof report_table_js},
    {"report-page.js", report_page_js, sizeof report_page_js},
    {"chart.min.js", chart_js, sizeof chart_js},
};

const char *footpath_page_file(const char *name, size_t *size) {
    for (size_t index = 0; index < sizeof files / sizeof files[0]; index++) {
        if (strcmp(files[index].name, name) != 0) continue;
        *size = files[index].size;
        return files[index].bytes;
    }
    return NULL;
}
