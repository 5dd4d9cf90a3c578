package crawler

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

// codePNG is a picture with a QR code.
func codePNG(t testing.TB, text string) []byte {
	t.Helper()
	m, err := qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, 240, 240, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pictureReader(t testing.TB) *picture.Reader {
	t.Helper()
	r, err := picture.New(t.Context(), picture.Options{Tesseract: picture.Off})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// pictureSite serves one job whose page names pictures, and answers for them.
func pictureSite(t *testing.T, d *diary, names ...string) *httptest.Server {
	const target = "https://t.me/hr_sample"
	poster := codePNG(t, target)
	return serve(t, d, func(w http.ResponseWriter, r *http.Request, _ int) {
		switch r.URL.Path {
		case "/robots.txt":
			fmt.Fprint(w, "User-agent: *\nDisallow: /private/\n")
		case "/":
			var imgs strings.Builder
			for _, n := range names {
				fmt.Fprintf(&imgs, `,%q`, n)
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!doctype html><title>Job</title><script type="application/ld+json">{"@type":"JobPosting","title":"Chat agent","description":"Free flight and accommodation, no experience needed.","image":[%s]}</script><h1>Chat agent</h1>`, strings.TrimPrefix(imgs.String(), ","))
		case "/poster.png", "/private/poster.png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(poster)
		case "/moved.png":
			http.Redirect(w, r, "/poster.png", http.StatusFound)
		case "/huge.png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(append(bytes.Clone(poster), make([]byte, 9<<20)...))
		case "/page.png":
			w.Header().Set("Content-Type", "image/png")
			fmt.Fprint(w, "<!doctype html>no picture")
		default:
			http.NotFound(w, r)
		}
	})
}

func TestPicturesOfAPostAreFetchedKeptAndRead(t *testing.T) {
	d := &diary{}
	elsewhere := pictureSite(t, &diary{})
	srv := pictureSite(t, d, "/poster.png", elsewhere.URL+"/poster.png?elsewhere", "/moved.png", "/private/poster.png", "/gone.png", "/huge.png", "/page.png", "http://10.0.0.7/internal.png", "/eleven.png")
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxDepth: -1, Pictures: 8})
	r.opt.Pictures = pictureReader(t)
	rep := r.run(t).Report()
	if len(r.sink.posts) != 1 {
		t.Fatalf("%d posts", len(r.sink.posts))
	}
	p := r.sink.posts[0].Post
	want := []struct{ url, code, error string }{
		{"/poster.png", "https://t.me/hr_sample", ""},
		{"/poster.png?elsewhere", "https://t.me/hr_sample", ""},
		{"/moved.png", "https://t.me/hr_sample", ""},
		{"/private/poster.png", "", "robots.txt"},
		{"/gone.png", "", "status 404"},
		{"/huge.png", "", "larger than is fetched"},
		{"/page.png", "", "only PNG, JPEG, GIF and WebP"},
		{"/internal.png", "", "10.0.0.7"},
	}
	if len(p.Pictures) != len(want) {
		t.Fatalf("%d pictures, want %d: %+v", len(p.Pictures), len(want), p.Pictures)
	}
	for i, w := range want {
		x := p.Pictures[i]
		if !strings.HasSuffix(x.URL, w.url) || !strings.Contains(x.Error, w.error) || (w.error == "") != (x.Error == "") || strings.Join(x.Codes, " ") != w.code {
			t.Errorf("%s: codes %q, error %q; want %q, %q", x.URL, x.Codes, x.Error, w.code, w.error)
		}
	}
	if d.count("/private/poster.png") != 0 || d.count("/eleven.png") != 0 {
		t.Error("what robots.txt forbids, or nobody asked for, was fetched")
	}
	e := r.vault.puts[0]
	if len(e.Pictures) != len(want) || e.Pictures[0].HTTP == nil || len(e.Pictures[2].HTTP.Hops) != 2 || e.Pictures[4].HTTP == nil || e.Capture.Pictures != 8 {
		t.Errorf("the vault was given %d pictures of %d", len(e.Pictures), e.Capture.Pictures)
	}
	if rep.Pictures != int64(len(want)) || rep.Posts != 1 {
		t.Errorf("report %+v", rep)
	}
	bare := post.Post{Source: p.Source, NativeID: p.NativeID, URL: p.URL, Title: p.Title, Text: p.Text, Company: p.Company}
	if bare.Seal(r.sink.posts[0].Capture.FetchedAt); bare.Digest == p.Digest || bare.ID != p.ID {
		t.Error("the pictures are no part of the version of the post, or change which post it is")
	}
}

func TestNoPictureIsFetchedUnlessAsked(t *testing.T) {
	d := &diary{}
	srv := pictureSite(t, d, "/poster.png")
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Unpaced: true, MaxDepth: -1})
	r.run(t)
	if len(r.sink.posts) != 1 || len(r.sink.posts[0].Post.Pictures) != 0 || d.count("/poster.png") != 0 {
		t.Errorf("%d posts, pictures fetched %d times", len(r.sink.posts), d.count("/poster.png"))
	}
}

func TestPicturesKeepThePaceOfTheirHost(t *testing.T) {
	d := &diary{}
	srv := pictureSite(t, d, "/poster.png", "/moved.png")
	r := newRig(t, Site{Name: "s", Seeds: []string{srv.URL + "/"}, Pace: 120e6, MaxDepth: -1, Pictures: 2})
	r.opt.Pictures = pictureReader(t)
	r.run(t)
	if gap := d.gap(); gap < 110e6 {
		t.Errorf("two requests were %v apart", gap)
	}
}

func TestPicturesNeedAReader(t *testing.T) {
	for name, s := range map[string]Site{
		"nothing reads them": {Name: "s", Seeds: []string{"http://a.example/"}, Pictures: 1},
		"too many":           {Name: "s", Seeds: []string{"http://a.example/"}, Pictures: 11},
		"fewer than none":    {Name: "s", Seeds: []string{"http://a.example/"}, Pictures: -1},
	} {
		if _, err := New(newRig(t, s).opt); err == nil || !strings.Contains(err.Error(), "pictures") {
			t.Errorf("%s: New = %v", name, err)
		}
	}
}
