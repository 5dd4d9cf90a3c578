package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// decode decodes the (first) picture of b into grey. The decoders cannot be stopped
// from outside, and a few kilobytes can keep one busy for hours; but each needs its
// input, and that dries up when ctx ends.
func decode(ctx context.Context, b []byte, h header) (g *image.Gray, err error) {
	defer func() {
		if r := recover(); r != nil {
			g, err = nil, fmt.Errorf("%w: %v", errBadPicture, r)
		}
	}()
	in := &drying{ctx: ctx, r: bytes.NewReader(b)}
	var img image.Image
	switch h.kind {
	case "image/png":
		img, err = png.Decode(in)
	case "image/jpeg":
		img, err = jpeg.Decode(in)
	case "image/gif":
		img, err = gif.Decode(in) // the first frame, and no further
	case "image/webp":
		img, err = webp.Decode(in)
	default:
		return nil, errNoPicture
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBadPicture, err)
	}
	g = grey(img)
	if h.kind == "image/jpeg" {
		g = upright(g, orientation(b))
	}
	return g, nil
}

// drying ends with ctx.
type drying struct {
	ctx context.Context
	r   io.Reader
}

func (d *drying) Read(p []byte) (int, error) {
	if d.ctx.Err() != nil {
		return 0, d.ctx.Err()
	}
	return d.r.Read(p[:min(len(p), 4096)])
}

// grey is the luminance of img. What is transparent shows paper: white, or black
// where the ink is light.
func grey(img image.Image) *image.Gray {
	g := on(img, color.White)
	if o, ok := img.(interface{ Opaque() bool }); ok && !o.Opaque() && mean(g) > 235 {
		return on(img, color.Black)
	}
	return g
}

// on draws img on paper of one colour, a few lines at a time: in full colour a large
// picture would take four times the memory.
func on(img image.Image, paper color.Color) *image.Gray {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	g := image.NewGray(image.Rect(0, 0, w, h))
	const lines = 64
	strip := image.NewRGBA(image.Rect(0, 0, w, lines))
	for y := 0; y < h; y += lines {
		draw.Draw(strip, strip.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
		draw.Draw(strip, image.Rect(0, 0, w, min(lines, h-y)), img, image.Pt(b.Min.X, b.Min.Y+y), draw.Over)
		for i := range w * min(lines, h-y) {
			p := strip.Pix[4*i : 4*i+3 : 4*i+3]
			g.Pix[y*w+i] = uint8((19595*uint32(p[0]) + 38470*uint32(p[1]) + 7471*uint32(p[2]) + 1<<15) >> 16)
		}
	}
	return g
}

func mean(g *image.Gray) int {
	sum := 0
	for _, p := range g.Pix {
		sum += int(p)
	}
	return sum / max(1, len(g.Pix))
}

// scaled is g with its sides multiplied by num/den: averaged when it shrinks,
// interpolated when it grows.
func scaled(g *image.Gray, num, den int) *image.Gray {
	w, h := max(1, g.Rect.Dx()*num/den), max(1, g.Rect.Dy()*num/den)
	if num == den {
		return g
	}
	if num < den {
		return shrunk(g, w, h)
	}
	return grown(g, w, h)
}

// shrunk averages the pixels of g that fall into each of w × h boxes.
func shrunk(g *image.Gray, w, h int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, h))
	gw, gh := g.Rect.Dx(), g.Rect.Dy()
	for y := range h {
		y0, y1 := y*gh/h, max(y*gh/h+1, (y+1)*gh/h)
		for x := range w {
			x0, x1 := x*gw/w, max(x*gw/w+1, (x+1)*gw/w)
			sum := 0
			for yy := y0; yy < y1; yy++ {
				for _, p := range g.Pix[yy*g.Stride+x0 : yy*g.Stride+x1] {
					sum += int(p)
				}
			}
			out.Pix[y*w+x] = uint8(sum / ((y1 - y0) * (x1 - x0)))
		}
	}
	return out
}

// grown interpolates between the four nearest pixels, in 1/256 steps.
func grown(g *image.Gray, w, h int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, h))
	gw, gh := g.Rect.Dx(), g.Rect.Dy()
	// at is the pixel under the middle of out's pixel i, and how far it is to the next.
	at := func(i, n, of int) (int, int, int) {
		p := max(0, (2*i+1)*of*128/n-128)
		a := min(p>>8, of-1)
		return a, min(a+1, of-1), p & 255
	}
	for y := range h {
		y0, y1, fy := at(y, h, gh)
		up, down := g.Pix[y0*g.Stride:], g.Pix[y1*g.Stride:]
		for x := range w {
			x0, x1, fx := at(x, w, gw)
			a := int(up[x0])*(256-fx) + int(up[x1])*fx
			b := int(down[x0])*(256-fx) + int(down[x1])*fx
			out.Pix[y*w+x] = uint8((a*(256-fy) + b*fy) >> 16)
		}
	}
	return out
}
