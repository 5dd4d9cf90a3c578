package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// header is what a picture says of itself before it is decoded.
type header struct {
	kind          string // media type
	width, height int    // pixels
}

// maxSide bounds each side of a picture, pixels.
const maxSide = 32768

var (
	errEmpty      = errors.New("the file is empty")
	errScript     = errors.New("it is an SVG or another document, which may hold scripts: only PNG, JPEG, GIF and WebP are read")
	errNoPicture  = errors.New("it is no PNG, JPEG, GIF or WebP")
	errBadPicture = errors.New("it is damaged or cut short")
)

// formats are told by the first bytes, never by a name or a server.
var formats = []struct {
	kind, magic string // ? in magic is any byte
	config      func(*bytes.Reader) (image.Config, error)
}{
	{"image/png", "\x89PNG\r\n\x1a\n", func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) }},
	{"image/jpeg", "\xff\xd8\xff", func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) }},
	{"image/gif", "GIF8?a", func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) }},
	{"image/webp", "RIFF????WEBPVP8", func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) }},
}

// Check says why a picture would be refused before it is decoded, within the default
// bounds of [Options].
func Check(b []byte) error {
	var o Options
	if err := o.check(); err != nil {
		return err
	}
	_, err := inspect(b, o.MaxBytes, o.MaxPixels)
	return err
}

// Type is the media type of a picture by its first bytes, "" for what is not read here.
func Type(b []byte) string {
	for _, f := range formats {
		if matches(b, f.magic) {
			return f.kind
		}
	}
	return ""
}

func matches(b []byte, magic string) bool {
	if len(b) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != b[i] {
			return false
		}
	}
	return true
}

// inspect reads the header of a picture and refuses what is too large to decode.
// The error of a picture that states its size comes with the header.
func inspect(b []byte, maxBytes, maxPixels int) (h header, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errBadPicture, r)
		}
	}()
	if len(b) == 0 {
		return h, errEmpty
	}
	for _, f := range formats {
		if !matches(b, f.magic) {
			continue
		}
		h.kind = f.kind
		if len(b) > maxBytes {
			return h, fmt.Errorf("it has %d bytes: at most %d are read", len(b), maxBytes)
		}
		c, err := f.config(bytes.NewReader(b))
		if err != nil {
			return h, fmt.Errorf("%w: %w", errBadPicture, err)
		}
		if c.Width < 1 || c.Height < 1 {
			return h, fmt.Errorf("%w: it is %d × %d pixels", errBadPicture, c.Width, c.Height)
		}
		h.width, h.height = c.Width, c.Height
		if c.Width > maxSide || c.Height > maxSide || c.Width > maxPixels/c.Height {
			return h, fmt.Errorf("it is %d × %d pixels: at most %d a side and %d in all are decoded", c.Width, c.Height, maxSide, maxPixels)
		}
		return h, nil
	}
	if bytes.HasPrefix(bytes.TrimLeft(b[:min(len(b), 64)], "\xEF\xBB\xBF \t\r\n"), []byte("<")) {
		return h, errScript
	}
	return h, errNoPicture
}
