package post

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAPictureIsPartOfWhatAPostSays(t *testing.T) {
	base := Post{Source: "s", NativeID: "1", Text: "hello", Pictures: []Picture{{Digest: DigestOf([]byte("a")), Text: "read once"}}}
	for name, c := range map[string]struct {
		pictures []Picture
		same     bool
	}{
		"another reading of the same picture is the same version": {[]Picture{{Digest: DigestOf([]byte("a")), Text: "read anew", Codes: []string{"x"}}}, true},
		"another picture is another version":                      {[]Picture{{Digest: DigestOf([]byte("b")), Text: "read once"}}, false},
		"a picture that could not be had changes nothing":         {[]Picture{{Digest: DigestOf([]byte("a"))}, {URL: "http://a.example/b.png", Error: "gone"}}, true},
		"no picture is another version":                           {nil, false},
		"a picture without bytes is told by what was said of it":  {[]Picture{{Text: "read once"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := base
			p.Pictures = c.pictures
			if got := sealed(p, noon).Digest == sealed(base, noon).Digest; got != c.same {
				t.Errorf("same digest = %v, want %v", got, c.same)
			}
			if sealed(p, noon).ID != sealed(base, noon).ID {
				t.Error("a picture must not make another post")
			}
		})
	}
	a := sealed(Post{Text: "x", Pictures: []Picture{{Text: "a"}}}, noon)
	b := sealed(Post{Text: "x", Pictures: []Picture{{Text: "b"}}}, noon)
	if a.Digest == b.Digest {
		t.Error("two texts of pictures without bytes make one digest")
	}
}

func TestSealBoundsThePictures(t *testing.T) {
	many := make([]Picture, MaxPictures+5)
	for i := range many {
		many[i] = Picture{Text: "\xff" + strings.Repeat("ก", MaxPictureText), Alt: strings.Repeat("a", 1<<20), URL: strings.Repeat("u", 1<<20), Error: strings.Repeat("e", 1<<20)}
		for range MaxCodes + 3 {
			many[i].Codes = append(many[i].Codes, strings.Repeat("ខ", MaxCode))
		}
	}
	p := sealed(Post{Text: strings.Repeat("x", 2*MaxText), Pictures: many}, noon)
	if len(p.Pictures) != MaxPictures {
		t.Errorf("%d pictures are left, want %d", len(p.Pictures), MaxPictures)
	}
	n := len(p.Title) + len(p.Text)
	for _, x := range p.Pictures {
		if len(x.Text) > MaxPictureText || len(x.Codes) > MaxCodes || !utf8.ValidString(x.Text) {
			t.Fatalf("%d bytes of text and %d codes are left", len(x.Text), len(x.Codes))
		}
		n += len(x.Text) + len(x.URL) + len(x.Alt) + len(x.Error)
		for _, c := range x.Codes {
			n += len(c)
			if len(c) > MaxCode || !utf8.ValidString(c) {
				t.Fatalf("a code of %d bytes is left", len(c))
			}
		}
	}
	if n > 700<<10 {
		t.Errorf("the post comes to %d bytes: too near to the broker's 1 MiB", n)
	}
	if len(many[0].Codes) != MaxCodes+3 || len(many[0].Alt) != 1<<20 {
		t.Error("Seal changed the caller's pictures")
	}
}
