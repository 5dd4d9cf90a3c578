package intake

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

// dot is a small PNG; shade tells it from others.
func dot(t testing.TB, shade uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 40, 40))
	m.SetGray(3, 3, color.Gray{Y: shade})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func openAll(t testing.TB, path string) (items []Item, errs []error) {
	t.Helper()
	seq, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for it, err := range seq {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		items = append(items, it)
	}
	return items, errs
}

func TestAPictureIsAPost(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		b     []byte
		error string
	}{
		"a poster":                   {"poster.png", dot(t, 1), ""},
		"a poster without extension": {"poster", dot(t, 1), ""},
		"another name for it":        {"poster.jpg", dot(t, 1), ""},
		"an SVG":                     {"poster.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "SVG"},
		"no picture":                 {"poster.png", []byte("hello"), "no PNG"},
		"nothing":                    {"poster.png", nil, "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.file)
			write(t, path, c.b)
			items, errs := openAll(t, path)
			if c.error != "" {
				if len(items) != 0 || len(errs) != 1 || !strings.Contains(errs[0].Error(), c.error) {
					t.Errorf("%d items, errors %v, want %q", len(items), errs, c.error)
				}
				return
			}
			if len(errs) != 0 || len(items) != 1 {
				t.Fatalf("%d items, errors %v", len(items), errs)
			}
			it := items[0]
			if it.ContentType != "image/png" || FormatOf(it.ContentType) != Picture || !bytes.Equal(it.Raw, c.b) || len(it.Pictures) != 1 || it.Post.Method != "picture" {
				t.Errorf("item %+v", it)
			}
			again, errs := read(t, string(it.Raw), Options{Format: FormatOf(it.ContentType), Again: true})
			if len(errs) != 0 || len(again) != 1 || cmp.Diff(it.Post, again[0].Post) != "" {
				t.Errorf("read again: %v, %v", again, errs)
			}
		})
	}
}

func TestPhotosBesideATelegramExport(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "secret.png"), dot(t, 9))
	chat := filepath.Join(dir, "chat")
	write(t, filepath.Join(chat, "photos", "photo_1.jpg"), dot(t, 1))
	write(t, filepath.Join(chat, "files", "poster.png"), dot(t, 2))
	write(t, filepath.Join(chat, "photos", "empty.jpg"), nil)
	if err := os.Symlink(filepath.Join(dir, "secret.png"), filepath.Join(chat, "link.png")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(chat, "result.json"), []byte(`{"name":"Jobs","type":"public_channel","id":5,"messages":[
 {"id":1,"type":"message","date":"2026-01-01T00:00:00","photo":"photos/photo_1.jpg","width":40,"height":40,"text":"Hiring now"},
 {"id":2,"type":"message","photo":"photos/photo_1.jpg","text":""},
 {"id":3,"type":"message","file":"files/poster.png","mime_type":"image/png","text":""},
 {"id":4,"type":"message","file":"files/poster.pdf","mime_type":"application/pdf","text":"a file"},
 {"id":5,"type":"message","photo":"(File not included. Change data exporting settings to download.)","text":"no photo"},
 {"id":6,"type":"message","photo":"(File not included. Change data exporting settings to download.)","text":""},
 {"id":7,"type":"message","photo":"../secret.png","text":"out of the folder"},
 {"id":8,"type":"message","photo":"link.png","text":"out by a link"},
 {"id":9,"type":"message","photo":"/etc/hostname","text":"absolute"},
 {"id":10,"type":"message","photo":"photos","text":"a folder"},
 {"id":11,"type":"message","photo":"photos/empty.jpg","text":""}
]}`))
	items, errs := openAll(t, filepath.Join(chat, "result.json"))
	if len(errs) != 0 {
		t.Fatal(errs)
	}
	got := map[string]string{}
	for _, it := range items {
		name := "-"
		if len(it.Post.Pictures) > 0 {
			name = it.Post.Pictures[0].URL
		}
		if (name != "-") != (len(it.Pictures) == 1) || name != "-" && it.Pictures[0].URL != name {
			t.Errorf("%s names %q and brings %d files", it.Post.ID, name, len(it.Pictures))
		}
		got[it.Post.ID] = name
		again, errs := read(t, string(it.Raw), Options{Format: Telegram, Again: true})
		if len(errs) != 0 || len(again) != 1 || cmp.Diff(it.Post, again[0].Post) != "" {
			t.Errorf("%s read again: %+v, %v", it.Post.ID, again, errs)
		}
	}
	want := map[string]string{
		"5/1": "photos/photo_1.jpg", "5/2": "photos/photo_1.jpg", "5/3": "files/poster.png", "5/4": "-", "5/5": "-", "5/7": "-", "5/8": "-", "5/9": "-", "5/10": "-",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestALineMayBringWhatOthersReadFromPictures(t *testing.T) {
	long := strings.Repeat("a", post.MaxPictureText+5)
	for name, c := range map[string]struct {
		line, error string
		want        []post.Picture
	}{
		"text and codes":         {`{"id":"1","text":"x","pictures":[{"text":"包机票","codes":["https://t.me/x"],"more":1}]}`, "", []post.Picture{{Text: "包机票", Codes: []string{"https://t.me/x"}}}},
		"a picture is enough":    {`{"id":"1","pictures":[{"text":"free flight"}]}`, "", []post.Picture{{Text: "free flight"}}},
		"a code is enough":       {`{"id":"1","pictures":[{"codes":["x"]}]}`, "", []post.Picture{{Codes: []string{"x"}}}},
		"null":                   {`{"id":"1","text":"x","pictures":null}`, "", nil},
		"too long a text":        {`{"id":"1","text":"x","pictures":[{"text":"` + long + `"}]}`, "", []post.Picture{{Text: long[:post.MaxPictureText]}}},
		"an address that is one": {`{"id":"1","text":"x","pictures":[{"text":"a","url":"https://a.example/p.png"}]}`, "", []post.Picture{{Text: "a", URL: "https://a.example/p.png"}}},
		"an address that is not": {`{"id":"1","text":"x","pictures":[{"text":"a","url":"javascript:x"}]}`, "", []post.Picture{{Text: "a"}}},
		"no list":                {`{"id":"1","text":"x","pictures":"poster.png"}`, "hint: ", nil},
		"empty pictures":         {`{"id":"1","pictures":[{}]}`, "neither text nor title", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ParseLine([]byte(c.line))
			if c.error != "" {
				if err == nil || !strings.Contains(err.Error(), c.error) {
					t.Errorf("error %v, want %q", err, c.error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range p.Pictures {
				if len(p.Pictures[i].Codes) == 0 {
					p.Pictures[i].Codes = nil
				}
			}
			if d := cmp.Diff(c.want, p.Pictures); d != "" {
				t.Error(d)
			}
		})
	}
}
