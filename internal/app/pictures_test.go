package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/lurewatch/lurewatch/crawler"
	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/archive"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
	"github.com/lurewatch/lurewatch/internal/realtest"
)

// poster is a picture with words and a QR code.
func poster(t testing.TB, words, target string) []byte {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 36, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	m := image.NewRGBA(image.Rect(0, 0, 700, 360))
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: m, Src: image.NewUniform(color.Black), Face: face, Dot: fixed.P(30, 60)}
	d.DrawString(words)
	q, err := qrcode.NewQRCodeWriter().Encode(target, gozxing.BarcodeFormat_QR_CODE, 240, 240, nil)
	if err != nil {
		t.Fatal(err)
	}
	draw.Draw(m, q.Bounds().Add(image.Pt(430, 100)), q, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// whole opens an app with the whole line and no OCR, or with the Tesseract at path.
func whole(t *testing.T, dir, tesseract string) *App {
	t.Helper()
	cfg := config.Default()
	cfg.DataDir, cfg.Pictures.Tesseract = dir, tesseract
	a, err := Open(t.Context(), Options{Config: cfg, Parts: Archive | Stream | Index | Ledger | Classifier})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func shut(t *testing.T, a *App) {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// indexedPosts are the posts that the index holds, by URL or else by source.
func indexedPosts(t *testing.T, a *App) map[string]post.Post {
	t.Helper()
	page, err := a.index.Search(t.Context(), indexer.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]post.Post{}
	for _, h := range page.Hits {
		key := h.Doc.Post.NativeID
		if key == "" {
			key = h.Doc.Post.URL + h.Doc.Post.Source
		}
		out[key] = h.Doc.Post
	}
	return out
}

// rebuilt makes the index again and checks that the stores agree.
func rebuilt(t *testing.T, a *App) map[string]post.Post {
	t.Helper()
	if _, err := a.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, err := a.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !f.Equal() || f.Archive.Count() == 0 {
		t.Errorf("the stores differ:\n%s", f)
	}
	return indexedPosts(t, a)
}

func TestImportedPicturesAreReadAndCanBeReadAgain(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	files := map[string][]byte{
		"poster.png":              poster(t, "Free flight ticket", "https://t.me/hr_one"),
		"chat/photos/photo_1.png": poster(t, "Hiring chat agents", "https://t.me/hr_two"),
		"chat/result.json": []byte(`{"name":"Jobs","type":"public_channel","id":5,"messages":[
 {"id":1,"type":"message","date":"2026-01-01T00:00:00","photo":"photos/photo_1.png","text":"Hiring now, see the picture"},
 {"id":2,"type":"message","date":"2026-01-01T00:00:00","photo":"photos/photo_1.png","text":""},
 {"id":3,"type":"message","date":"2026-01-01T00:00:00","text":"no picture"}]}`),
		"lines.jsonl": []byte(`{"id":"7","text":"see the picture","pictures":[{"text":"read elsewhere","codes":["https://t.me/hr_three"]}]}`),
		"broken.png":  []byte("no picture"),
	}
	var names []string
	for name, b := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(name, "photo") {
			names = append(names, path)
		}
	}
	a := whole(t, data, realtest.Tesseract(t))
	var refused []error
	err := a.WithLine(t.Context(), func(ctx context.Context) error {
		im, err := a.Import(ctx, names, "", func(err error) { refused = append(refused, err) })
		if im.Posts != 5 || im.Refused != 1 || im.Archived != 5 {
			t.Errorf("imported %+v", im)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(refused) != 1 || !strings.Contains(refused[0].Error(), "broken.png") {
		t.Errorf("refused %v", refused)
	}
	first := indexedPosts(t, a)
	for key, want := range map[string]struct{ text, code string }{
		"import:poster.png": {"Free flight ticket", "https://t.me/hr_one"},
		"5/1":               {"Hiring chat agents", "https://t.me/hr_two"},
		"5/2":               {"Hiring chat agents", "https://t.me/hr_two"},
		"7":                 {"read elsewhere", "https://t.me/hr_three"},
	} {
		p := first[key]
		if len(p.Pictures) != 1 || !strings.Contains(p.Pictures[0].Text, want.text) || strings.Join(p.Pictures[0].Codes, " ") != want.code || p.Pictures[0].Error != "" {
			t.Errorf("%s: pictures %+v", key, p.Pictures)
			continue
		}
		if at := p.Pictures[0].Record; key != "7" {
			r, err := a.archive.Read(t.Context(), at)
			if err != nil || post.DigestOf(r.Block) != p.Pictures[0].Digest {
				t.Errorf("%s: its record holds %d bytes of something else, %v", key, len(r.Block), err)
			}
		}
	}
	if len(first["5/3"].Pictures) != 0 {
		t.Error("a message without a photo has a picture")
	}
	if d := cmp.Diff(first, rebuilt(t, a)); d != "" {
		t.Errorf("a rebuild reads otherwise (-first +rebuilt):\n%s", d)
	}
	shut(t, a)

	// Our archive, taken in elsewhere, brings its pictures along.
	warcs, err := filepath.Glob(filepath.Join(data, "archive", "*.warc.gz"))
	if err != nil || len(warcs) == 0 {
		t.Fatal(warcs, err)
	}
	b := whole(t, t.TempDir(), realtest.Tesseract(t))
	defer shut(t, b)
	err = b.WithLine(t.Context(), func(ctx context.Context) error {
		_, err := b.Import(ctx, warcs, "", func(err error) { t.Error(err) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	second := indexedPosts(t, b)
	if d := cmp.Diff(first, second, cmpopts.IgnoreFields(post.Picture{}, "Record")); d != "" {
		t.Errorf("the other archive reads otherwise:\n%s", d)
	}
	if d := cmp.Diff(second, rebuilt(t, b)); d != "" {
		t.Errorf("the other archive, rebuilt, reads otherwise:\n%s", d)
	}
}

func TestCrawledPicturesAreReadAgainFromTheArchive(t *testing.T) {
	file := poster(t, "Free flight ticket", "https://t.me/hr_sample")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<!doctype html><title>Job</title><script type="application/ld+json">{"@type":"JobPosting","title":"Chat agent","description":"Typing skills, no experience needed.","image":["/poster.png","/gone.png"]}</script><h1>Chat agent</h1>`)
		case "/poster.png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(file)
		default:
			http.NotFound(w, r)
		}
	}))
	data := t.TempDir()
	a := whole(t, data, picture.Off)
	site := crawler.Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxDepth: -1, Pictures: 3}
	err := a.WithLine(t.Context(), func(ctx context.Context) error {
		_, err := a.Crawl(ctx, CrawlOptions{Sites: []crawler.Site{site}, AllowNet: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Browser: "off", Fresh: "fresh.db"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	srv.Close() // a rebuild asks nobody
	first := indexedPosts(t, a)
	if len(first) != 1 {
		t.Fatalf("%d posts", len(first))
	}
	for _, p := range first {
		if len(p.Pictures) != 2 || strings.Join(p.Pictures[0].Codes, "") != "https://t.me/hr_sample" || !strings.Contains(p.Pictures[1].Error, "404") {
			t.Fatalf("pictures %+v", p.Pictures)
		}
		ct, body, err := a.Read(t.Context(), p.Pictures[0].Record)
		if err != nil || ct != "image/png" || !bytes.Equal(body, file) {
			t.Errorf("the archive gives %s, %d bytes, %v", ct, len(body), err)
		}
	}
	if d := cmp.Diff(first, rebuilt(t, a)); d != "" {
		t.Errorf("a rebuild reads otherwise (-first +rebuilt):\n%s", d)
	}
	shut(t, a)

	// A crash before the message: the pictures stand before their capture, and all of
	// the group is pending until that is done.
	marks, err := filepath.Glob(filepath.Join(data, "archive", "*.mark"))
	if err != nil || len(marks) == 0 {
		t.Fatal(marks, err)
	}
	for _, m := range marks {
		if err := os.Remove(m); err != nil {
			t.Fatal(err)
		}
	}
	again := whole(t, data, picture.Off)
	defer shut(t, again)
	if err := again.stream.Purge(t.Context(), captured.Name, judged.Name, indexed.Name, decided.Name); err != nil {
		t.Fatal(err)
	}
	if err := again.index.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := again.WithLine(t.Context(), again.recoverPending); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first, indexedPosts(t, again)); d != "" {
		t.Errorf("after a crash it reads otherwise:\n%s", d)
	}
}

func TestAPictureOfAnotherCaptureIsNotTaken(t *testing.T) {
	var p pictures
	rec := func(of, url string) archive.Record {
		return archive.Record{Type: "resource", Block: []byte(of + url), Fields: []archive.Field{{Name: pictureField, Value: `{"of":"` + of + `","url":"` + url + `"}`}}}
	}
	if p.keep(post.Locator{}, archive.Record{Type: "resource"}) {
		t.Error("a record without the field is no picture")
	}
	for _, r := range []archive.Record{rec("one", "a"), rec("two", "b"), rec("two", "c"), {Fields: []archive.Field{{Name: pictureField, Value: "junk"}}}} {
		if !p.keep(post.Locator{}, r) {
			t.Error("a record with the field is no page")
		}
	}
	if got := p.records("two"); len(got) != 2 || len(p.records("one")) != 0 {
		t.Errorf("%d records of two, %d of one", len(got), len(p.records("one")))
	}
	if got := p.take("two"); len(got) != 2 || string(got["b"].Body) != "twob" {
		t.Errorf("took %v", got)
	}
	if got := p.take("two"); len(got) != 0 {
		t.Errorf("took %v twice", got)
	}
}

func TestATesseractThatFailsLosesNoPost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "poster.png")
	if err := os.WriteFile(path, poster(t, "x", "https://t.me/hr_sample"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := whole(t, t.TempDir(), "/nonexistent/tesseract")
	defer shut(t, a)
	err := a.WithLine(t.Context(), func(ctx context.Context) error {
		_, err := a.Import(ctx, []string{path}, "", func(err error) { t.Error(err) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p := indexedPosts(t, a)["import:poster.png"]
	if len(p.Pictures) != 1 || !strings.Contains(p.Pictures[0].Error, "not read") || p.Pictures[0].Digest == "" {
		t.Errorf("pictures %+v", p.Pictures)
	}
	if _, err := a.Rebuild(t.Context()); err == nil || !strings.Contains(err.Error(), "hint: ") {
		t.Errorf("a rebuild that cannot read pictures empties the index first: %v", err)
	}
	if len(indexedPosts(t, a)) != 1 {
		t.Error("the index was emptied")
	}
}
