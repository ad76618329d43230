#define _GNU_SOURCE
#include "CMerging.h"

#include <math.h>
#include <string.h>

/// What is left of a line.
typedef struct cursor {
    const uint8_t *at, *end;
} cursor;

static inline bool take(cursor *rest, const char *text, size_t count) {
    if ((size_t)(rest->end - rest->at) < count || memcmp(rest->at, text, count)) return false;
    rest->at += count;
    return true;
}

#define TAKE(rest, text) take(rest, text, sizeof(text) - 1)

/// A whole number of at most 18 digits.
static inline bool take_integer(cursor *rest, int64_t *value) {
    bool is_negative = TAKE(rest, "-");
    const uint8_t *start = rest->at;
    int64_t sum = 0;
    while (rest->at < rest->end && (unsigned)(*rest->at - '0') < 10 && rest->at - start < 19) {
        sum = sum * 10 + (*rest->at++ - '0');
        if (rest->at - start > 18) return false;
    }
    *value = is_negative ? -sum : sum;
    return rest->at > start;
}

/// A number with at most 6 decimals, without an exponent.
static inline bool take_decimal(cursor *rest, double *value) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    bool is_negative = rest->at < rest->end && *rest->at == '-';
    int64_t whole;
    if (!take_integer(rest, &whole) || whole > 1000000000 || whole < -1000000000) return false;
    int64_t sum = whole < 0 ? -whole : whole;
    int decimals = 0;
    if (TAKE(rest, ".")) {
        while (rest->at < rest->end && (unsigned)(*rest->at - '0') < 10) {
            if (++decimals > 6) return false;
            sum = sum * 10 + (*rest->at++ - '0');
        }
        if (decimals == 0) return false;
    }
    // Both are whole numbers that a double holds: the nearest double is what comes out.
    double magnitude = (double)sum / powers[decimals];
    *value = is_negative ? -magnitude : magnitude;
    return true;
}

static inline bool take_box(cursor *rest, double box[4]) {
    return TAKE(rest, "\"box\":{\"left\":") && take_decimal(rest, &box[0]) && TAKE(rest, ",\"top\":")
        && take_decimal(rest, &box[1]) && TAKE(rest, ",\"width\":") && take_decimal(rest, &box[2])
        && TAKE(rest, ",\"height\":") && take_decimal(rest, &box[3]) && TAKE(rest, "}");
}

/// As many digits as `count`.
static inline bool take_digits(cursor *rest, int count, int *value) {
    if (rest->end - rest->at < count) return false;
    *value = 0;
    for (int index = 0; index < count; index++) {
        unsigned digit = (unsigned)(rest->at[index] - '0');
        if (digit > 9) return false;
        *value = *value * 10 + (int)digit;
    }
    rest->at += count;
    return true;
}

/// `2026-03-01T08:00:00.200Z`; days as Howard Hinnant counts them, years from March.
static inline bool take_time(cursor *rest, int64_t *milliseconds) {
    int year, month, day, hour, minute, second, thousandth;
    bool is_time = take_digits(rest, 4, &year) && TAKE(rest, "-") && take_digits(rest, 2, &month) && TAKE(rest, "-")
        && take_digits(rest, 2, &day) && TAKE(rest, "T") && take_digits(rest, 2, &hour) && TAKE(rest, ":")
        && take_digits(rest, 2, &minute) && TAKE(rest, ":") && take_digits(rest, 2, &second) && TAKE(rest, ".")
        && take_digits(rest, 3, &thousandth) && TAKE(rest, "Z");
    if (!is_time || month < 1 || month > 12) return false;
    year += 400;
    if (month <= 2) year--;
    int era = year / 400, year_of_era = year % 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t days = (int64_t)(era - 1) * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
    *milliseconds = ((days * 24 + hour) * 60 + minute) * 60000 + second * 1000 + thousandth;
    return true;
}

static inline bool take_frame(cursor *rest, footpath_line *parsed) {
    if (!TAKE(rest, ",\"frame\":") || !take_integer(rest, &parsed->frame) || !TAKE(rest, ",\"pts_ms\":")
        || !take_integer(rest, &parsed->pts))
        return false;
    parsed->is_time_estimated = TAKE(rest, ",\"time_estimated\":true");
    return TAKE(rest, ",") && take_box(rest, parsed->box);
}

static inline bool take_point(cursor *rest, const uint8_t *line, footpath_line *parsed) {
    double confidence, box[4];
    if (!take_frame(rest, parsed) || !TAKE(rest, ",\"confidence\":") || !take_decimal(rest, &confidence)) return false;
    parsed->is_predicted = TAKE(rest, ",\"source\":\"predicted\"");
    if (!parsed->is_predicted && !TAKE(rest, ",\"source\":\"measured\"")) return false;
    parsed->still_from = (int32_t)(rest->at - line);
    parsed->is_still = TAKE(rest, ",\"still\":true");
    parsed->still_to = (int32_t)(rest->at - line);
    parsed->has_face_pts = TAKE(rest, ",\"face_pts_ms\":");
    if (parsed->has_face_pts && !take_integer(rest, &parsed->face_pts)) return false;
    parsed->has_face = TAKE(rest, ",\"face\":{");
    return !parsed->has_face
        || (take_box(rest, box) && TAKE(rest, ",\"confidence\":") && take_decimal(rest, &parsed->face_confidence));
}

static inline bool take_cause(cursor *rest, const uint8_t *line, footpath_line *parsed) {
    if (!TAKE(rest, ",\"cause\":\"")) return false;
    parsed->cause_from = (int32_t)(rest->at - line);
    while (rest->at < rest->end && (*rest->at == '_' || (*rest->at >= 'a' && *rest->at <= 'z'))) rest->at++;
    parsed->cause_to = (int32_t)(rest->at - line);
    return TAKE(rest, "\",");
}

static inline enum footpath_event event_of(const uint8_t *name, int32_t count) {
    if (count == 4 && !memcmp(name, "path", 4)) return FOOTPATH_PATH;
    if (count == 10 && !memcmp(name, "path_start", 10)) return FOOTPATH_PATH_START;
    if (count == 8 && !memcmp(name, "path_end", 8)) return FOOTPATH_PATH_END;
    return FOOTPATH_OTHER;
}

bool footpath_line_parse(
    const uint8_t *line, int64_t count, const uint8_t *tail, int64_t tail_count, footpath_line *parsed) {
    cursor rest = {line, line + count};
    *parsed = (footpath_line){.event = FOOTPATH_OTHER};
    if (count > INT32_MAX || !TAKE(&rest, "{\"v\":\"1.1\",\"event\":\"")) return false;
    parsed->name_from = (int32_t)(rest.at - line);
    while (rest.at < rest.end && (*rest.at == '_' || (*rest.at >= 'a' && *rest.at <= 'z'))) rest.at++;
    parsed->name_to = (int32_t)(rest.at - line);
    if (!take(&rest, (const char *)tail, (size_t)tail_count)) return false;
    int64_t sequence;
    parsed->seq_from = (int32_t)(rest.at - line);
    if (!take_integer(&rest, &sequence)) return false;
    parsed->seq_to = (int32_t)(rest.at - line);
    if (!TAKE(&rest, ",\"time\":\"") || !take_time(&rest, &parsed->time) || !TAKE(&rest, "\"")) return false;
    parsed->body = (int32_t)(rest.at - line);
    if (count == 0 || line[count - 1] != '}') return false;
    parsed->event = event_of(line + parsed->name_from, parsed->name_to - parsed->name_from);
    if (parsed->event == FOOTPATH_OTHER) return true;
    if (!TAKE(&rest, ",\"track\":")) return false;
    parsed->track_from = (int32_t)(rest.at - line);
    if (!take_integer(&rest, &parsed->track) || parsed->track < 1) return false;
    parsed->track_to = (int32_t)(rest.at - line);
    switch (parsed->event) {
    case FOOTPATH_PATH: return take_point(&rest, line, parsed);
    case FOOTPATH_PATH_START: return take_frame(&rest, parsed);
    default: return take_cause(&rest, line, parsed);
    }
}

void footpath_path_add(footpath_path *path, const footpath_line *point, double aspect) {
    if (path->points > 0) {
        double across = (point->box[0] + point->box[2] / 2) - (path->box[0] + path->box[2] / 2);
        double down = ((point->box[1] + point->box[3] / 2) - (path->box[1] + path->box[3] / 2)) * aspect;
        path->distance += sqrt(across * across + down * down);
    } else {
        path->first_pts = point->pts;
        path->best_face = -1;
    }
    memcpy(path->box, point->box, sizeof path->box);
    path->last_pts = point->pts;
    path->points++;
    if (point->has_face) {
        if (point->face_confidence > path->best_face) path->best_face = point->face_confidence;
        path->has_face_pts = point->has_face_pts;
        path->face_pts = point->face_pts;
    }
    if (!point->is_still) path->has_stirred = true;
}

/// Appends digits of a number that isn't negative. Returns the byte behind them.
static inline uint8_t *put_integer(uint8_t *at, int64_t value) {
    uint8_t digits[20];
    int count = 0;
    do {
        digits[count++] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (count > 0) *at++ = digits[--count];
    return at;
}

static inline uint8_t *put(uint8_t *at, const uint8_t *from, const uint8_t *to) {
    memcpy(at, from, (size_t)(to - from));
    return at + (to - from);
}

/// As many bytes as a line may grow by: two numbers of up to 19 digits.
enum { GROWTH = 40 };

void footpath_points_forward(
    footpath_forwarding *forwarding, const uint8_t *bytes, int64_t count, uint8_t *output, int64_t room) {
    const uint8_t *at = bytes, *end = bytes + count;
    uint8_t *to = output, *limit = output + room;
    while (at < end) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        footpath_line point;
        if (!newline || newline - at + 1 + GROWTH > limit - to) break;
        if (!footpath_line_parse(at, newline - at, forwarding->tail, forwarding->tail_count, &point)) break;
        if (point.event != FOOTPATH_PATH || point.pts >= forwarding->limit || point.track >= forwarding->path_count) break;
        footpath_path *path = &forwarding->paths[point.track];
        if (!path->id || path->is_special || point.pts < path->from || point.pts >= path->until) break;
        if (point.is_still && forwarding->leaves_still) break;
        footpath_path_add(path, &point, forwarding->aspect);
        forwarding->points++;
        forwarding->faces += point.has_face;
        forwarding->lines++;
        if (forwarding->writes) {
            to = put(to, at, at + point.seq_from);
            to = put_integer(to, forwarding->sequence++);
            to = put(to, at + point.seq_to, at + point.track_from);
            to = put_integer(to, path->id);
            to = put(to, at + point.track_to, newline + 1);
        }
        at = newline + 1;
    }
    forwarding->consumed = at - bytes;
    forwarding->produced = to - output;
}

bool footpath_lines_renumber(
    footpath_forwarding *forwarding, const uint8_t *bytes, int64_t count, uint8_t *output, int64_t room) {
    static const char mark[] = "\",\"seq\":";
    const uint8_t *at = bytes, *end = bytes + count, *head = bytes;
    uint8_t *to = output, *limit = output + room;
    int64_t head_count = 0;
    bool is_right = true;
    while (at < end) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        if (!newline || newline - at + 1 + GROWTH > limit - to) break;
        // Most lines begin as the one before. A quotation mark in a text has a backslash before it, so the mark can't be in one.
        if (head_count == 0 || newline - at <= head_count || memcmp(at, head, (size_t)head_count)) {
            const uint8_t *found = memmem(at, (size_t)(newline - at), mark, sizeof mark - 1);
            is_right = found != NULL && newline - at > 5 && !memcmp(at, "{\"v\":", 5);
            if (!is_right) break;
            head = at;
            head_count = found + sizeof mark - 1 - at;
        }
        cursor rest = {at + head_count, newline};
        int64_t sequence;
        is_right = take_integer(&rest, &sequence);
        if (!is_right) break;
        to = put(to, at, at + head_count);
        to = put_integer(to, forwarding->sequence++);
        to = put(to, rest.at, newline + 1);
        forwarding->lines++;
        at = newline + 1;
    }
    forwarding->consumed = at - bytes;
    forwarding->produced = to - output;
    return is_right;
}

int64_t footpath_newlines(const uint8_t *bytes, int64_t count) {
    enum { LANES = 32, MOST = 255 };
    int64_t sum = 0, index = 0;
    while (count - index >= LANES) {
        // In lanes of a byte each, of which a compiler makes vectors, as often as they can hold.
        uint8_t lanes[LANES] = {0};
        for (int round = 0; round < MOST && count - index >= LANES; round++, index += LANES)
            for (int lane = 0; lane < LANES; lane++) lanes[lane] += bytes[index + lane] == '\n';
        for (int lane = 0; lane < LANES; lane++) sum += lanes[lane];
    }
    for (; index < count; index++) sum += bytes[index] == '\n';
    return sum;
}

int64_t footpath_first_newline(const uint8_t *bytes, int64_t count) {
    const uint8_t *found = count > 0 ? memchr(bytes, '\n', (size_t)count) : NULL;
    return found ? found - bytes : count;
}
