package source

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/internal/post"
)

func TestPlainText(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"blocks and breaks":                  {"<p>One<br>two</p><p>three</p>", "One\ntwo\n\nthree"},
		"a list is lines":                    {"Needs:<ul><li>a</li><li>b <b>c</b></li></ul>end", "Needs:\na\nb c\nend"},
		"cells of a row share a line":        {"<table><tr><th>Salary</th><td>$800</td></tr><tr><td>Place</td><td>Bavet</td></tr></table>", "Salary | $800\nPlace | Bavet"},
		"scripts, styles and templates go":   {"<p>a<script>x()</script><style>p{}</style><template>t</template>b</p>", "ab"},
		"escaped once":                       {"&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b &amp;amp; c&lt;/p&gt;", "a\n\nb & c"},
		"escaped twice":                      {"&amp;lt;p&amp;gt;a&amp;lt;/p&amp;gt;b", "a\n\nb"},
		"plain lines stay":                   {"a\r\nb\n\n\n\nc", "a\nb\n\nc"},
		"inline tags amid plain lines":       {"a\n<b>b</b>\nc", "a\nb\nc"},
		"a smaller sign is no tag":           {"pay < 900 and > 500", "pay < 900 and > 500"},
		"emoji, joiners and flags stay":      {"<p>👩‍💻 🇰🇭 🔥</p>", "👩‍💻 🇰🇭 🔥"},
		"an emoji as a picture":              {`<p><img alt="🔥" src=x> hot <img alt="a cat" src=y></p>`, "🔥 hot"},
		"what a reader does not see":         {`<p>a<span style="display: none">b</span><i hidden>c</i></p>`, "a"},
		"a number behind a link":             {`<a href="tel:+85512000000">Call us</a>`, "Call us (+85512000000)"},
		"a number that the link says":        {`<a href="tel:+85512000000">+855 12 000 000</a>`, "+855 12 000 000"},
		"a chat behind a link":               {`<a href="https://t.me/hr_example">Write</a>`, "Write (https://t.me/hr_example)"},
		"a chat that the link says":          {`<a href="https://t.me/hr_example">@hr_example</a>`, "@hr_example"},
		"a link that only shares":            {`<a href="https://t.me/share/url?url=x">Share</a> <a href="https://wa.me/?text=x">Share</a>`, "Share Share"},
		"a scrambled address":                {`<a href="/cdn-cgi/l/email-protection" class="__cf_email__" data-cfemail="422a3002276c2d">[email protected]</a>`, "[email protected] (hr@e.o)"},
		"preformatted lines":                 {"<pre>a\n  b</pre>", "a\nb"},
		"control characters and soft breaks": {"a\x00b\u00ADc\x07", "abc"},
		"nothing":                            {"", ""},
		"a tag that never ends":              {"<p>a<b", "a"},
	} {
		if got := PlainText(c.in); got != c.want {
			t.Errorf("%s: PlainText(%q) = %q, want %q", name, c.in, got, c.want)
		}
	}
}

func TestTextIsBounded(t *testing.T) {
	if got := PlainText("<p>" + strings.Repeat("word ", 1<<20) + "</p>"); len(got) > MaxText+8 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestDeepNestingKeepsItsWords(t *testing.T) {
	body := strings.Repeat("<div>", 100_000) + "<p>Hiring chat agents</p><a href='tel:+85512000000'>call</a>" + strings.Repeat("</div>", 100_000)
	if got := PlainText(body); got != "Hiring chat agents\n(+85512000000) call" {
		t.Errorf("got %q", got)
	}
}

func TestParseTime(t *testing.T) {
	base := time.Date(2025, 6, 15, 12, 0, 0, 0, time.UTC)
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	for in, want := range map[string]time.Time{
		"2025-01-02T03:04:05+07:00":      time.Date(2025, 1, 1, 20, 4, 5, 0, time.UTC),
		"2025-01-02T03:04:05.123+0700":   time.Date(2025, 1, 1, 20, 4, 5, 123_000_000, time.UTC),
		"2020-10-20 20:28:32 UTC":        time.Date(2020, 10, 20, 20, 28, 32, 0, time.UTC),
		"2025-01-02":                     day(2025, 1, 2),
		"Tue, 03 Jun 2025 09:39:21 GMT":  time.Date(2025, 6, 3, 9, 39, 21, 0, time.UTC),
		"Tue, 3 Jun 2025 09:39:21 +0200": time.Date(2025, 6, 3, 7, 39, 21, 0, time.UTC),
		"31-Jan-2026":                    day(2026, 1, 31),
		"12/05/2025":                     day(2025, 5, 12),
		"12/25/2025":                     day(2025, 12, 25),
		"2.1.2006":                       day(2006, 1, 2),
		"2025年3月4日":                      day(2025, 3, 4),
		"4/5/2568":                       day(2025, 5, 4),
		"发表于 2025-3-4 10:00":             time.Date(2025, 3, 4, 10, 0, 0, 0, time.UTC),
		"1735689600":                     day(2025, 1, 1),
		"1735689600000":                  day(2025, 1, 1),
		"20250102":                       day(2025, 1, 2),
		"2 มิถุนายน 2568":                day(2025, 6, 2),
		"๒ มิ.ย. ๒๕๖๘":                   day(2025, 6, 2),
		"ថ្ងៃទី ៣ ខែ មិថុនា ឆ្នាំ ២០២៥": day(2025, 6, 3),
		"3 ဇွန် 2025":              day(2025, 6, 3),
		"4 Juni 2025":              day(2025, 6, 4),
		"5 de junio de 2025":       day(2025, 6, 5),
		"3 июня 2025 г.":           day(2025, 6, 3),
		"Ngày 3 tháng 6 năm 2025":  day(2025, 6, 3),
		"6 जून 2025":               day(2025, 6, 6),
		"Posted 7 June 2025":       day(2025, 6, 7),
		"Mon Jun 02, 2025 9:14 am": time.Date(2025, 6, 2, 9, 14, 0, 0, time.UTC),
		"3 weeks ago":              base.AddDate(0, 0, -21),
		"16 hours ago":             base.Add(-16 * time.Hour),
		"30+ days ago":             base.AddDate(0, 0, -30),
		"Před 2 týdny":             base.AddDate(0, 0, -14),
		"vor 3 Tagen":              base.AddDate(0, 0, -3),
		"il y a 5 jours":           base.AddDate(0, 0, -5),
		"hace 2 semanas":           base.AddDate(0, 0, -14),
		"5 дней назад":             base.AddDate(0, 0, -5),
		"3天前":                      base.AddDate(0, 0, -3),
		"2小时前":                     base.Add(-2 * time.Hour),
		"4일 전":                     base.AddDate(0, 0, -4),
		"3 วันที่แล้ว":             base.AddDate(0, 0, -3),
		"2 tuần trước":             base.AddDate(0, 0, -14),
		"5 hari yang lalu":         base.AddDate(0, 0, -5),
		"5d":                       base.AddDate(0, 0, -5),
		"Yesterday":                base.AddDate(0, 0, -1),
		"今天":                       base,
		"hôm nay":                  base,
	} {
		if got, ok := ParseTime(in, base); !ok || !got.Equal(want) {
			t.Errorf("ParseTime(%q) = %v, %v, want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "soon", "99", "2024-02-30", "32/13/2025", "5 dogs ago", "1066-10-14", strings.Repeat("1", 200)} {
		if got, ok := ParseTime(in, base); ok {
			t.Errorf("ParseTime(%q) = %v, want none", in, got)
		}
	}
	if got, ok := ParseTime("3 days ago", time.Time{}); ok {
		t.Errorf("a relative date without a base gave %v", got)
	}
}

func TestParseSalary(t *testing.T) {
	for in, want := range map[string]post.Salary{
		"$800 - $1,200 per month":     {Min: 800, Max: 1200, Currency: "USD", Period: "month"},
		"8000-12000元/月":               {Min: 8000, Max: 12000, Currency: "CNY", Period: "month"},
		"3-5万":                        {Min: 30000, Max: 50000},
		"15 - 25 triệu":               {Min: 15e6, Max: 25e6, Currency: "VND"},
		"30,000 บาท":                  {Min: 30000, Max: 30000, Currency: "THB"},
		"1.500 € / Monat":             {Min: 1500, Max: 1500, Currency: "EUR", Period: "month"},
		"170 - 190 CZK/hour":          {Min: 170, Max: 190, Currency: "CZK", Period: "hour"},
		"$75k - 125k":                 {Min: 75000, Max: 125000, Currency: "USD"},
		"от 2 000 до 3 000 руб":       {Min: 2000, Max: 3000, Currency: "RUB"},
		"USD 55000":                   {Min: 55000, Max: 55000, Currency: "USD"},
		"Rp 5.000.000":                {Min: 5e6, Max: 5e6, Currency: "IDR"},
		"negotiable":                  {},
		"1,200.50 USDT":               {Min: 1200.5, Max: 1200.5, Currency: "USDT"},
		"300万円〜500万円":                 {Min: 3e6, Max: 5e6, Currency: "JPY"},
		"RM 2,100 - RM 2,600":         {Min: 2100, Max: 2600, Currency: "MYR"},
		"Rp 3.200.000 - Rp 3.800.000": {Min: 3.2e6, Max: 3.8e6, Currency: "IDR"},
	} {
		got := ParseSalary(in)
		want.Raw = in
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("ParseSalary(%q):\n%s", in, d)
		}
	}
}

func TestParseLoose(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want any
	}{
		"strict":                      {`{"a":[1,"b",null,true]}`, item{"a": []any{1.0, "b", nil, true}}},
		"raw line ends in a string":   {"{\"a\":\"x\n\ty\"}", item{"a": "x\n\ty"}},
		"trailing and missing commas": {`{"a":1,"b":[1,2,],}`, item{"a": 1.0, "b": []any{1.0, 2.0}}},
		"a comma forgotten":           {`{"a":"1" "b":"2"}`, item{"a": "1", "b": "2"}},
		"comments of both kinds":      {"/* x */{\"a\":1, // y\n\"b\":2}", item{"a": 1.0, "b": 2.0}},
		"a comment of HTML around":    {`<!-- {"a":"<!-- b -->"} -->`, item{"a": "<!-- b -->"}},
		"a CDATA mark":                {"//<![CDATA[\n{\"a\":1}\n//]]>", item{"a": 1.0}},
		"quotes that are not escaped": {`{"a":"say "hi" now","b":2}`, item{"a": `say "hi" now`, "b": 2.0}},
		"an escape that is none":      {`{"a":"\d\_"}`, item{"a": "d_"}},
		"halves of an emoji":          {`{"a":"\ud83d\udd25",}`, item{"a": "🔥"}},
		"single quotes and bare keys": {`{a:'b',c_1:"d"}`, item{"a": "b", "c_1": "d"}},
		"short truth values":          {`{a:!0,b:!1,c:void 0,d:undefined}`, item{"a": true, "b": false, "c": nil, "d": nil}},
		"a date as a call":            {`{a:new Date("2025-01-02")}`, item{"a": "2025-01-02"}},
		"an end that is missing":      {`{"a":{"b":[1,{"c":"d`, item{"a": item{"b": []any{1.0, item{"c": "d"}}}}},
		"something in front":          {`var x = {"a":1};`, item{"a": 1.0}},
		"a number that is too long":   {`{"a":12345678901234567890}`, item{"a": "12345678901234567890"}},
	} {
		got, err := ParseLoose(c.in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: ParseLoose(%q)\n%s", name, c.in, d)
		}
	}
	for _, in := range []string{"", "hello", "<!-- -->"} {
		if got, err := ParseLoose(in); err == nil {
			t.Errorf("ParseLoose(%q) = %v, want an error", in, got)
		}
	}
}

func TestLinks(t *testing.T) {
	page := Page{URL: "https://board.example/list/", ContentType: "text/html", Body: []byte(`<html><head><base href="/en/"><link rel="next" href="/list?page=3">
<link rel=alternate type="application/rss+xml" title="Jobs" href="/jobs.rss"><link rel=alternate type="application/rss+xml" title="Blog" href="/blog.rss"></head><body>
<a href="jobs/12345-typist-in-bavet">Typist</a> <a href="jobs/12345-typist-in-bavet#apply">again</a> <a href="mailto:a@b.example">mail</a> <a href="javascript:x()">x</a>
<a href="/about" rel="nofollow">About us</a> <a href="/list?page=2">2</a> <a href="https://elsewhere.example/jobs/99999-cook">Cook</a> <a href="/logo.png">logo</a>
<a href="/ad.php?id=77">客服招聘</a> <a href="#top">top</a> <a href="http://[bad">bad</a> <a href="//cdn.example/x">scheme</a> <a href="/login?next=/jobs/12345">log in</a></body></html>`)}
	want := []Link{
		{URL: "https://board.example/list?page=3", Next: true},
		{URL: "https://board.example/jobs.rss"},
		{URL: "https://board.example/en/jobs/12345-typist-in-bavet", Post: true},
		{URL: "https://board.example/about", NoFollow: true},
		{URL: "https://board.example/list?page=2", Next: true},
		{URL: "https://elsewhere.example/jobs/99999-cook"},
		{URL: "https://board.example/ad.php?id=77", Post: true},
		{URL: "https://cdn.example/x"},
		{URL: "https://board.example/login?next=/jobs/12345"},
	}
	if d := cmp.Diff(want, page.document().links()); d != "" {
		t.Error(d)
	}
}

func TestCanonicalIsBelievedOnlyWhenItCanBe(t *testing.T) {
	for name, c := range map[string]struct{ url, head, want string }{
		"on the same site":          {"https://m.board.example/j?id=1", `<link rel=canonical href="https://www.board.example/j/1">`, "https://www.board.example/j/1"},
		"relative":                  {"https://board.example/j?id=1", `<link rel=canonical href="/j/1#x">`, "https://board.example/j/1"},
		"on another site":           {"https://board.example/j/1", `<link rel=canonical href="https://other.example.org/j/1">`, ""},
		"the home page of the site": {"https://board.example/j/1", `<link rel=canonical href="/"><meta property="og:url" content="https://board.example/j/one">`, "https://board.example/j/one"},
		"none":                      {"https://board.example/j/1", ``, ""},
	} {
		d := Page{URL: c.url, ContentType: "text/html", Body: []byte("<html><head>" + c.head + "</head><body>x</body></html>")}.document()
		if got := d.canonical(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestLookup(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range All() {
		if seen[s.Name()] {
			t.Errorf("two sources are named %s", s.Name())
		}
		seen[s.Name()] = true
		if got, ok := Lookup(s.Name()); !ok || got.Name() != s.Name() {
			t.Errorf("Lookup(%q) = %v, %v", s.Name(), got, ok)
		}
	}
	if s, ok := Lookup(""); !ok || s.Name() != "auto" {
		t.Error("the empty name is not auto")
	}
	if _, ok := Lookup("none"); ok {
		t.Error("a source named none was found")
	}
}
