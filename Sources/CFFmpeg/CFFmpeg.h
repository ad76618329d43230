#pragma once

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libswscale/swscale.h>

#if LIBAVFORMAT_VERSION_INT < AV_VERSION_INT(58, 76, 0)
#error "Footpath needs FFmpeg 4.4 or newer"
#endif

// Macros that Swift can't import, and the few places where FFmpeg 4.4 to 9 differ.

static inline int footpath_averror(int error_number) { return AVERROR(error_number); }
static inline int footpath_averror_eof(void) { return AVERROR_EOF; }
static inline int footpath_averror_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int footpath_averror_unauthorized(void) { return AVERROR_HTTP_UNAUTHORIZED; }
static inline int footpath_averror_exit(void) { return AVERROR_EXIT; }
static inline int64_t footpath_nopts(void) { return AV_NOPTS_VALUE; }
static inline int footpath_avio_flag_write(void) { return AVIO_FLAG_WRITE; }
static inline AVRational footpath_microseconds(void) { return (AVRational){1, AV_TIME_BASE}; }

static inline int footpath_is_global_header(const AVFormatContext *context) {
    return (context->oformat->flags & AVFMT_GLOBALHEADER) != 0;
}

/// The stream's 3x3 display matrix, or NULL. Moved to the codec parameters in FFmpeg 6.1 (libavcodec/codec_par.h).
static inline const int32_t *footpath_display_matrix(const AVStream *stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 100)
    const AVPacketSideData *data = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    return data && data->size >= 9 * sizeof(int32_t) ? (const int32_t *)data->data : NULL;
#else
    return (const int32_t *)av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
#endif
}

/// When the packet was taken by its sender's clock, in microseconds since 1970 UTC, or AV_NOPTS_VALUE.
static inline int64_t footpath_producer_time(const AVPacket *packet) {
    const uint8_t *data = av_packet_get_side_data(packet, AV_PKT_DATA_PRFT, NULL);
    return data ? ((const AVProducerReferenceTime *)data)->wallclock : AV_NOPTS_VALUE;
}

/// Whether the decoder marked the frame as damaged or put together by error concealment.
static inline int footpath_frame_is_damaged(const AVFrame *frame) {
    return frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
}

/// Whether the frame's planes are in the processor's memory.
static inline int footpath_is_in_memory(const AVFrame *frame) {
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);
    return format && !(format->flags & AV_PIX_FMT_FLAG_HWACCEL) && frame->data[0];
}

// Much damage is told in the log alone: HEVC's always, and H.264's before FFmpeg 7 where frames have threads of their own,
// since a frame is given before its `decode_error_flags` are set. So what each decoder logs is counted.

/// What a decoder's context and its threads' copies of it share; they all hold it as `opaque`.
struct footpath_decoder {
    atomic_int complaints;
    atomic_int errors;
    /// What pictures on the device have; AV_PIX_FMT_NONE where the processor decodes.
    enum AVPixelFormat device_format;
    /// The device's format was chosen for the packet at hand, and what had been logged until then. For one thread.
    int is_device_tried, complaints_before_device, errors_before_device;
};

static inline struct footpath_decoder *footpath_decoder_state(const AVCodecContext *context) {
    return (struct footpath_decoder *)context->opaque;
}

/// Takes a line of FFmpeg's log.
static inline void footpath_hear(void *sender, int level, const char *format) {
    // libavcodec/error_resilience.c tells of itself as information, and may be all that does where a slice is missing.
    if (level > AV_LOG_WARNING && (level > AV_LOG_INFO || strncmp(format, "concealing ", 11) != 0)) return;
    if (!sender || *(const AVClass *const *)sender != avcodec_get_class()) return;
    struct footpath_decoder *state = footpath_decoder_state((AVCodecContext *)sender);
    if (!state) return;
    atomic_fetch_add(&state->complaints, 1);
    if (level <= AV_LOG_ERROR) atomic_fetch_add(&state->errors, 1);
}

/// A decoder whose complaints are counted, or NULL where there is no memory. Nothing else may set its `opaque`.
static inline AVCodecContext *footpath_decoder_make(const AVCodec *codec) {
    AVCodecContext *context = avcodec_alloc_context3(codec);
    if (!context) return NULL;
    if (!(context->opaque = av_mallocz(sizeof(struct footpath_decoder)))) {
        avcodec_free_context(&context);
        return NULL;
    }
    footpath_decoder_state(context)->device_format = AV_PIX_FMT_NONE;
    return context;
}

static inline void footpath_decoder_free(AVCodecContext *context) {
    void *state = context->opaque;
    avcodec_free_context(&context);
    av_free(state);
}

/// How often the decoder logged warnings, errors and that it conceals, or errors only.
static inline int footpath_decoder_complaints(const AVCodecContext *context, int errors_only) {
    struct footpath_decoder *state = footpath_decoder_state(context);
    return atomic_load(errors_only ? &state->errors : &state->complaints);
}

static int footpath_gray_buffer(AVCodecContext *context, AVFrame *frame, int flags) {
    int code = avcodec_default_get_buffer2(context, frame, flags);
    // What a device's buffers point to is none of the processor's memory.
    if (frame->hw_frames_ctx) return code;
    for (int plane = 0; code >= 0 && plane < AV_NUM_DATA_POINTERS && frame->buf[plane]; plane++)
        memset(frame->buf[plane]->data, 128, frame->buf[plane]->size);
    return code;
}

/// Has pictures begin gray rather than with what an earlier one left in their memory, which shows where a damaged slice
/// ends early, often without a complaint.
static inline void footpath_decoder_begin_gray(AVCodecContext *context) {
    context->get_buffer2 = footpath_gray_buffer;
#if LIBAVCODEC_VERSION_MAJOR < 60
    // Before FFmpeg 6, which takes it for granted, frame threads want to be told that any of them may call it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    context->thread_safe_callbacks = 1;
#pragma GCC diagnostic pop
#endif
}

/// Has a decoder that begins with a keyframe in the middle of a stream give each frame. Where that is none that empties the
/// decoder (no IDR), H.264's leaves out what it still holds at the end, unless the keyframe was given before.
static inline void footpath_decoder_give_all(AVCodecContext *context) {
    if (context->codec_id == AV_CODEC_ID_H264) context->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
}

/// Takes bytes into a digest. Its length became a size_t in FFmpeg 5 (libavutil/sha.h).
static inline void footpath_sha_update(struct AVSHA *state, const uint8_t *bytes, size_t count) {
    av_sha_update(state, bytes, count);
}

// struct SwsContext is opaque up to FFmpeg 7 and complete in 8, and Swift tells such pointers apart; the flags were macros
// and are an enumeration. So a scaler is a void pointer here.

/// A scaler from one size and pixel format to another, or NULL: area averaging, or bilinear where `enlarges`.
static inline void *footpath_scaler_make(
    int source_width, int source_height, enum AVPixelFormat source_format,
    int target_width, int target_height, enum AVPixelFormat target_format, int enlarges) {
    return sws_getContext(
        source_width, source_height, source_format, target_width, target_height, target_format,
        enlarges ? SWS_BILINEAR : SWS_AREA, NULL, NULL, NULL);
}

/// Sets the source's matrix (SWS_CS_*) and range, with full range for the target. Does nothing where neither is YUV.
static inline void footpath_scaler_set_color(void *scaler, int matrix, int is_full_range) {
    const int *coefficients = sws_getCoefficients(matrix);
    (void)sws_setColorspaceDetails(
        (struct SwsContext *)scaler, coefficients, is_full_range, coefficients, 1, 0, 1 << 16, 1 << 16);
}

/// Sets the matrix (SWS_CS_*) and range of source and target alike. Of a source in RGB or of a palette it is the target's.
static inline void footpath_scaler_keep_color(void *scaler, int matrix, int is_full_range) {
    const int *coefficients = sws_getCoefficients(matrix);
    (void)sws_setColorspaceDetails(
        (struct SwsContext *)scaler, coefficients, is_full_range, coefficients, is_full_range, 0, 1 << 16, 1 << 16);
}

/// Scales a whole picture; the number of rows written, or an error.
static inline int footpath_scaler_scale(
    void *scaler, const uint8_t *const *source, const int *source_strides, int rows,
    uint8_t *const *target, const int *target_strides) {
    return sws_scale((struct SwsContext *)scaler, source, source_strides, 0, rows, target, target_strides);
}

/// Scales a whole picture into another one's memory; the number of rows written, or an error.
static inline int footpath_scaler_scale_frame(void *scaler, const AVFrame *source, AVFrame *target) {
    return sws_scale(
        (struct SwsContext *)scaler, (const uint8_t *const *)source->data, source->linesize, 0, source->height,
        target->data, target->linesize);
}

/// Copies what fits of a picture in 8-bit YUV 4:2:0 into another one.
static inline void footpath_copy_planes(AVFrame *target, const AVFrame *source) {
    for (int plane = 0; plane < 3; plane++) {
        int shift = plane > 0;
        av_image_copy_plane(
            target->data[plane], target->linesize[plane], source->data[plane], source->linesize[plane],
            target->width >> shift, target->height >> shift);
    }
}

static inline void footpath_turn_plane(
    uint8_t *target, ptrdiff_t target_stride, int width, int height, const uint8_t *source, ptrdiff_t source_stride,
    int transposes, int mirrors_x, int mirrors_y) {
    // By squares: rows that become columns would miss the cache at each pixel.
    enum { side = 32 };
    for (int top = 0; top < height; top += side) {
        for (int left = 0; left < width; left += side) {
            int bottom = FFMIN(top + side, height), right = FFMIN(left + side, width);
            for (int y = top; y < bottom; y++) {
                int from_y = mirrors_y ? height - 1 - y : y;
                uint8_t *row = target + y * target_stride;
                for (int x = left; x < right; x++) {
                    int from_x = mirrors_x ? width - 1 - x : x;
                    row[x] = transposes ? source[from_x * source_stride + from_y] : source[from_y * source_stride + from_x];
                }
            }
        }
    }
}

/// Turns a picture in 8-bit YUV 4:2:0: transposed, then mirrored. The target's size is that of the turned one.
static inline void footpath_turn_planes(
    AVFrame *target, const AVFrame *source, int transposes, int mirrors_x, int mirrors_y) {
    for (int plane = 0; plane < 3; plane++) {
        int shift = plane > 0;
        footpath_turn_plane(
            target->data[plane], target->linesize[plane], target->width >> shift, target->height >> shift,
            source->data[plane], source->linesize[plane], transposes, mirrors_x, mirrors_y);
    }
}

/// Frees a scaler or NULL.
static inline void footpath_scaler_free(void *scaler) {
    sws_freeContext((struct SwsContext *)scaler);
}

/// An input format by its name, or NULL. The result became const in FFmpeg 5 (libavformat/avformat.h).
static inline void *footpath_input_format(const char *name) { return (void *)av_find_input_format(name); }

/// The name of the format that an input begins like, or NULL. Formats became const in FFmpeg 5 (libavformat/avformat.h).
static inline const char *footpath_probe_format(AVIOContext *input, const char *url) {
#if LIBAVFORMAT_VERSION_MAJOR < 59
    AVInputFormat *format = NULL;
#else
    const AVInputFormat *format = NULL;
#endif
    return av_probe_input_buffer2(input, &format, url, NULL, 0, 0) >= 0 && format ? format->name : NULL;
}

/// Opens an input whose format came from `footpath_input_format`, or NULL to have it guessed.
static inline int footpath_open_input(
    AVFormatContext **context, const char *url, void *format, AVDictionary **options) {
    return avformat_open_input(context, url, format, options);
}

/// avformat_find_stream_info, whose own decoders take no pictures of more than `most_pixels` either, as far as the streams
/// are known by now.
static inline int footpath_find_stream_info(AVFormatContext *context, int64_t most_pixels) {
    unsigned count = context->nb_streams;
    AVDictionary **options = av_calloc(count + 1, sizeof *options);
    if (!options) return AVERROR(ENOMEM);
    for (unsigned index = 0; index < count; index++) av_dict_set_int(&options[index], "max_pixels", most_pixels, 0);
    int code = avformat_find_stream_info(context, options);
    for (unsigned index = 0; index < count; index++) av_dict_free(&options[index]);
    av_free(options);
    return code;
}

/// Makes the input formats of devices known, V4L2 among them. libavdevice brings sound servers and windows with it, so it
/// is loaded only where a device is to be read. Its major version is libavformat's. 0 where it is not installed.
static inline int footpath_register_devices(void) {
    char name[32];
    snprintf(name, sizeof name, "libavdevice.so.%d", LIBAVFORMAT_VERSION_MAJOR);
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    void (*register_all)(void) = library ? (void (*)(void))dlsym(library, "avdevice_register_all") : NULL;
    if (!register_all) return 0;
    register_all();
    return 1;
}

/// The pixel format of pictures that `codec` leaves on a device of `type`, or AV_PIX_FMT_NONE where it can't.
static inline enum AVPixelFormat footpath_hardware_format(const AVCodec *codec, enum AVHWDeviceType type) {
    const AVCodecHWConfig *config;
    for (int index = 0; (config = avcodec_get_hw_config(codec, index)); index++) {
        if ((config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) && config->device_type == type)
            return config->pix_fmt;
    }
    return AV_PIX_FMT_NONE;
}

/// Takes the device's format, or the decoder's own choice where the stream doesn't allow it. FFmpeg asks again, without
/// that format, where the device turned the stream down; what it logged of that is no damage.
static inline enum AVPixelFormat footpath_choose_format(
    struct AVCodecContext *context, const enum AVPixelFormat *formats) {
    struct footpath_decoder *state = footpath_decoder_state(context);
    for (const enum AVPixelFormat *format = formats; *format != AV_PIX_FMT_NONE; format++) {
        if (*format != state->device_format) continue;
        state->is_device_tried = 1;
        state->complaints_before_device = atomic_load(&state->complaints);
        state->errors_before_device = atomic_load(&state->errors);
        return *format;
    }
    if (state->is_device_tried) {
        atomic_store(&state->complaints, state->complaints_before_device);
        atomic_store(&state->errors, state->errors_before_device);
    }
    return avcodec_default_get_format(context, formats);
}

/// Makes a decoder that isn't open yet decode on a device, with one thread, as FFmpeg advises. False where there is no
/// memory.
static inline int footpath_decode_on(AVCodecContext *context, AVBufferRef *device, enum AVPixelFormat format) {
    if (!(context->hw_device_ctx = av_buffer_ref(device))) return 0;
    footpath_decoder_state(context)->device_format = format;
    context->get_format = footpath_choose_format;
    context->thread_count = 1;
    return 1;
}

/// avcodec_send_packet. A device is tried, if at all, within one call.
static inline int footpath_decoder_send(AVCodecContext *context, const AVPacket *packet) {
    footpath_decoder_state(context)->is_device_tried = 0;
    return avcodec_send_packet(context, packet);
}
