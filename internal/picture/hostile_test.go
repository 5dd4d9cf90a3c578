package picture

import (
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"
)

// marks is a picture full of corner marks of QR codes, n by n.
func marks(n int) image.Image {
	const module, step = 3, 36
	return canvas(n*step+20, n*step+20, func(m *image.RGBA) {
		for i := range n * n {
			x0, y0 := 10+i%n*step, 10+i/n*step
			for y := range 7 * module {
				for x := range 7 * module {
					mx, my := x/module, y/module
					ring := max(max(3-mx, mx-3), max(3-my, my-3))
					if ring != 2 {
						m.Set(x0+x, y0+y, color.Black)
					}
				}
			}
		}
	})
}

func TestAPictureFullOfMarksEndsInTime(t *testing.T) {
	r, err := New(t.Context(), Options{Tesseract: Off, Timeout: 5 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, 5, 6, 12, 19} {
		began := time.Now()
		x := read(t, r, asPNG(t, marks(n)), Hint{})
		took := time.Since(began)
		t.Logf("%d marks: %v, %q", n*n, took.Round(time.Millisecond), x.Error)
		if took > 45*time.Second { // without the bound the last ones take minutes
			t.Errorf("%d marks took %v", n*n, took)
		}
	}
}

// slowJPEG is a progressive JPEG of w × h pixels in many scans that say nothing: each
// takes some fifty bytes of the file, and a walk over every block of the picture.
func slowJPEG(w, h uint16, scans int) []byte {
	out := []byte{0xff, 0xd8, 0xff, 0xc2, 0, 11, 8}
	out = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(out, h), w)
	out = append(out, 1, 1, 0x11, 0)
	out = append(out, 0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xe0) // one code: a run of 2^14 blocks without anything
	blocks := (int(w) + 7) / 8 * ((int(h) + 7) / 8)
	scan := append([]byte{0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0}, make([]byte, (blocks/16384+1)*15/8+1)...)
	return append(append(out, slices.Repeat(scan, scans)...), 0xff, 0xd9)
}

func TestADecoderThatIsKeptBusyIsStopped(t *testing.T) {
	r, err := New(t.Context(), Options{Tesseract: Off, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	file := slowJPEG(4000, 4900, 5000)
	began := time.Now()
	x := read(t, r, file, Hint{})
	took := time.Since(began)
	t.Logf("%d bytes: %v", len(file), took.Round(time.Millisecond))
	if took > 15*time.Second || !strings.Contains(x.Error, "longer than 1s") || x.Width != 4000 {
		t.Errorf("it took %v: %+v", took, x)
	}
}
