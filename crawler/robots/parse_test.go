package robots

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The examples of RFC 9309: section 5.1, 5.2 and the table of 2.2.2, and what
// files in the wild do.
func TestAllowed(t *testing.T) {
	const simple = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n" +
		"User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n" +
		"User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\nUser-Agent: quxbot\n"
	const merged = "User-Agent: ExampleBot\nDisallow: /foo\nDisallow: /bar\n\nUser-Agent: *\nDisallow: /all\n\nUser-Agent: exampleBOT\nDisallow: /baz\n"
	tests := map[string]struct {
		file, agent, path string
		want              bool
	}{
		"5.1 everyone, page":                        {simple, "other", "/publications/x", true},
		"5.1 everyone, gif anywhere":                {simple, "other", "/a/b.gif", false},
		"5.1 everyone, gif with query":              {simple, "other", "/a/b.gif?x", true},
		"5.1 everyone, example":                     {simple, "other", "/example/", false},
		"5.1 foobot is shut out":                    {simple, "foobot", "/", false},
		"5.1 foobot may see one page":               {simple, "foobot", "/example/page.html", true},
		"5.1 foobot may see one picture":            {simple, "foobot", "/example/allowed.gif", true},
		"5.1 barbot":                                {simple, "barbot", "/example/page.html", false},
		"5.1 bazbot shares the group":               {simple, "bazbot", "/example/page.html", false},
		"5.1 bazbot, all else":                      {simple, "bazbot", "/a.gif", true},
		"5.1 a group without rules allows all":      {simple, "quxbot", "/example/", true},
		"5.2 longest match, allowed":                {"User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n", "foobot", "/example/page/x.gif", true},
		"5.2 longest match, disallowed":             {"User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n", "foobot", "/example/page/disallowed.gif", false},
		"2.2.1 merged groups, first":                {merged, "ExampleBot", "/bar", false},
		"2.2.1 merged groups, second":               {merged, "ExampleBot", "/baz", false},
		"2.2.1 merged groups leave everyone's out":  {merged, "ExampleBot", "/all", true},
		"token compares without case":               {merged, "EXAMPLEBOT", "/foo", false},
		"2.2.2 encoded unreserved in the rule":      {"User-agent: *\nDisallow: /foo/bar/%62%61%7A", "b", "/foo/bar/baz", false},
		"2.2.2 encoded unreserved in the path":      {"User-agent: *\nDisallow: /foo/bar/baz", "b", "/foo/bar/%62%61%7A", false},
		"2.2.2 raw UTF-8 in the rule":               {"User-agent: *\nDisallow: /foo/bar/ツ", "b", "/foo/bar/%e3%83%84", false},
		"2.2.2 encoded UTF-8 in the rule":           {"User-agent: *\nDisallow: /foo/bar/%E3%83%84", "b", "/foo/bar/ツ", false},
		"2.2.2 URL in the query":                    {"User-agent: *\nDisallow: /foo/bar?baz=https://foo.bar", "b", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", false},
		"an encoded slash is no slash":              {"User-agent: *\nDisallow: /a/b", "b", "/a%2Fb", true},
		"2.2.3 a star as itself":                    {"User-agent: *\nDisallow: /file-%2A.html", "b", "/file-*.html", false},
		"2.2.3 %2A is no wildcard":                  {"User-agent: *\nDisallow: /file-%2A.html", "b", "/file-x.html", true},
		"2.2.3 a dollar as itself":                  {"User-agent: *\nDisallow: /foo-%24", "b", "/foo-$bar", false},
		"wildcard in the middle":                    {"User-agent: *\nDisallow: /a/*/z$", "b", "/a/b/c/z", false},
		"wildcard, anchored, too long":              {"User-agent: *\nDisallow: /a/*/z$", "b", "/a/b/c/zz", true},
		"anchored part may come twice":              {"User-agent: *\nDisallow: /*.php$", "b", "/a.php.php", false},
		"equal length: allow wins":                  {"User-agent: *\nDisallow: /page\nAllow: /page", "b", "/page", true},
		"empty disallow":                            {"User-agent: *\nDisallow:\n", "b", "/x", true},
		"robots.txt itself":                         {"User-agent: *\nDisallow: /\n", "b", "/robots.txt", true},
		"no file":                                   {"", "b", "/x", true},
		"a page instead of a file":                  {"<!doctype html><html><body>Disallow: nothing</body>", "b", "/x", true},
		"rules before any group speak to nobody":    {"Disallow: /\nUser-agent: x\nDisallow: /x", "b", "/", true},
		"BOM":                                       {"\xef\xbb\xbfUser-agent: *\nDisallow: /x", "b", "/x", false},
		"UTF-16 little endian":                      {utf16le("User-agent: *\nDisallow: /x"), "b", "/x", false},
		"CR only":                                   {"User-agent: *\rDisallow: /x\r", "b", "/x", false},
		"CRLF":                                      {"User-agent: *\r\nDisallow: /x\r\n", "b", "/x", false},
		"comment after the value":                   {"User-agent: * # all\nDisallow: /x # no", "b", "/x", false},
		"blank lines do not end a group":            {"User-agent: *\n\n\nDisallow: /x", "b", "/x", false},
		"a sitemap does not end a group":            {"User-agent: b\nSitemap: https://a/s\nUser-agent: c\nDisallow: /x", "b", "/x", false},
		"a crawl-delay does not end the agents":     {"User-agent: b\nCrawl-delay: 1\nUser-agent: c\nDisallow: /x", "b", "/x", false},
		"an unknown line is skipped":                {"User-agent: b\nNoindex: /y\nDisallow: /x", "b", "/x", false},
		"misspelt disallow":                         {"User-agent: b\nDisalow: /x", "b", "/x", false},
		"missing colon":                             {"User-agent b\nDisallow /x", "b", "/x", false},
		"missing slash":                             {"User-agent: b\nDisallow: x", "b", "/x", false},
		"version after the token":                   {"User-agent: lurewatch/1.0\nDisallow: /x", "lurewatch", "/x", false},
		"a longer token is another crawler":         {"User-agent: lurewatchplus\nDisallow: /x", "lurewatch", "/x", true},
		"a shorter token is another crawler":        {"User-agent: lure\nDisallow: /x", "lurewatch", "/x", true},
		"own group beats everyone's":                {"User-agent: *\nDisallow: /\n\nUser-agent: b\nAllow: /", "b", "/x", true},
		"what the limit cuts off is not read":       {"User-agent: *\nDisallow: /x\n" + strings.Repeat("#"+strings.Repeat("y", 98)+"\n", MaxBytes/100) + "Disallow: /late", "b", "/late", true},
		"what stands before the limit is read":      {"User-agent: *\nDisallow: /x\n" + strings.Repeat("y", 2*MaxBytes), "b", "/x", false},
		"a stray percent sign is compared as it is": {"User-agent: *\nDisallow: /100%/", "b", "/100%/x", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, by := Parse([]byte(tt.file)).Group(tt.agent).Allowed(tt.path)
			if got != tt.want {
				t.Errorf("Allowed(%q) for %q = %v by %q, want %v", tt.path, tt.agent, got, by, tt.want)
			}
		})
	}
}

func utf16le(s string) string {
	out := []byte{0xff, 0xfe}
	for _, c := range []byte(s) {
		out = append(out, c, 0)
	}
	return string(out)
}

func TestDelay(t *testing.T) {
	tests := map[string]struct {
		file string
		want time.Duration
	}{
		"seconds":                  {"User-agent: b\nCrawl-delay: 10", 10 * time.Second},
		"fraction":                 {"User-agent: b\nCrawl-delay: 0.5", 500 * time.Millisecond},
		"of everyone":              {"User-agent: *\nCrawl-delay: 3", 3 * time.Second},
		"of another":               {"User-agent: c\nCrawl-delay: 3", 0},
		"longest of merged":        {"User-agent: b\nCrawl-delay: 2\nDisallow:\nUser-agent: b\nCrawl-delay: 7", 7 * time.Second},
		"only agents named so far": {"User-agent: c\nCrawl-delay: 9\nUser-agent: b\nDisallow: /x", 0},
		"negative":                 {"User-agent: b\nCrawl-delay: -1", 0},
		"not a number":             {"User-agent: b\nCrawl-delay: NaN", 0},
		"endless":                  {"User-agent: b\nCrawl-delay: 1e99", 0},
		"no file":                  {"", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Parse([]byte(tt.file)).Group("b").Delay(); got != tt.want {
				t.Errorf("delay of %q = %v, want %v", tt.file, got, tt.want)
			}
		})
	}
}

func TestSitemaps(t *testing.T) {
	f := Parse([]byte("Sitemap: https://a.test/1.xml\nUser-agent: *\nDisallow: /\nsite-map: /2.xml\nSITEMAP: https://a.test/1.xml\n"))
	if diff := cmp.Diff([]string{"https://a.test/1.xml", "/2.xml"}, f.Sitemaps()); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	seeds := []string{
		"User-agent: *\nDisallow: /a*b$\nAllow: /%41\nCrawl-delay: 1\nSitemap: x",
		"\xff\xfeU\x00", "\xfe\xff\x00", "User-agent\rDisallow: *$*$", "Disallow: %%%zz%2", "user-agent: a\ndisallow: /?q=%3a#",
	}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add([]byte(s), "/a/b?c=%2F")
	}
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		file := Parse(body)
		for _, agent := range []string{"*", "a", "lurewatch"} {
			g := file.Group(agent)
			if g.Delay() < 0 {
				t.Fatal("negative delay")
			}
			ok1, by1 := g.Allowed(path)
			if ok2, by2 := g.Allowed(normalise(path, false)); ok1 != ok2 || by1 != by2 {
				t.Fatalf("Allowed(%q) = %v by %q, but its normal form %q = %v by %q", path, ok1, by1, normalise(path, false), ok2, by2)
			}
		}
		if n := normalise(path, false); normalise(n, false) != n {
			t.Fatalf("normalise(%q) = %q is not stable", path, n)
		}
	})
}
