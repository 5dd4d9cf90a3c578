package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// poster draws lines of Latin letters.
func poster(t testing.TB, ink, paper color.Color, size float64, lines ...string) *image.RGBA {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	m := image.NewRGBA(image.Rect(0, 0, int(size*22), int(size*2*float64(len(lines)+1))))
	draw.Draw(m, m.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	d := font.Drawer{Dst: m, Src: image.NewUniform(ink), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(int(size), int(size*2*float64(i+1)))
		d.DrawString(l)
	}
	return m
}

// code draws a QR code.
func code(t testing.TB, text string, side int) image.Image {
	t.Helper()
	m, err := qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, side, side, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// canvas is white paper with pictures on it.
func canvas(w, h int, put func(*image.RGBA)) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	put(m)
	return m
}

func at(m *image.RGBA, x, y int, what image.Image) {
	draw.Draw(m, what.Bounds().Add(image.Pt(x, y)), what, what.Bounds().Min, draw.Src)
}

// turned is src turned by an angle, on white.
func turned(src image.Image, degrees float64) image.Image {
	b := src.Bounds()
	side := int(1.5 * float64(max(b.Dx(), b.Dy())))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return canvas(side, side, func(m *image.RGBA) {
		for y := range side {
			for x := range side {
				dx, dy := float64(x-side/2), float64(y-side/2)
				p := image.Pt(int(cos*dx+sin*dy)+b.Dx()/2, int(-sin*dx+cos*dy)+b.Dy()/2)
				if p.In(b) {
					m.Set(x, y, src.At(p.X, p.Y))
				}
			}
		}
	})
}

func negative(src image.Image) image.Image {
	b := src.Bounds()
	m := image.NewGray(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			g, _ := color.GrayModel.Convert(src.At(x, y)).(color.Gray)
			m.SetGray(x, y, color.Gray{Y: 255 - g.Y})
		}
	}
	return m
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asGIF is an animation of frames.
func asGIF(t testing.TB, frames ...image.Image) []byte {
	t.Helper()
	var g gif.GIF
	for _, f := range frames {
		p := image.NewPaletted(f.Bounds(), color.Palette{color.Black, color.Gray{Y: 128}, color.White})
		draw.Draw(p, p.Rect, f, f.Bounds().Min, draw.Src)
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a PNG of some bytes whose header promises w × h pixels.
func bomb(w, h uint32) []byte {
	chunk := func(kind string, data []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		body := append([]byte(kind), data...)
		return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	head = append(head, 8, 2, 0, 0, 0)
	return append(append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head)...), chunk("IDAT", []byte{0x78, 0x9c, 1, 0, 0, 0xff, 0xff})...)
}

func golden(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
