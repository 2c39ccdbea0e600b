#include "CImages.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct ci_png {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t count;
    size_t position;
    size_t row_bytes;
    jmp_buf landing;
    char message[160];
};

static void fail(png_structp png, png_const_charp text) {
    ci_png *reader = png_get_error_ptr(png);
    strncpy(reader->message, text, sizeof reader->message - 1);
    longjmp(reader->landing, 1);
}

// Warnings concern chunks that play no part here.
static void pass(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void copy(png_structp png, png_bytep target, size_t count) {
    ci_png *reader = png_get_io_ptr(png);
    if (count > reader->count - reader->position) png_error(png, "the file ends before its pixels");
    memcpy(target, reader->bytes + reader->position, count);
    reader->position += count;
}

ci_png *ci_png_open(const uint8_t *bytes, size_t count) {
    ci_png *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->bytes = bytes;
    reader->count = count;
    return reader;
}

int ci_png_header(ci_png *reader, uint32_t *width, uint32_t *height, int *channels) {
    if (setjmp(reader->landing)) return CI_DAMAGED;
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, pass);
    if (reader->png) reader->info = png_create_info_struct(reader->png);
    if (!reader->info) return CI_NO_MEMORY;
    png_structp png = reader->png;
    png_set_read_fn(png, reader, copy);
    // All chunks but IHDR, PLTE, tRNS, IDAT and IEND are skipped.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, reader->info);
    int colour = png_get_color_type(png, reader->info);
    int depth = png_get_bit_depth(png, reader->info);
    if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (colour == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    if (png_get_valid(png, reader->info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
    if (depth == 16) png_set_strip_16(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    *width = png_get_image_width(png, reader->info);
    *height = png_get_image_height(png, reader->info);
    *channels = png_get_channels(png, reader->info);
    reader->row_bytes = png_get_rowbytes(png, reader->info);
    if (png_get_bit_depth(png, reader->info) != 8 || reader->row_bytes != (size_t)*width * (size_t)*channels)
        png_error(png, "its samples cannot be read as bytes");
    return CI_OK;
}

int ci_png_pixels(ci_png *reader, uint8_t *pixels) {
    if (setjmp(reader->landing)) return CI_DAMAGED;
    png_structp png = reader->png;
    int passes = png_get_interlace_type(png, reader->info) == PNG_INTERLACE_NONE ? 1 : PNG_INTERLACE_ADAM7_PASSES;
    uint32_t height = png_get_image_height(png, reader->info);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t row = 0; row < height; row++) png_read_row(png, pixels + row * reader->row_bytes, NULL);
    return CI_OK;
}

const char *ci_png_message(const ci_png *reader) { return reader->message; }

void ci_png_close(ci_png *reader) {
    if (reader->png) png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader);
}
