#include "CImages.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

// A crafted progressive file with thousands of scans would take hours; the limit is TurboJPEG's own.
enum { most_scans = 500 };

struct segment {
    const uint8_t *start;
    size_t count;
};

struct ci_jpeg {
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    // The APP1 segments, where they lie in the file.
    struct segment *segments;
    size_t segment_count;
    size_t segment_capacity;
    size_t next_segment;
    // The file ended before the mark of its end.
    bool has_ended;
    // The components that a scan brought, one bit each.
    unsigned components_seen;
    jmp_buf landing;
    char message[JMSG_LENGTH_MAX];
};

static int kind_of(int code) {
    switch (code) {
    case JERR_OUT_OF_MEMORY: return CI_NO_MEMORY;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_EMPTY_IMAGE:  // The height follows the pixels (DNL).
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_NO_BACKING_STORE:
    case JERR_WIDTH_OVERFLOW: return CI_UNSUPPORTED;
    default: return CI_DAMAGED;
    }
}

static void fail(j_common_ptr decoder) {
    ci_jpeg *reader = decoder->client_data;
    decoder->err->format_message(decoder, reader->message);
    longjmp(reader->landing, 1 + kind_of(decoder->err->msg_code));
}

// Of the library's warnings these mean that pixels are missing. The end of the file alone does not: the bits of the
// last pixels may all be there. The Huffman decoder complains when they are not; the arithmetic decoder never does.
static bool is_damage(const ci_jpeg *reader, int code) {
    switch (code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE: return true;
    case JWRN_JPEG_EOF: return reader->decoder.arith_code;
    default: return false;
    }
}

static void warn(j_common_ptr decoder, int level) {
    if (level >= 0) return;
    ci_jpeg *reader = decoder->client_data;
    int code = decoder->err->msg_code;
    if (code == JWRN_JPEG_EOF) reader->has_ended = true;
    if (is_damage(reader, code)) fail(decoder);
}

// Notes an APP1 segment. The library's own list of kept segments is walked from its start for each one, which takes
// minutes for a file of many small ones.
static boolean note_segment(j_decompress_ptr decoder) {
    ci_jpeg *reader = decoder->client_data;
    struct jpeg_source_mgr *source = decoder->src;
    if (source->bytes_in_buffer < 2) ERREXIT(decoder, JERR_INPUT_EOF);
    size_t length = (size_t)source->next_input_byte[0] << 8 | source->next_input_byte[1];
    if (length < 2) ERREXIT(decoder, JERR_BAD_LENGTH);
    if (source->bytes_in_buffer < length) ERREXIT(decoder, JERR_INPUT_EOF);
    if (reader->segment_count == reader->segment_capacity) {
        size_t capacity = 2 * reader->segment_capacity + 8;
        struct segment *grown = realloc(reader->segments, capacity * sizeof *grown);
        if (!grown) ERREXIT1(decoder, JERR_OUT_OF_MEMORY, 0);
        reader->segments = grown;
        reader->segment_capacity = capacity;
    }
    reader->segments[reader->segment_count++] = (struct segment){source->next_input_byte + 2, length - 2};
    source->next_input_byte += length;
    source->bytes_in_buffer -= length;
    return TRUE;
}

static void watch(j_common_ptr common) {
    j_decompress_ptr decoder = (j_decompress_ptr)common;
    ci_jpeg *reader = common->client_data;
    if (decoder->input_scan_number > most_scans) {
        snprintf(reader->message, sizeof reader->message, "it has more than %d scans", most_scans);
        longjmp(reader->landing, 1 + CI_UNSUPPORTED);
    }
    for (int index = 0; index < decoder->comps_in_scan; index++)
        reader->components_seen |= 1u << decoder->cur_comp_info[index]->component_index;
}

// Whether the scans of a file that has several brought every component, and every bit of each.
static bool is_complete(const ci_jpeg *reader) {
    j_decompress_ptr decoder = (j_decompress_ptr)&reader->decoder;
    for (int component = 0; component < decoder->num_components; component++) {
        if (!(reader->components_seen >> component & 1)) return false;
        if (!decoder->coef_bits) continue;
        for (int coefficient = 0; coefficient < DCTSIZE2; coefficient++)
            if (decoder->coef_bits[component][coefficient] != 0) return false;
    }
    return true;
}

ci_jpeg *ci_jpeg_open(const uint8_t *bytes, size_t count) {
    ci_jpeg *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    j_decompress_ptr decoder = &reader->decoder;
    decoder->err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = fail;
    reader->errors.emit_message = warn;
    reader->progress.progress_monitor = watch;
    decoder->client_data = reader;
    if (setjmp(reader->landing)) {
        ci_jpeg_close(reader);
        return NULL;
    }
    jpeg_create_decompress(decoder);
    decoder->progress = &reader->progress;
    jpeg_mem_src(decoder, (unsigned char *)bytes, count);
    jpeg_set_marker_processor(decoder, JPEG_APP0 + 1, note_segment);
    return reader;
}

int ci_jpeg_header(ci_jpeg *reader, int *width, int *height, int *channels) {
    int landed = setjmp(reader->landing);
    if (landed) return landed - 1;
    j_decompress_ptr decoder = &reader->decoder;
    jpeg_read_header(decoder, TRUE);
    // The number of components decides, as in Pillow; how they are stored is the library's business.
    switch (decoder->num_components) {
    case 1: decoder->out_color_space = JCS_GRAYSCALE; break;
    case 3: decoder->out_color_space = JCS_RGB; break;
    case 4: decoder->out_color_space = JCS_CMYK; break;
    default:
        snprintf(reader->message, sizeof reader->message, "it has %d components", decoder->num_components);
        return CI_UNSUPPORTED;
    }
    *width = (int)decoder->image_width;
    *height = (int)decoder->image_height;
    *channels = decoder->num_components;
    return CI_OK;
}

const uint8_t *ci_jpeg_next_segment(ci_jpeg *reader, size_t *count) {
    if (reader->next_segment == reader->segment_count) return NULL;
    struct segment segment = reader->segments[reader->next_segment++];
    *count = segment.count;
    return segment.start;
}

int ci_jpeg_start(ci_jpeg *reader, int denominator, int *width, int *height) {
    int landed = setjmp(reader->landing);
    if (landed) return landed - 1;
    j_decompress_ptr decoder = &reader->decoder;
    decoder->scale_num = 1;
    decoder->scale_denom = (unsigned)denominator;
    decoder->dct_method = JDCT_ISLOW;
    jpeg_start_decompress(decoder);
    if (reader->has_ended && jpeg_has_multiple_scans(decoder) && !is_complete(reader)) {
        snprintf(reader->message, sizeof reader->message, "the file ends before its last scan");
        return CI_DAMAGED;
    }
    *width = (int)decoder->output_width;
    *height = (int)decoder->output_height;
    return CI_OK;
}

int ci_jpeg_pixels(ci_jpeg *reader, uint8_t *pixels) {
    int landed = setjmp(reader->landing);
    if (landed) return landed - 1;
    j_decompress_ptr decoder = &reader->decoder;
    size_t stride = (size_t)decoder->output_width * (size_t)decoder->output_components;
    JSAMPROW rows[16];
    while (decoder->output_scanline < decoder->output_height) {
        unsigned count = 0;
        for (; count < 16 && decoder->output_scanline + count < decoder->output_height; count++)
            rows[count] = pixels + (decoder->output_scanline + count) * stride;
        jpeg_read_scanlines(decoder, rows, count);
    }
    return CI_OK;
}

const char *ci_jpeg_message(const ci_jpeg *reader) { return reader->message; }

void ci_jpeg_close(ci_jpeg *reader) {
    jpeg_destroy_decompress(&reader->decoder);
    free(reader->segments);
    free(reader);
}
