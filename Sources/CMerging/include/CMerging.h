#pragma once

#include <stdbool.h>
#include <stdint.h>

/// What a line of a piece's records is.
enum footpath_event {
    FOOTPATH_OTHER,
    FOOTPATH_PATH,
    FOOTPATH_PATH_START,
    FOOTPATH_PATH_END,
};

/// A line as Footpath writes it, by its bytes' places, each the first of it and the one behind it.
typedef struct footpath_line {
    enum footpath_event event;
    /// The event's name.
    int32_t name_from, name_to;
    /// The digits of `seq` and `track`.
    int32_t seq_from, seq_to, track_from, track_to;
    /// The comma before the event's keys.
    int32_t body;
    /// Of a point: `,"still":true`, or where it would stand, and where `face_pts_ms` stands or would.
    int32_t still_from, still_to;
    /// Of an end: the cause without quotation marks.
    int32_t cause_from, cause_to;
    /// Milliseconds since 1970 UTC.
    int64_t time;
    /// Of points, starts and ends.
    int64_t track;
    /// Of points and starts: the frame's number, milliseconds of the stream; left, top, width and height in ratios of the frame.
    int64_t frame, pts;
    double box[4];
    bool is_time_estimated;
    /// Of points: nothing more is known than where somebody was expected.
    bool is_predicted;
    bool is_still;
    bool has_face, has_face_pts;
    /// Percent.
    double face_confidence;
    /// When a face was last found, in milliseconds of the stream.
    int64_t face_pts;
} footpath_line;

/// Takes a line without its newline apart. `tail` is what stands in every line between the event's name and `seq`'s digits.
///
/// Returns whether it is a line as Footpath writes it, as far as it is looked at.
bool footpath_line_parse(
    const uint8_t *line, int64_t count, const uint8_t *tail, int64_t tail_count, footpath_line *parsed);

/// A path so far.
typedef struct footpath_path {
    /// In the merged log; 0 where it isn't in it yet.
    int64_t id;
    /// Only points from here on, up to there without it, are taken: milliseconds of the stream.
    int64_t from, until;
    /// Of its points in the merged log. Distances are in frame widths, confidences in percent, negative where there was no face.
    int64_t points, first_pts, last_pts, face_pts;
    double box[4], distance, best_face;
    bool has_face_pts;
    bool has_stirred;
    /// Whether its points' lines need more than new numbers.
    bool is_special;
} footpath_path;

/// Adds a point to a path. `aspect` is the frame's height by its width.
void footpath_path_add(footpath_path *path, const footpath_line *point, double aspect);

/// Lines that are on the way.
typedef struct footpath_forwarding {
    const uint8_t *tail;
    int64_t tail_count;
    /// By the piece's ids.
    footpath_path *paths;
    int64_t path_count;
    double aspect;
    /// Points from here on are left, in milliseconds of the stream.
    int64_t limit;
    /// Whether points are written; they are counted all the same.
    bool writes;
    /// Whether points of those who haven't stirred are left.
    bool leaves_still;
    /// The next line's.
    int64_t sequence;
    /// What came through.
    int64_t lines, points, faces;
    /// Bytes that were read, and written.
    int64_t consumed, produced;
} footpath_forwarding;

/// Copies points' lines with their numbers in the merged log, up to the first that needs more than that, to the last that is
/// whole, or as far as there is room.
void footpath_points_forward(
    footpath_forwarding *forwarding, const uint8_t *bytes, int64_t count, uint8_t *output, int64_t room);

/// Copies lines with new numbers in `seq`, as far as they are whole and there is room. Of `forwarding` only `sequence` and what follows
/// it counts.
///
/// Returns whether all of them are lines as Footpath writes them.
bool footpath_lines_renumber(
    footpath_forwarding *forwarding, const uint8_t *bytes, int64_t count, uint8_t *output, int64_t room);

/// How many newlines there are.
int64_t footpath_newlines(const uint8_t *bytes, int64_t count);

/// The place of the first newline; `count` where there is none.
int64_t footpath_first_newline(const uint8_t *bytes, int64_t count);
