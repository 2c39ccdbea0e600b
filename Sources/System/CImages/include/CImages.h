// The parts of libpng and libjpeg that report errors by a jump, behind functions that return a status.
//
// Each function that can fail sets its own landing place, so no jump leaves this target or crosses a Swift frame.
// Memory is taken by the libraries alone: the caller checks the sizes of the header before it asks for pixels.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    CI_OK = 0,
    CI_DAMAGED = 1,      // The content breaks the rules of its format, or pixels are missing.
    CI_UNSUPPORTED = 2,  // The file may be fine; the library does not read this part of its format.
    CI_NO_MEMORY = 3,
};

// --- PNG --------------------------------------------------------------------------------------------------------

typedef struct ci_png ci_png;

// A reader of a PNG file in memory, which has to stay where it is until the reader is closed; null without memory.
ci_png *ci_png_open(const uint8_t *bytes, size_t count);

// Reads up to the pixels. Sizes and channels (1 grey, 2 grey and alpha, 3 RGB, 4 RGBA) are those of the pixels to come.
int ci_png_header(ci_png *reader, uint32_t *width, uint32_t *height, int *channels);

// Reads all pixels, one byte a sample: 16-bit samples give their high byte, a transparent colour becomes alpha. Colour
// profiles and gamma are not applied. `pixels` has room for width * height * channels bytes.
int ci_png_pixels(ci_png *reader, uint8_t *pixels);

// What failed; valid until the reader is closed.
const char *ci_png_message(const ci_png *reader);

void ci_png_close(ci_png *reader);

// --- JPEG -------------------------------------------------------------------------------------------------------

typedef struct ci_jpeg ci_jpeg;

// A reader of a JPEG file in memory, which has to stay where it is until the reader is closed; null without memory.
ci_jpeg *ci_jpeg_open(const uint8_t *bytes, size_t count);

// Reads up to the first scan. `channels`: 1 (grey), 3 (colour) or 4 (CMYK).
int ci_jpeg_header(ci_jpeg *reader, int *width, int *height, int *channels);

// The next of the APP1 segments before the first scan (EXIF, XMP), without its length field; null after the last.
const uint8_t *ci_jpeg_next_segment(ci_jpeg *reader, size_t *count);

// Starts to decode at 1/denominator of the size (1, 2, 4 or 8) into grey, RGB or CMYK; gives the size of the result.
int ci_jpeg_start(ci_jpeg *reader, int denominator, int *width, int *height);

// Reads all rows of the result. Fails where pixels are missing from the file; what else the library warns of is let
// pass. `pixels` has room for width * height * channels bytes.
int ci_jpeg_pixels(ci_jpeg *reader, uint8_t *pixels);

// What failed; valid until the reader is closed.
const char *ci_jpeg_message(const ci_jpeg *reader);

void ci_jpeg_close(ci_jpeg *reader);
