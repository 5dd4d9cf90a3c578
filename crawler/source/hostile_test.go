package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// mega repeats s to about one megabyte.
func mega(s string) string { return strings.Repeat(s, 1<<20/len(s)) }

// hostile are pages of about 1 MB, each made to be slow or deep to read.
var hostile = map[string]string{
	"nested blocks":            mega("<div>") + "hiring",
	"nested formatting":        mega("<b>") + "hiring",
	"formatting inside blocks": mega("<b><p>"),
	"unclosed links":           mega("<a href=x>"),
	"misnested links":          mega("<a><p></a>"),
	"many fonts": func() string {
		var b strings.Builder
		for i := range 40000 {
			fmt.Fprintf(&b, "<font a%d=1><p>", i)
		}
		return b.String()
	}(),
	"nested tables":              mega("<table><tr><td>"),
	"tables with foster parents": mega("<table><b>x"),
	"nested lists":               mega("<ul><li>"),
	"nested templates":           mega("<template>"),
	"nested vectors":             mega("<svg><g>"),
	"nested selects":             mega("<select><option>"),
	"comments that never end":    mega("<!--"),
	"tags that never end":        mega("<p "),
	"attributes without end":     "<p " + mega("a=1 "),
	"one attribute often":        "<div class='" + mega("nav ") + "'>x</div>",
	"entities":                   mega("&amp;"),
	"escaped again and again":    "<p>" + mega("&amp;amp;amp;lt;p&amp;amp;amp;gt;"),
	"one line of digits":         mega("1 2-3 "),
	"addresses that never come":  mega("a.b-c+d"),
	"at signs":                   mega("a@a."),
	"nothing but cues":           mega("salary: hiring; "),
	"headings":                   mega("<h1>Hiring typist</h1>"),
	"links":                      mega("<a href='/jobs/123456-typist-wanted'>Typist wanted</a>"),
	"different links": func() string {
		var b strings.Builder
		for i := range 20000 {
			fmt.Fprintf(&b, "<a href='/jobs/%d-typist'>Typist %d</a>", i+1000, i)
		}
		return b.String()
	}(),
	"microdata in microdata":      mega("<div itemscope itemprop=a itemtype='http://schema.org/JobPosting'>"),
	"microdata that refers":       mega("<div id=x itemscope itemtype=http://schema.org/JobPosting itemref='x y x'><i itemprop=title>a</i></div>"),
	"RDFa in RDFa":                mega("<div typeof=JobPosting property=a>"),
	"many messages of a forum":    mega("<div class=post id=p1><div class=postbody><div class=content>hiring, salary, contact @abcdef</div></div></div>"),
	"JSON lists":                  mega("["),
	"JSON objects":                mega(`{"a":`),
	"JSON quotes":                 "{" + mega(`"`),
	"JSON quotes and blanks":      `{"a":"` + mega(`"    `),
	"JSON escapes":                `{"a":"` + mega(`\u12`),
	"JSON postings in postings":   mega(`{"@type":"JobPosting","title":"x","a":`),
	"a list of postings":          "[" + mega(`{"@type":"JobPosting","title":"x"},`) + "]",
	"JSON-LD of lists":            "<script type=application/ld+json>" + mega("[") + "</script>",
	"JSON-LD of quotes":           "<script type=application/ld+json>{" + mega(`"a" `) + "</script>",
	"JSON-LD of comments":         "<script type=application/ld+json>" + mega("<!--") + "</script>",
	"JSON-LD of slashes":          "<script type=application/ld+json>{" + mega("/*") + "</script>",
	"many scripts":                mega("<script type=application/ld+json>{}</script>"),
	"references in a circle":      `<script id=__NUXT_DATA__ type=application/json>[` + mega(`[0,0,0,0,0],`) + `1]</script>`,
	"state of calls":              "<script>window.__NUXT__=(function(a){return " + mega("a(") + "}(1))</script>",
	"rows of state":               mega(`<script>self.__next_f.push([1,"1:{}\n"])</script>`),
	"XML in XML":                  "<?xml version='1.0'?>" + mega("<rss>"),
	"XML items":                   "<rss><channel>" + mega("<item><title>x</title></item>"),
	"XML entities":                `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><rss><channel><item><title>` + mega("&b;") + `</title></item></channel></rss>`,
	"XML attributes":              "<rss " + mega("a='1' ") + ">",
	"a job feed of one record":    "<jobs><job><title>x</title><description>" + mega("&lt;b&gt;") + "</description><company>y</company></job></jobs>",
	"high bytes":                  mega("\xE0\xA4\xC1\xFF"),
	"half of UTF-16":              mega("<\x00"),
	"NUL bytes":                   "<p>" + mega("\x00a"),
	"one word":                    mega("x"),
	"marks on one letter":         "a" + mega("\u0301"),
	"invisible characters":        "<p>" + mega("\u200B"),
	"words without spaces":        mega("招聘客服包吃包住"),
	"a Telegram page of messages": mega("<div class=tgme_widget_message data-post=a/1><div class=tgme_widget_message_text>"),
	"nested quotes in a forum":    "<div class=post id=p1><div class=postbody><div class=content>" + mega("<blockquote>"),
	"dates":                       mega("<time datetime=2025-01-01>2025-01-01</time>"),
	"links to posts in one line":  "<h1>Jobs</h1><p>" + mega("<a href=/jobs/1234>job</a> "),
	"links to posts in boxes":     mega("<div><a href=/jobs/1234>hiring a cook</a> "),
	"labels":                      mega("<p>Company: x</p>"),
}

// TestHostilePages reads each page with auto and expects an end in time. The
// bound is wide: the machine may be busy. What it guards against is quadratic.
func TestHostilePages(t *testing.T) {
	for name, body := range hostile {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			f, err := auto{}.Extract(context.Background(), Page{URL: "https://hostile.example/jobs/1234-x", ContentType: "text/html", Body: []byte(body)})
			if err != nil && !errors.Is(err, ErrNotText) {
				t.Error(err)
			}
			check(t, f)
			took := time.Since(start)
			t.Logf("%d bytes in %v, %d posts, %d links", len(body), took.Round(time.Millisecond), len(f.Posts), len(f.Links))
			if took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// check holds what is true of every answer.
func check(t *testing.T, f Found) {
	t.Helper()
	if len(f.Links) > MaxLinks || len(f.Posts) > MaxPosts {
		t.Errorf("%d links, %d posts", len(f.Links), len(f.Posts))
	}
	seen := map[string]bool{}
	for _, l := range f.Links {
		if !strings.HasPrefix(l.URL, "http://") && !strings.HasPrefix(l.URL, "https://") || strings.Contains(l.URL, "#") || seen[l.URL] {
			t.Errorf("link %q", l.URL)
		}
		seen[l.URL] = true
	}
	for _, p := range f.Posts {
		if len(p.Text) > MaxText+1024 || !utf8.ValidString(p.Text) || !utf8.ValidString(p.Title) || len(p.Title) > 4096 || strings.ContainsAny(p.Title, "\n\x00") || p.Method == "" {
			t.Errorf("post with %d bytes of text, title %.80q, method %q", len(p.Text), p.Title, p.Method)
		}
		if p.Title == "" && p.Text == "" {
			t.Error("a post that says nothing")
		}
	}
}

func FuzzExtract(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*"))
	if err != nil {
		f.Fatal(err)
	}
	n := 0
	for _, name := range files {
		if strings.HasSuffix(name, ".golden.json") || strings.Contains(name, "fuzz") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, sampleType(name))
		n++
	}
	if n == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		p := Page{URL: "https://fuzz.example/jobs/1", ContentType: contentType, Body: body, FetchedAt: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
		for _, s := range All() {
			got, err := s.Extract(context.Background(), p)
			if err != nil && !errors.Is(err, ErrNotText) {
				t.Errorf("%s: %v", s.Name(), err)
			}
			check(t, got)
		}
	})
}

func FuzzParseLoose(f *testing.F) {
	seeds := []string{`{"a":[1,2,{"b":"c"}],}`, `{a:'b',c:!0,d:void 0,e:new Date("x")}`, "{\"a\":\"x\ny\" \"b\":1", `<!-- x -->{"a":"<!-- y -->"}`, `{"a":"\ud83d\udd25\q\u12"}`, "[[[["}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseLoose(s)
		if err == nil {
			jobPostings(v, map[string]item{})
		}
	})
}

func FuzzTimeAndSalary(f *testing.F) {
	seeds := []string{"2025-01-01", "3 weeks ago", "Před 2 týdny", "$800 - 1,200 per month", "8000-1.2万元/月", "15 - 25 triệu", "1735689600"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := ParseTime(s, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)); ok && (at.Year() < 1900 || at.Year() > 2110) {
			t.Errorf("ParseTime(%q) = %v", s, at)
		}
		if p := ParseSalary(s); p.Max < p.Min {
			t.Errorf("ParseSalary(%q) = %+v", s, p)
		}
	})
}
