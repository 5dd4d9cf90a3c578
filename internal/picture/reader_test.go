package picture

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"log/slog"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// withTesseract is a reader with the real program.
func withTesseract(t testing.TB, langs ...string) *Reader {
	t.Helper()
	r, err := New(t.Context(), Options{Tesseract: realtest.Tesseract(t), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range langs {
		if !slices.Contains(r.engine.langs, l) {
			t.Fatalf("tesseract has no language %s, only %v\nhint: scripts/real-parts.sh install-tesseract", l, r.engine.langs)
		}
	}
	return r
}

// withoutOCR is a reader of everything but words.
func withoutOCR(t testing.TB) *Reader {
	t.Helper()
	r, err := New(t.Context(), Options{Tesseract: Off})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t testing.TB, r *Reader, b []byte, h Hint) post.Picture {
	t.Helper()
	x, err := r.Read(t.Context(), b, h)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestWordsAreRead(t *testing.T) {
	r := withTesseract(t, "eng", "khm", "tha", "vie", "mya", "lao", "chi_sim")
	offer := []string{"Urgent hiring", "Salary 1234 USD", "Free flight ticket"}
	black := func() image.Image { return poster(t, color.Black, color.White, 32, offer...) }
	for name, c := range map[string]struct {
		file []byte
		hint Hint
		want []string
		lang string
	}{
		"a clean poster":                        {asPNG(t, black()), Hint{}, offer, "en"},
		"white on black":                        {asPNG(t, poster(t, color.White, color.Black, 32, offer...)), Hint{}, offer, "en"},
		"white on red, as JPEG":                 {asJPEG(t, poster(t, color.White, color.RGBA{180, 10, 20, 255}, 32, offer...), 60), Hint{}, offer, "en"},
		"light ink on nothing":                  {asPNG(t, poster(t, color.White, color.Transparent, 32, offer...)), Hint{}, offer, "en"},
		"letters of eleven pixels":              {asPNG(t, poster(t, color.Black, color.White, 11, offer...)), Hint{}, offer, "en"},
		"letters of a hundred pixels":           {asPNG(t, poster(t, color.Black, color.White, 100, offer...)), Hint{}, offer, "en"},
		"the first frame of an animation":       {asGIF(t, black(), poster(t, color.Black, color.White, 32, "Nothing to see", "here", "at all")), Hint{}, offer, "en"},
		"WebP":                                  {golden(t, "poster.webp"), Hint{}, []string{"Free flight ticket", "Salary 1500 USD"}, "en"},
		"Khmer":                                 {golden(t, "km.png"), Hint{}, []string{"ធ្វើការនៅប៉ោយប៉ែត", "800$ - 1500$", "@job_kh99"}, "km"},
		"Khmer, beside a post in Khmer":         {golden(t, "km.png"), Hint{Lang: "km"}, []string{"ធ្វើការនៅប៉ោយប៉ែត", "800$ - 1500$", "@job_kh99"}, "km"},
		"Thai without spaces between its signs": {golden(t, "th.png"), Hint{}, []string{"ทำงานที่ปอยเปต", "เงินเดือน 30,000 - 50,000 บาท", "มีที่พักและอาหารฟรี", "joy_hr88"}, "th"},
		"Thai, beside words in Thai":            {golden(t, "th.png"), Hint{Text: "สนใจทักแชท"}, []string{"ทำงานที่ปอยเปต", "joy_hr88"}, "th"},
		"Chinese":                               {golden(t, "zh.png"), Hint{}, []string{"高薪招聘", "包吃包住", "@xigang888"}, "zh"},
		"Vietnamese with its signs":             {golden(t, "vi.png"), Hint{}, []string{"Không cần kinh nghiệm", "vé máy bay", "0912345678"}, "vi"},
		"Burmese":                               {golden(t, "my.png"), Hint{Lang: "my"}, []string{"လစာ", "အစားအသောက်", "09123456789"}, "my"},
		"Lao":                                   {golden(t, "lo.png"), Hint{}, []string{"ເງິນເດືອນ 15.000.000 ກີບ", "020 5555 1234"}, "lo"},
		"a hint that is wrong":                  {golden(t, "th.png"), Hint{Lang: "km"}, []string{"ทำงานที่ปอยเปต", "joy_hr88"}, "th"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			x := read(t, r, c.file, c.hint)
			t.Logf("%v, %s, sure %.2f", time.Since(began).Round(time.Millisecond), x.Lang, x.Confidence)
			for _, w := range c.want {
				if !strings.Contains(x.Text, w) {
					t.Errorf("%q is not in what was read:\n%s", w, x.Text)
				}
			}
			if x.Error != "" || x.Confidence < 0.5 || !slices.Contains(strings.Split(x.Lang, "+"), c.lang) {
				t.Errorf("lang %s, want %s; confidence %v; error %q", x.Lang, c.lang, x.Confidence, x.Error)
			}
		})
	}
}

func TestNoWordsAreReadIntoACode(t *testing.T) {
	x := read(t, withTesseract(t), asPNG(t, withCode(t, "https://t.me/hr_sample")), Hint{})
	if x.Text != "Customer service\nFree food and room\nScan the code" || len(x.Codes) != 1 {
		t.Errorf("read %q and %q", x.Text, x.Codes)
	}
}

func TestAPictureWithoutWordsSaysNothing(t *testing.T) {
	r := withTesseract(t)
	x := read(t, r, asPNG(t, canvas(400, 300, func(m *image.RGBA) {
		for i := range m.Rect.Dx() * m.Rect.Dy() { // a sun in the sky
			x, y := i%400, i/400
			m.Set(x, y, color.RGBA{uint8(90 + y/3), uint8(130 + y/4), 220, 255})
			if (x-200)*(x-200)+(y-150)*(y-150) < 3600 {
				m.Set(x, y, color.RGBA{250, 240, uint8(90 + x/4), 255})
			}
		}
	})), Hint{})
	if x.Text != "" || x.Confidence != 0 || len(x.Codes) != 0 || x.Error != "" {
		t.Errorf("read %q (%v), codes %q, error %q out of nothing", x.Text, x.Confidence, x.Codes, x.Error)
	}
}

func TestCodesAreReadAndKeptAsText(t *testing.T) {
	r := withoutOCR(t)
	one, two := "https://t.me/hr_sample", "https://line.me/ti/p/~sample?x=1"
	for name, c := range map[string]struct {
		m    image.Image
		want []string
	}{
		"straight":            {canvas(400, 400, func(m *image.RGBA) { at(m, 90, 90, code(t, one, 200)) }), []string{one}},
		"turned by 37°":       {turned(code(t, one, 300), 37), []string{one}},
		"upside down":         {turned(code(t, one, 300), 180), []string{one}},
		"light on dark":       {negative(canvas(400, 400, func(m *image.RGBA) { at(m, 90, 90, code(t, one, 200)) })), []string{one}},
		"two, side by side":   {canvas(640, 300, func(m *image.RGBA) { at(m, 20, 20, code(t, one, 250)); at(m, 340, 20, code(t, two, 250)) }), []string{two, one}},
		"the same twice":      {canvas(640, 300, func(m *image.RGBA) { at(m, 20, 20, code(t, one, 250)); at(m, 340, 20, code(t, one, 250)) }), []string{one}},
		"small on a poster":   {withCode(t, one), []string{one}},
		"a command, not run":  {code(t, "tel:+85512345678", 200), []string{"tel:+85512345678"}},
		"signs that steer":    {code(t, "a\x1b[31m\x00b", 200), []string{"a[31mb"}},
		"none":                {poster(t, color.Black, color.White, 30, "no code here"), nil},
		"a picture too small": {canvas(2, 2, func(*image.RGBA) {}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			x := read(t, r, asPNG(t, c.m), Hint{})
			if diff := cmp.Diff(c.want, x.Codes); diff != "" || x.Error != "" {
				t.Errorf("codes (-want +got):\n%s error %q", diff, x.Error)
			}
		})
	}
}

func withCode(t testing.TB, text string) image.Image {
	m := poster(t, color.White, color.RGBA{20, 30, 120, 255}, 40, "Customer service", "Free food and room", "Scan the code")
	at(m, m.Rect.Dx()-180, m.Rect.Dy()-170, code(t, text, 120))
	return m
}

func TestBadPicturesSaySo(t *testing.T) {
	whole := asJPEG(t, poster(t, color.Black, color.White, 30, "Salary 1500 USD"), 80)
	bigger := asPNG(t, canvas(300, 300, func(*image.RGBA) {}))
	for name, c := range map[string]struct {
		file  []byte
		error string
		typ   string
	}{
		"no bytes":                {nil, "empty", ""},
		"a pixel bomb":            {bomb(50000, 50000), "50000 × 50000 pixels", "image/png"},
		"a long thin bomb":        {bomb(1<<31-1, 1), "pixels", "image/png"},
		"a bomb within the sides": {bomb(30000, 30000), "30000 × 30000 pixels", "image/png"},
		"a promise not kept":      {bomb(100, 100), "damaged", "image/png"},
		"no pixels at all":        {bomb(0, 10), "damaged", "image/png"},
		"a truncated JPEG":        {whole[:len(whole)/2], "damaged or cut short", "image/jpeg"},
		"a JPEG of a header":      {whole[:20], "damaged or cut short", "image/jpeg"},
		"an SVG":                  {[]byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "SVG", ""},
		"an HTML page":            {[]byte("<!doctype html><p>hello"), "document", ""},
		"a PDF":                   {[]byte("%PDF-1.7\n"), "no PNG, JPEG, GIF or WebP", ""},
		"a list of files":         {[]byte("/etc/passwd\n/etc/hostname\n"), "no PNG, JPEG, GIF or WebP", ""},
		"more bytes than read":    {append(slices.Clone(bigger), make([]byte, 17<<20)...), "bytes: at most", "image/png"},
	} {
		t.Run(name, func(t *testing.T) {
			x := read(t, withoutOCR(t), c.file, Hint{})
			if !strings.Contains(x.Error, c.error) || x.Type != c.typ || x.Text != "" {
				t.Errorf("error %q, type %q, want %q and %q", x.Error, x.Type, c.error, c.typ)
			}
			if len(c.file) > 0 && x.Digest != post.DigestOf(c.file) {
				t.Error("the digest is missing: the picture would not count as part of its post")
			}
		})
	}
}

func TestWithoutTesseractEverythingElseWorks(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var log bytes.Buffer
	r, err := New(t.Context(), Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	x := read(t, r, asPNG(t, withCode(t, "https://t.me/hr_sample")), Hint{Lang: "th"})
	if len(x.Codes) != 1 || x.Hash == "" || x.Width == 0 || x.Text != "" || x.Error != "" {
		t.Errorf("read %+v", x)
	}
	read(t, r, golden(t, "th.png"), Hint{})
	if n := strings.Count(log.String(), "not installed"); n != 1 || !strings.Contains(log.String(), "hint=") {
		t.Errorf("it was said %d times, want once with a hint:\n%s", n, log.String())
	}
	if !strings.HasPrefix(r.Status(), "off: ") {
		t.Errorf("status %q", r.Status())
	}
}

func TestANamedTesseractMustWork(t *testing.T) {
	for name, opt := range map[string]Options{
		"not there":               {Tesseract: "/nonexistent/tesseract"},
		"another program":         {Tesseract: "/bin/false"},
		"a language it lacks":     {Tesseract: realtest.Tesseract(t), Langs: []string{"tlh"}},
		"hardly any memory":       {Memory: 1},
		"no time":                 {Timeout: time.Millisecond},
		"a folder without models": {Tesseract: realtest.Tesseract(t), Data: t.TempDir()},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(t.Context(), opt); err == nil || !strings.Contains(err.Error(), "hint: ") {
				t.Errorf("New = %v, want an error with a hint", err)
			}
		})
	}
}

func TestNearPicturesHaveNearHashes(t *testing.T) {
	r := withoutOCR(t)
	hash := func(b []byte) uint64 {
		n, err := strconv.ParseUint(read(t, r, b, Hint{}).Hash, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	m := withCode(t, "https://t.me/hr_sample")
	g := grey(m)
	first := hash(asPNG(t, m))
	for name, b := range map[string][]byte{
		"compressed again": asJPEG(t, m, 30),
		"half the size":    asPNG(t, scaled(g, 1, 2)),
		"twice the size":   asPNG(t, scaled(g, 2, 1)),
	} {
		if d := bits.OnesCount64(first ^ hash(b)); d > 6 {
			t.Errorf("%s: %d of 64 bits differ", name, d)
		}
	}
	if d := bits.OnesCount64(first ^ hash(golden(t, "zh.png"))); d < 12 {
		t.Errorf("another poster differs in %d bits only", d)
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	r := withoutOCR(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Read(ctx, golden(t, "th.png"), Hint{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Read = %v", err)
	}
	if _, err := decode(ctx, golden(t, "th.png"), header{kind: "image/png"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a decoder goes on after its context: %v", err)
	}
}

func TestAttach(t *testing.T) {
	r := withoutOCR(t)
	th := golden(t, "th.png")
	p := post.Post{Pictures: []post.Picture{
		{URL: "a", Alt: "poster"}, {URL: "gone"}, {URL: "refused"}, {Text: "said elsewhere"}, {URL: "bad"},
	}}
	kept := map[string]Original{
		"a": {Body: th, Record: post.Locator{File: "f", Offset: 7}}, "refused": {Why: "robots.txt: no"}, "bad": {Body: []byte("GIF89a")},
	}
	get := func(u string) (Original, bool) { o, ok := kept[u]; return o, ok }
	if err := Attach(t.Context(), &p, get, r.Read); err != nil {
		t.Fatal(err)
	}
	x := p.Pictures[0]
	if x.Digest != post.DigestOf(th) || x.URL != "a" || x.Alt != "poster" || x.Record.Offset != 7 || x.Error != "" {
		t.Errorf("attached %+v", x)
	}
	if p.Pictures[1].Error == "" || p.Pictures[2].Error != "robots.txt: no" || p.Pictures[4].Error == "" || p.Pictures[4].Digest == "" {
		t.Errorf("what failed does not say why: %+v", p.Pictures)
	}
	if d := cmp.Diff(post.Picture{Text: "said elsewhere"}, p.Pictures[3]); d != "" {
		t.Errorf("what others read was changed:\n%s", d)
	}

	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if err := Attach(late, &p, get, withoutOCR(t).Read); err != nil || !strings.Contains(p.Pictures[0].Error, "no time") || p.Pictures[0].Digest != x.Digest {
		t.Errorf("out of time: %v, %+v", err, p.Pictures[0])
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := Attach(stopped, &p, get, withoutOCR(t).Read); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestIdentifyIsTheVersionOfARead(t *testing.T) {
	for _, b := range [][]byte{golden(t, "km.png"), bomb(50000, 50000), []byte("junk")} {
		a, err := Identify(t.Context(), b, Hint{})
		if err != nil {
			t.Fatal(err)
		}
		if c := read(t, withoutOCR(t), b, Hint{}); a.Digest != c.Digest || a.Type != c.Type || a.Width != c.Width {
			t.Errorf("identified %+v, read %+v", a, c)
		}
	}
}
