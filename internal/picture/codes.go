package picture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"unicode"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/detector"

	"github.com/lurewatch/lurewatch/internal/post"
)

// maxFinders bounds the corner marks of one picture: the reader tries every three of
// them, so a picture full of marks would keep it busy for hours.
const maxFinders = 64

var errCodes = errors.New("it has more marks of QR codes than are tried")

// sizes are the longer sides, in pixels, at which codes are looked for: fine print
// wants the picture as it is, a noisy photo wants it small, a tiny code wants it large.
var sizes = []int{0, 1000, 2000, 500}

// codesOf reads the QR codes of g, dark on light and light on dark. What they say is
// kept as it is. It also says where they are: Tesseract reads words into them.
func codesOf(ctx context.Context, g *image.Gray) (found []string, where []image.Rectangle, failed error) {
	long := max(g.Rect.Dx(), g.Rect.Dy())
	for i, size := range sizes {
		switch {
		case ctx.Err() != nil:
			return found, where, context.Cause(ctx)
		case size == 0 && long > 3000:
			size = 3000
		case size == 0:
			size = long
		case size > 3*long || size > long && len(found) > 0 || i > 0 && size == long:
			continue
		}
		at := scaled(g, size, long)
		for _, invert := range []bool{false, true} {
			codes, boxes, err := codesAt(ctx, at, invert)
			failed = cmp.Or(failed, err)
			for _, b := range boxes {
				where = append(where, image.Rect(b.Min.X*long/size, b.Min.Y*long/size, b.Max.X*long/size+1, b.Max.Y*long/size+1).Intersect(g.Rect))
			}
			for _, c := range codes {
				if c = printable(c); c != "" && !slices.Contains(found, c) && len(found) < post.MaxCodes {
					found = append(found, c)
				}
			}
		}
		if len(found) > 0 && i > 0 {
			break
		}
	}
	if len(found) > 0 && errors.Is(failed, errCodes) {
		failed = nil // at another size
	}
	slices.Sort(found) // the order in which they are found means nothing
	return found, where, failed
}

// codesAt looks once. The library panics on some pictures; that is no code.
func codesAt(ctx context.Context, g *image.Gray, invert bool) (codes []string, where []image.Rectangle, err error) {
	defer func() {
		if r := recover(); r != nil {
			if e, ok := r.(error); ok && (errors.Is(e, errCodes) || ctx.Err() != nil) {
				err = e
				return
			}
			codes, where, err = nil, nil, nil
		}
	}()
	source, err := gozxing.NewPlanarYUVLuminanceSource(g.Pix, g.Rect.Dx(), g.Rect.Dy(), 0, 0, g.Rect.Dx(), g.Rect.Dy(), false)
	if err != nil {
		return nil, nil, err
	}
	if invert {
		source = source.Invert()
	}
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(source))
	if err != nil {
		return nil, nil, err
	}
	finders := 0
	seen := gozxing.ResultPointCallback(func(p gozxing.ResultPoint) {
		if _, ok := p.(*detector.FinderPattern); ok {
			if finders++; finders > maxFinders {
				panic(errCodes)
			}
		}
		if ctx.Err() != nil {
			panic(context.Cause(ctx))
		}
	})
	results, err := qrcode.NewQRCodeMultiReader().DecodeMultiple(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_TRY_HARDER:                 true,
		gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: seen,
	})
	if _, none := errors.AsType[gozxing.NotFoundException](err); err != nil && !none {
		return nil, nil, fmt.Errorf("QR codes: %w", err)
	}
	for _, r := range results {
		codes, where = append(codes, r.GetText()), append(where, boxOf(r.GetResultPoints()))
	}
	return codes, where, nil
}

// boxOf is the upright box around a code, of which the middles of the corner marks
// are known.
func boxOf(points []gozxing.ResultPoint) image.Rectangle {
	var b image.Rectangle
	for i, p := range points {
		at := image.Rect(int(p.GetX()), int(p.GetY()), int(p.GetX())+1, int(p.GetY())+1)
		if b = b.Union(at); i == 0 {
			b = at
		}
	}
	return b.Inset(-max(b.Dx(), b.Dy()) / 4)
}

// blank paints over parts of g with the grey that is around them.
func blank(g *image.Gray, where []image.Rectangle) {
	for _, r := range where {
		if r.Empty() {
			continue
		}
		shade := g.GrayAt(r.Min.X, r.Min.Y)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				g.SetGray(x, y, shade)
			}
		}
	}
}

// printable is s without what only steers a screen or a terminal.
func printable(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) {
			return r
		}
		return -1
	}, s))
}
