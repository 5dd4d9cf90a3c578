package picture

import (
	"image"
	"image/color"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func seeds(f *testing.F) (out [][]byte) {
	m := poster(f, color.Black, color.White, 12, "Salary 1500 USD")
	out = [][]byte{
		asPNG(f, m), asJPEG(f, m, 50), asGIF(f, m, m), golden(f, "poster.webp"), golden(f, "km.png"), bomb(50000, 50000), bomb(3, 3),
		[]byte("<svg/>"), {}, []byte("RIFF\x00\x00\x00\x00WEBPVP8X"), []byte("GIF89a\xff\xff\xff\xff"),
	}
	if len(out) == 0 {
		f.Fatal("no seeds")
	}
	return out
}

// FuzzInspect: a header is refused or bounded, and never a panic.
func FuzzInspect(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := inspect(b, 1<<20, 1_000_000)
		if err == nil && (h.width < 1 || h.height < 1 || h.width*h.height > 1_000_000 || h.kind == "" || len(b) > 1<<20) {
			t.Errorf("let through %+v of %d bytes", h, len(b))
		}
	})
}

// FuzzRead: whatever the file, reading ends in time, and what is said of it is text.
func FuzzRead(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	r, err := New(f.Context(), Options{Tesseract: Off, MaxPixels: 200_000, Timeout: 5 * time.Second})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		began := time.Now()
		x, err := r.Read(t.Context(), b, Hint{})
		if err != nil && t.Context().Err() == nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("took %v", took)
		}
		for _, c := range x.Codes {
			if !utf8.ValidString(c) || strings.ContainsRune(c, 0x1b) {
				t.Errorf("code %q", c)
			}
		}
	})
}

// FuzzParse: what Tesseract writes may be anything.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"level\tpage_num\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t95.5\tSalary\nSalary\n\f", "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\tNaN\tx", "\t\t\t\t\t\t\t\t\t\t\t", "5\t\xff\n",
		"5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t80\tท\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t90\tํ\n5\t1\t1\t1\t1\t3\t0\t0\t9\t9\t90\tา\nทํา\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := reading{lines: parse(strings.ToValidUTF8(s, "\uFFFD"))}
		text := r.text()
		if !utf8.ValidString(text) || len(text) > 16<<10 || strings.ContainsRune(text, 0x1b) {
			t.Errorf("text of %d bytes: %q", len(text), text[:min(len(text), 100)])
		}
		if c := r.confidence(); !(c >= 0 && c <= 1) {
			t.Errorf("confidence %v", c)
		}
	})
}

func TestWhatIsSureIsKept(t *testing.T) {
	const thai = "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t80\tท\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t90\tํ\n5\t1\t1\t1\t1\t3\t0\t0\t9\t9\t90\tางาน\nทํางาน\n"
	for name, c := range map[string]struct{ in, want string }{
		"signs that belong together":       {thai, "ทำงาน"},
		"two lines":                        {"5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t95\tFree\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t95\tfood\n5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t95\troom\nFree food\nroom\n", "Free food\nroom"},
		"a line that it is not sure of":    {"5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t12\tpalmtree\npalmtree\n", ""},
		"an ornament in many scripts":      {"5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90\tမြ๐ອក\nမြ๐ອក\n", ""},
		"text that the table does not say": {"Salary\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (reading{lines: parse(c.in)}).text(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func BenchmarkPoster(b *testing.B) {
	r := withTesseract(b)
	for name, c := range map[string]struct {
		m image.Image
		h Hint
	}{"latin": {poster(b, color.Black, color.White, 32, "Urgent hiring", "Salary 1500 USD", "Free flight ticket"), Hint{}}} {
		b.Run(name, func(b *testing.B) {
			file := asPNG(b, c.m)
			for b.Loop() {
				r.known = known{}
				if _, err := r.Read(b.Context(), file, c.h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
