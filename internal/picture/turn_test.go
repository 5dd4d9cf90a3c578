package picture

import (
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
)

// withExif puts an orientation into a JPEG, as a camera does.
func withExif(b []byte, order binary.AppendByteOrder, mark string, v uint16) []byte {
	t := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	t = order.AppendUint16(t, 1)
	t = order.AppendUint16(order.AppendUint32(order.AppendUint16(order.AppendUint16(t, 0x0112), 3), 1), v)
	body := append([]byte("Exif\x00\x00"), append(t, 0, 0)...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return slices.Concat(b[:2], head, body, b[2:])
}

func TestOrientationsAreUndone(t *testing.T) {
	// What a camera stores for each orientation of the fields
	//	A B
	//	C D
	want := "ABCD"
	for v, stored := range map[int]struct {
		pix  string
		w, h int
	}{
		1: {"ABCD", 2, 2}, 2: {"BADC", 2, 2}, 3: {"DCBA", 2, 2}, 4: {"CDAB", 2, 2},
		5: {"ACBD", 2, 2}, 6: {"BDAC", 2, 2}, 7: {"DBCA", 2, 2}, 8: {"CADB", 2, 2},
	} {
		g := &image.Gray{Pix: []byte(stored.pix), Stride: stored.w, Rect: image.Rect(0, 0, stored.w, stored.h)}
		if got := string(upright(g, v).Pix); got != want {
			t.Errorf("orientation %d: %s, want %s", v, got, want)
		}
	}
	wide := &image.Gray{Pix: []byte("ABCDEF"), Stride: 3, Rect: image.Rect(0, 0, 3, 2)}
	if got := upright(wide, 6); got.Rect.Dx() != 2 || got.Rect.Dy() != 3 || string(got.Pix) != "DAEBFC" {
		t.Errorf("turned %v %s", got.Rect, got.Pix)
	}
}

func TestAPhotoOnItsSideIsRead(t *testing.T) {
	words := poster(t, color.Black, color.White, 32, "Urgent hiring", "Free flight ticket")
	// Orientation 6: the camera was turned, and the picture lies on its left side.
	g := grey(words)
	side := upright(g, 8)
	file := asJPEG(t, side, 90)
	for name, b := range map[string][]byte{
		"Motorola byte order": withExif(file, binary.BigEndian, "MM", 6), "Intel byte order": withExif(file, binary.LittleEndian, "II", 6),
	} {
		if x := read(t, withTesseract(t), b, Hint{}); !strings.Contains(x.Text, "Free flight ticket") {
			t.Errorf("%s: read %q, %s", name, x.Text, x.Error)
		}
	}
	for name, b := range map[string][]byte{
		"none": file, "nonsense": withExif(file, binary.BigEndian, "MM", 99), "cut short": withExif(file, binary.BigEndian, "MM", 6)[:30], "nothing": nil, "a mark alone": {0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff},
	} {
		if v := orientation(b); v != 1 {
			t.Errorf("%s: orientation %d", name, v)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	file := withExif([]byte{0xff, 0xd8, 0xff, 0xd9}, binary.LittleEndian, "II", 3)
	if orientation(file) != 3 {
		f.Fatal("no seeds")
	}
	f.Add(file)
	f.Fuzz(func(t *testing.T, b []byte) {
		if v := orientation(b); v < 1 || v > 8 {
			t.Errorf("orientation %d", v)
		}
	})
}
