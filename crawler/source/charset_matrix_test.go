package source

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// matrix is the charsets in which boards of the region were and are written, with
// the languages that are written in each.
var matrix = []struct {
	label string // as pages declare it
	enc   encoding.Encoding
	langs string
}{
	{"tis-620", charmap.Windows874, "th"},
	{"windows-874", charmap.Windows874, "th"},
	{"gb18030", simplifiedchinese.GB18030, "zh"},
	{"gb2312", simplifiedchinese.GBK, "zh"},
	{"big5", traditionalchinese.Big5, "zh-tw"},
	{"windows-1258", charmap.Windows1258, "vi"},
	{"shift_jis", japanese.ShiftJIS, "ja"},
	{"euc-jp", japanese.EUCJP, "ja"},
	{"euc-kr", korean.EUCKR, "ko"},
	{"windows-1251", charmap.Windows1251, "ru"},
	{"koi8-r", charmap.KOI8R, "ru"},
	{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "en th km vi zh zh-tw my id ja ko tl ru hi lo"},
	{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "en th km vi zh zh-tw my id ja ko tl ru hi lo"},
	{"utf-16 with a mark", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "en th km vi zh zh-tw my id ja ko tl ru hi lo"},
	{"utf-8", encoding.Nop, "en th km vi zh zh-tw my id ja ko tl ru hi lo"},
}

// tones are the marks of Vietnamese that windows-1258 writes behind their letter.
const tones = "\u0300\u0301\u0303\u0309\u0323"

// forVietnamese composes all but the tones, as windows-1258 wants it.
func forVietnamese(s string) string {
	var b strings.Builder
	for _, r := range s {
		d, tone := []rune(norm.NFD.String(string(r))), ""
		for i, c := range d {
			if strings.ContainsRune(tones, c) {
				tone, d = string(c), append(d[:i:i], d[i+1:]...)
				break
			}
		}
		b.WriteString(norm.NFC.String(string(d)) + tone)
	}
	return b.String()
}

// TestCharsetsWithRightMissingAndWrongDeclarations decodes ads of our own in every
// charset: declared, not declared, and declared as something else, as a page and as
// its bare words. It measures and holds the figures.
func TestCharsetsWithRightMissingAndWrongDeclarations(t *testing.T) {
	figures := map[string]Share{}
	note := func(ok bool, keys ...string) {
		for _, k := range keys {
			s := figures[k]
			s.Of++
			if ok {
				s.Right++
			}
			figures[k] = s
		}
	}
	for _, m := range matrix {
		for _, a := range adverts() {
			if !strings.Contains(" "+m.langs+" ", " "+a.lang+" ") {
				continue
			}
			words := strings.Join(append(append([]string{a.title, a.company, a.place}, a.body...), a.contacts...), "\n")
			for _, lie := range []string{m.label, "", "utf-8", "iso-8859-1", "windows-1252", "big5", "windows-1251"} {
				for _, shape := range []string{"page", "words"} {
					text := words
					if shape == "page" {
						meta := ""
						if lie != "" {
							meta = `<meta http-equiv="Content-Type" content="text/html; charset=` + lie + `">`
						}
						text = `<html><head>` + meta + `<title>Ad</title></head><body><div class="x">` + strings.ReplaceAll(words, "\n", "<br>\n") + `</div></body></html>`
					}
					if m.label == "windows-1258" {
						text = forVietnamese(text)
					}
					body, err := encoding.ReplaceUnsupported(m.enc.NewEncoder()).Bytes([]byte(text))
					if err != nil {
						t.Fatal(err)
					}
					header := "text/html"
					if shape == "words" && lie != "" {
						header += "; charset=" + lie
					}
					how := "wrong"
					switch lie {
					case "":
						how = "missing"
					case m.label:
						how = "right"
					}
					plain, err := m.enc.NewDecoder().Bytes(body)
					if err != nil {
						t.Fatal(err)
					}
					got, name := Decode(body, header)
					ok := norm.NFC.String(strings.TrimPrefix(got, "\uFEFF")) == norm.NFC.String(strings.TrimPrefix(string(plain), "\uFEFF"))
					note(ok, "declaration "+how, "charset "+m.label, shape)
					if !ok {
						t.Logf("%s %s declared %q, %s: read as %s", m.label, a.lang, lie, shape, name)
					}
				}
			}
		}
	}
	var b strings.Builder
	for _, k := range sortedKeys(figures) {
		fmt.Fprintf(&b, "%-32s %4d of %4d (%5.1f %%)\n", k, figures[k].Right, figures[k].Of, 100*figures[k].Rate())
		if figures[k].Rate() < 0.95 {
			t.Errorf("%s: %.1f %%, 95 %% wanted", k, 100*figures[k].Rate())
		}
	}
	same(t, "charsets.golden", b.String())
}

// TestDocumentsOfTheCorpusWithWrongDeclarations reads documents that declare their
// charset late, wrongly or not at all; a name says what it is.
func TestDocumentsOfTheCorpusWithWrongDeclarations(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "conformance", "charset_miniflux_declared_wrong", "*"))
	if err != nil || len(files) == 0 {
		t.Skip("no documents")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text, name := Decode(b, "")
		base := filepath.Base(f)
		want := name // of one that says nothing, only that it can be read
		switch {
		case strings.Contains(base, "incorrect"), strings.HasPrefix(base, "utf8"):
			want = "utf-8" // it is, whatever the prolog says
		case strings.HasPrefix(base, "iso-8859-1"), strings.HasPrefix(base, "windows-1252"):
			want = "windows-1252" // as the WHATWG reads Latin-1
		case strings.HasPrefix(base, "koi8r"):
			want = "koi8-r"
		}
		if name != want || strings.Contains(text, "\uFFFD") {
			t.Errorf("%s: read as %s, want %s; %d characters lost", base, name, want, strings.Count(text, "\uFFFD"))
		}
	}
}
