package sitemap

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func read(t testing.TB, name, contentType string, body []byte) (Map, error) {
	t.Helper()
	u, err := url.Parse("https://a.test/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return Read(File{Body: body, URL: u, ContentType: contentType, FetchedAt: noon})
}

func pack(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateTime, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestRead(t *testing.T) {
	utf16 := func(s string) []byte {
		out := []byte{0xff, 0xfe}
		for _, r := range s {
			out = append(out, byte(r), byte(r>>8))
		}
		return out
	}
	one := `<urlset><url><loc>https://a.test/1</loc></url></urlset>`
	tests := map[string]struct {
		name, ct, in string
		want         Map
	}{
		"dates": {in: `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc> https://a.test/1 </loc><lastmod>2026-11-20T08:00:00+07:00</lastmod></url>
<url><lastmod>2026-11-20</lastmod><loc>https://a.test/2?a=1&amp;b=2#top</loc><changefreq>daily</changefreq></url>
<url><loc><![CDATA[https://a.test/3?x&y]]></loc><lastmod>yesterday</lastmod></url>
<url><loc>https://a.test/4</loc><lastmod>2031-01-01</lastmod></url>
<url><loc>https://a.test/5</loc><lastmod>2026-11-22</lastmod></url></urlset>`,
			want: Map{URLs: []URL{{"https://a.test/1", day("2026-11-20 01:00:00")}, {"https://a.test/2?a=1&b=2", day("2026-11-20 23:59:59")},
				{"https://a.test/3?x&y", time.Time{}}, {"https://a.test/4", time.Time{}}, {"https://a.test/5", noon}}}},
		"an index": {in: `<sitemapindex><sitemap><loc>https://a.test/a.xml.gz</loc><lastmod>2026-11-01T00:00:00Z</lastmod></sitemap><sitemap>https://a.test/b.xml?c=1&amp;d=2</sitemap></sitemapindex>`,
			want: Map{Index: true, URLs: []URL{{"https://a.test/a.xml.gz", day("2026-11-01 00:00:00")}, {"https://a.test/b.xml?c=1&d=2", time.Time{}}}}},
		"news": {in: `<urlset><url><loc>https://a.test/n</loc><news:news><news:publication><news:name>x</news:name></news:publication><news:publication_date>2026-11-21T10:00:00Z</news:publication_date></news:news></url></urlset>`,
			want: Map{URLs: []URL{{"https://a.test/n", day("2026-11-21 10:00:00")}}}},
		"pictures are no pages": {in: `<urlset><url><image:image><image:loc>https://a.test/x.jpg</image:loc></image:image><loc>https://a.test/1</loc></url><url><video:video><video:loc>https://a.test/v</video:loc></video:video></url></urlset>`,
			want: Map{URLs: []URL{{"https://a.test/1", time.Time{}}}}},
		"a prefix of its own": {in: strings.NewReplacer("<url>", "<s:url>", "</url>", "</s:url>", "<loc>", "<s:loc>", "</loc>", "</s:loc>", "urlset", "s:urlset").Replace(one),
			want: Map{URLs: []URL{{"https://a.test/1", time.Time{}}}}},
		"relative, foreign, double, endless and odd addresses": {in: `<urlset><url><loc>/r</loc></url><url><loc>ftp://a.test/x</loc></url><url><loc>javascript:alert(1)</loc></url><url><loc>https://b.test/</loc></url><url><loc>https://b.test/</loc></url><url><loc>https://a.test/` + strings.Repeat("x", 3000) + `</loc></url><url><loc>http://[</loc></url><url/></urlset>`,
			want: Map{URLs: []URL{{"https://a.test/r", time.Time{}}, {"https://b.test/", time.Time{}}}}},
		"it breaks off":          {in: `<urlset><url><loc>https://a.test/1</loc></url><url><loc>https://a.test/2</lo`, want: Map{Cut: true, URLs: []URL{{"https://a.test/1", time.Time{}}}}},
		"stray bytes":            {in: "<urlset><url><loc>https://a.test/\x01\x001</loc></url><url><loc>https://a.test/?q=\xff</loc></url></urlset>", want: Map{URLs: []URL{{"https://a.test/1", time.Time{}}, {"https://a.test/?q=\ufffd", time.Time{}}}}},
		"UTF-16":                 {in: string(utf16(one)), want: Map{URLs: []URL{{"https://a.test/1", time.Time{}}}}},
		"a declared charset":     {in: "<?xml version='1.0' encoding='iso-8859-1'?><urlset><url><loc>https://a.test/caf\xe9</loc></url></urlset>", want: Map{URLs: []URL{{"https://a.test/caf%C3%A9", time.Time{}}}}},
		"plain text":             {name: "sitemap.txt", ct: "application/octet-stream", in: "\ufeffhttps://a.test/1\r\n\nnonsense\nhttps://a.test/2", want: Map{URLs: []URL{{"https://a.test/1", time.Time{}}, {"https://a.test/2", time.Time{}}}}},
		"plain text by its type": {ct: "text/plain; charset=utf-8", in: "https://a.test/1\n", want: Map{URLs: []URL{{"https://a.test/1", time.Time{}}}}},
		"packed":                 {in: string(pack(t, []byte(one))), want: Map{URLs: []URL{{"https://a.test/1", time.Time{}}}}},
		"packed twice":           {in: string(pack(t, pack(t, []byte(one)))), want: Map{URLs: []URL{{"https://a.test/1", time.Time{}}}}},
		"an entity that is a file": {in: `<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY h SYSTEM "http://169.254.169.254/">]><urlset><url><loc>https://a.test/&x;&h;</loc></url><url><loc>https://a.test/2</loc></url></urlset>`,
			want: Map{URLs: []URL{{"https://a.test/&x;&h;", time.Time{}}, {"https://a.test/2", time.Time{}}}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, tt.name, tt.ct, []byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"a page":           "<!doctype html><html><body><url><loc>https://a.test/</loc></url></body></html>",
		"a feed":           `<?xml version="1.0"?><rss><channel><item><link>https://a.test/</link></item></channel></rss>`,
		"words":            "not found",
		"nothing":          "",
		"broken gzip":      "\x1f\x8b\x00",
		"an address alone": "https://a.test/ is not what you look for",
		"nul bytes":        strings.Repeat("\x00", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			if m, err := read(t, "sitemap.xml", "text/html", []byte(in)); !errors.Is(err, ErrNotSitemap) {
				t.Errorf("got %+v, %v, want ErrNotSitemap", m, err)
			}
		})
	}
}

// A date that all pages share says when the file was made.
func TestGeneratedDatesAreNone(t *testing.T) {
	for n, want := range map[int]bool{generatedFrom - 1: true, generatedFrom: false} {
		var b strings.Builder
		b.WriteString("<urlset>")
		for i := range n {
			fmt.Fprintf(&b, "<url><loc>https://a.test/%d</loc><lastmod>2026-11-22T06:00:00Z</lastmod></url>", i)
		}
		b.WriteString("</urlset>")
		m, err := read(t, "sitemap.xml", "", []byte(b.String()))
		if err != nil || len(m.URLs) != n {
			t.Fatalf("%d entries, %v", len(m.URLs), err)
		}
		if got := !m.URLs[0].Changed.IsZero(); got != want {
			t.Errorf("%d equal dates believed: %v, want %v", n, got, want)
		}
	}
}

func TestFreshest(t *testing.T) {
	urls := []URL{{"a", time.Time{}}, {"b", noon.Add(-time.Hour)}, {"c", time.Time{}}, {"d", noon}}
	Freshest(urls)
	got := ""
	for _, u := range urls {
		got += u.Loc
	}
	if got != "dbac" {
		t.Errorf("order = %s, want dbac", got)
	}
}

// TestHostileFiles feeds what would fill the memory of a careless reader.
func TestHostileFiles(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString(`<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">`)
	for i := range 10 {
		fmt.Fprintf(&laughs, `<!ENTITY lol%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&lol%d;", i), 10))
	}
	laughs.WriteString(`]><urlset><url><loc>https://a.test/&lol9;</loc></url></urlset>`)
	const most = 5 << 20
	big := func() []byte { // 200 MiB of entries in less than 1 MiB
		var out bytes.Buffer
		z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(z, "<urlset>")
		block := bytes.Repeat([]byte("<url><loc>https://a.test/same</loc></url>"), 25_000)
		for range 200 << 20 / len(block) {
			z.Write(block)
		}
		z.Close()
		return out.Bytes()
	}
	for name, tt := range map[string]struct {
		in   []byte
		urls int
		cut  bool
	}{
		"billion laughs":        {in: []byte(laughs.String()), urls: 1},
		"a bomb":                {in: big(), urls: 1, cut: true},
		"a deep tree":           {in: []byte("<urlset><url><loc>https://a.test/</loc>" + strings.Repeat("<a>", 1_000_000)), urls: 1},
		"one endless address":   {in: []byte("<urlset><url><loc>https://a.test/" + strings.Repeat("x", 4<<20) + "</loc></url></urlset>"), urls: 0},
		"one endless attribute": {in: []byte(`<urlset a="` + strings.Repeat("x", 4<<20) + `"><url><loc>https://a.test/</loc></url></urlset>`), urls: 1},
		"too many":              {in: many(MaxURLs + 10), urls: MaxURLs, cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			m, err := readWithin(File{Body: tt.in, FetchedAt: noon}, most)
			runtime.ReadMemStats(&after)
			if err != nil || len(m.URLs) != tt.urls || m.Cut != tt.cut {
				t.Errorf("%d entries, cut %v, %v, want %d and %v", len(m.URLs), m.Cut, err, tt.urls, tt.cut)
			}
			if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 50<<20 {
				t.Errorf("%d MiB are held", held>>20)
			}
			if d := time.Since(start); d > 30*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func many(n int) []byte {
	var b bytes.Buffer
	b.WriteString("<urlset>")
	for i := range n {
		fmt.Fprintf(&b, "<url><loc>https://a.test/job/%d</loc><lastmod>2026-%02d-%02d</lastmod></url>", i, i%10+1, i%27+1)
	}
	b.WriteString("</urlset>")
	return b.Bytes()
}

// TestConformance reads the sitemaps of crawler-commons: the count and the first
// entry of each were read by a person.
func TestConformance(t *testing.T) {
	dir := os.Getenv("LUREWATCH_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	dir = filepath.Join(dir, "conformance", "sitemaps_crawler_commons")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus: set LUREWATCH_CORPUS to its folder")
	}
	want := map[string]struct {
		n     int
		first string
	}{
		"sitemaps/do-not-visit.txt":                                 {1, "http://www.example.com/do-not-visit-here"},
		"sitemaps/sitemap-with-bom.txt":                             {2, "http://www.domain.com/page1.html"},
		"sitemaps/sitemap.txt":                                      {2, "http://www.domain.com/page1.html"},
		"sitemaps/sitemap.txt.gz":                                   {5, "http://www.example.com/"},
		"sitemaps/xmlSitemap.gz":                                    {5, "http://www.example.com/"},
		"sitemaps/sitemap.badns.xml":                                {2, "http://www.example.com/1"},
		"sitemaps/sitemap.ns.xml":                                   {2, "http://www.example.com/1"},
		"sitemaps/sitemap.index.xml":                                {15, "https://example.com/sitemap.jss?portalCode=10260&lang=en"},
		"sitemaps/extension/hebdenbridgetimes-articles-sitemap.xml": {74, "http://www.hebdenbridgetimes.co.uk/news/local/video-tour-de-yorkshire-in-calderdale-1-7242580"},
		"sitemaps/extension/pagemaps-sitemap.xml":                   {2, "http://www.example.com/foo"},
		"sitemaps/extension/shinpaideshou-news-sitemap.xml":         {3, "https://shinpaideshou.wordpress.com/2017/04/25/job-opening-reischauer-policy-research-fellow/"},
		"sitemaps/extension/sitemap-images.xml":                     {1, "http://www.example.com/images/some_image_landing_page.html"},
		"sitemaps/extension/sitemap-links.xml":                      {3, "http://www.example.com/english/"},
		"sitemaps/extension/sitemap-mobile.xml":                     {3, "http://www.example.com/mobile-friendly-1/"},
		"sitemaps/extension/sitemap-news.xml":                       {2, "http://www.example.org/business/article55.html"},
		"sitemaps/extension/sitemap-videos-tvshow.xml":              {1, "https://example.org/my-tv-show/23/13/"},
		"sitemaps/extension/sitemap-videos.xml":                     {3, "http://www.example.com/videos/some_video_landing_page.html"},
		"sitemaps/atom.xml":                                         {-1, ""}, // feeds: package source reads them
		"rss/feed.rss":                                              {-1, ""},
		"rss/xmlRss_pubDate.xml":                                    {-1, ""},
	}
	seen := 0
	err := filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		w, ok := want[filepath.ToSlash(rel)]
		if !ok {
			t.Errorf("%s: nobody said what it holds", rel)
			return nil
		}
		seen++
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		m, err := read(t, filepath.Base(p), "", b)
		switch {
		case w.n < 0:
			if !errors.Is(err, ErrNotSitemap) {
				t.Errorf("%s: %v, want ErrNotSitemap", rel, err)
			}
		case err != nil || len(m.URLs) != w.n || m.Index != strings.Contains(rel, "index") || m.Cut:
			t.Errorf("%s: %d entries, index %v, cut %v, %v, want %d", rel, len(m.URLs), m.Index, m.Cut, err, w.n)
		case w.n > 0 && m.URLs[0].Loc != w.first:
			t.Errorf("%s: first is %s, want %s", rel, m.URLs[0].Loc, w.first)
		}
		return nil
	})
	if err != nil || seen != len(want) {
		t.Errorf("%d of %d files read, %v", seen, len(want), err)
	}
}

func FuzzRead(f *testing.F) {
	seeds := [][]byte{many(3), []byte("<sitemapindex><sitemap><loc>x</loc>"), []byte("https://a.test/\n"), {0xff, 0xfe, '<', 0}, pack(f, many(2)), []byte(`<?xml encoding="gb18030"?><urlset><url>`)}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := read(t, "sitemap.txt", "text/plain", b)
		if err != nil && !errors.Is(err, ErrNotSitemap) {
			t.Fatalf("error %v", err)
		}
		for _, u := range m.URLs {
			if p, err := url.Parse(u.Loc); err != nil || p.Host == "" || p.Scheme != "http" && p.Scheme != "https" || u.Changed.After(noon) {
				t.Fatalf("entry %+v", u)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	body := many(MaxURLs)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if m, err := read(b, "sitemap.xml", "", body); err != nil || len(m.URLs) != MaxURLs {
			b.Fatal(err)
		}
	}
}
