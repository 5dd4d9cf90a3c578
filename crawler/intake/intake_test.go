package intake

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/lurewatch/lurewatch/internal/post"
)

// read gathers what a text yields.
func read(t *testing.T, text string, o Options) (items []Item, errs []error) {
	t.Helper()
	for it, err := range Read(strings.NewReader(text), o) {
		if err != nil {
			errs = append(errs, err)
		} else {
			items = append(items, it)
		}
	}
	return items, errs
}

func TestParseLine(t *testing.T) {
	posted := time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		line string
		want post.Post
	}{
		"every field": {
			`{"id":"7","text":"Chat agents\nwanted","title":"Hiring","url":"https://board.example/7","lang":"en-US","company":"Acme","location":"Poipet","source":"board","posted_at":"2025-03-01T10:00:00Z","label":"scam"}`,
			post.Post{ID: "7", NativeID: "7", Text: "Chat agents\nwanted", Title: "Hiring", URL: "https://board.example/7", Lang: "en", Company: "Acme", Locations: []string{"Poipet"}, Source: "board", PostedAt: posted, Method: "import"},
		},
		"a number as id":             {`{"id":12345678901234567,"text":"x"}`, post.Post{ID: "12345678901234567", NativeID: "12345678901234567", Text: "x", Method: "import"}},
		"a list of locations":        {`{"id":"1","text":"x","location":["Poipet"," Bavet ",""]}`, post.Post{ID: "1", NativeID: "1", Text: "x", Locations: []string{"Poipet", "Bavet"}, Method: "import"}},
		"a title alone":              {`{"id":"1","title":"客服招聘"}`, post.Post{ID: "1", NativeID: "1", Title: "客服招聘", Method: "import"}},
		"no id":                      {`{"text":"x"}`, post.Post{Text: "x", Method: "import"}},
		"an address that is none":    {`{"id":"1","text":"x","url":"javascript:alert(1)"}`, post.Post{ID: "1", NativeID: "1", Text: "x", Method: "import"}},
		"a date nobody can read":     {`{"id":"1","text":"x","posted_at":"soon"}`, post.Post{ID: "1", NativeID: "1", Text: "x", Method: "import"}},
		"Unix time":                  {`{"id":"1","text":"x","posted_at":1740823200}`, post.Post{ID: "1", NativeID: "1", Text: "x", PostedAt: posted, Method: "import"}},
		"nulls":                      {`{"id":null,"text":"x","title":null,"location":null,"posted_at":null}`, post.Post{Text: "x", Method: "import"}},
		"a mark of byte order":       {"\xEF\xBB\xBF" + `{"id":"1","text":"x"}`, post.Post{ID: "1", NativeID: "1", Text: "x", Method: "import"}},
		"contacts in our own form":   {`{"id":"1","text":"x","contacts":[{"kind":"telegram","value":"abc"}]}`, post.Post{ID: "1", NativeID: "1", Text: "x", Contacts: []post.Contact{{Kind: "telegram", Value: "abc"}}, Method: "import"}},
		"contacts in another form":   {`{"id":"1","text":"x","contacts":"call me"}`, post.Post{ID: "1", NativeID: "1", Text: "x", Method: "import"}},
		"a salary as a line":         {`{"id":"1","text":"x","salary":"$800 - $1,200 per month"}`, post.Post{ID: "1", NativeID: "1", Text: "x", Salary: &post.Salary{Min: 800, Max: 1200, Currency: "USD", Period: "month", Raw: "$800 - $1,200 per month"}, Method: "import"}},
		"emoji and escapes":          {`{"id":"1","text":"\ud83d\udd25 \u0e07\u0e32\u0e19"}`, post.Post{ID: "1", NativeID: "1", Text: "🔥 งาน", Method: "import"}},
		"keys in other case are not": {`{"id":"1","text":"x","TITLE":"y"}`, post.Post{ID: "1", NativeID: "1", Text: "x", Method: "import"}},
	} {
		got, err := ParseLine([]byte(c.line))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

func TestParseLineSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"nothing":          {"", "the line is empty"},
		"blanks":           {"  \t", "the line is empty"},
		"a list":           {`[1]`, "not a JSON object"},
		"a word":           {`hello`, "not a JSON object"},
		"half an object":   {`{"id":"1","text":`, "not valid JSON at byte 17"},
		"two objects":      {`{"text":"a"} {"text":"b"}`, "not valid JSON at byte 14"},
		"bad UTF-8":        {"{\"text\":\"a\xFFb\"}", "byte 11 is not UTF-8"},
		"a NUL byte":       {"{\"text\":\"a\x00b\"}", "not valid JSON at byte"},
		"no words":         {`{"id":"1","url":"https://a.example"}`, "neither text nor title"},
		"text as a list":   {`{"id":"1","text":["a"]}`, `"text" is a list, must be a string`},
		"id as an object":  {`{"id":{},"text":"a"}`, `"id" is an object, must be a string`},
		"a giant id":       {`{"id":"` + strings.Repeat("a", 2000) + `","text":"a"}`, "the id has more than 1024 bytes"},
		"places as object": {`{"id":"1","text":"a","location":{"x":1}}`, `"location" is an object`},
	} {
		_, err := ParseLine([]byte(c.line))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestBadLinesDoNotStopAFile(t *testing.T) {
	long := `{"id":"9","text":"` + strings.Repeat("x", 5000) + `"}`
	text := strings.Join([]string{`{"id":"1","text":"a"}`, ``, `[]`, "\xFF", long, `{"id":"6","text":"b"}`, `{"id":"7","text":"c"}`}, "\n")
	items, errs := read(t, text, Options{Name: "posts.jsonl", MaxLine: 4096})
	var ids []string
	for _, it := range items {
		ids = append(ids, fmt.Sprint(it.Line, it.Post.ID))
	}
	if d := cmp.Diff([]string{"11", "66", "77"}, ids); d != "" {
		t.Errorf("items: %s", d)
	}
	var lines []int
	for _, err := range errs {
		le, ok := errors.AsType[*LineError](err)
		if !ok {
			t.Fatalf("error %v is no LineError", err)
		}
		lines = append(lines, le.Line)
		if !strings.HasPrefix(err.Error(), fmt.Sprintf("posts.jsonl: line %d: ", le.Line)) || !strings.Contains(err.Error(), "hint: ") {
			t.Errorf("error %q names no line or no hint", err)
		}
	}
	if d := cmp.Diff([]int{2, 3, 4, 5}, lines); d != "" {
		t.Errorf("bad lines: %s", d)
	}
	if len(errs) == 4 && !errors.Is(errs[3], ErrTooLong) {
		t.Errorf("line 5: %v, want ErrTooLong", errs[3])
	}
}

// endless is a line without an end, made as it is read.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		n := copy(p, "\n{\"id\":\"2\",\"text\":\"after\"}\n")
		if e.left < 0 {
			return 0, errEOF
		}
		e.left = -1
		return n, nil
	}
	n := min(len(p), e.left)
	for i := range n {
		p[i] = 'x'
	}
	e.left -= n
	return n, nil
}

var errEOF = fmt.Errorf("stop") // any read error ends a file

func TestALineOfAHundredMegabytesCostsLittle(t *testing.T) {
	var ids []string
	var failed []error
	for it, err := range Read(&endless{left: 100 << 20}, Options{Name: "x.jsonl", MaxLine: 1 << 20}) {
		if err != nil {
			failed = append(failed, err)
			continue
		}
		ids = append(ids, it.Post.ID)
	}
	if len(ids) != 1 || ids[0] != "2" {
		t.Errorf("ids %v, want the line after the long one", ids)
	}
	if len(failed) != 2 || !errors.Is(failed[0], ErrTooLong) || !errors.Is(failed[1], errEOF) {
		t.Errorf("errors %v", failed)
	}
}

func TestCSV(t *testing.T) {
	want := []post.Post{
		{ID: "1", NativeID: "1", Title: "Typist", Text: "Free room,\nand \"food\"", Company: "Acme", Locations: []string{"Bavet"}, PostedAt: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC), Method: "import"},
		{ID: "2", NativeID: "2", Title: "客服", Text: "包吃包住", Method: "import"},
	}
	body := "ID%[1]sTitle%[1]sText%[1]sCompany%[1]sLocation%[1]sPosted At%[1]sViews\r\n" +
		"1%[1]sTypist%[1]s\"Free room,\nand \"\"food\"\"\"%[1]sAcme%[1]sBavet%[1]s2025-03-01%[1]s9\r\n\r\n" +
		"2%[1]s客服%[1]s包吃包住\r\n"
	for name, d := range map[string]string{"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"} {
		items, errs := read(t, fmt.Sprintf(body, d), Options{Name: "x.csv"})
		var got []post.Post
		for _, it := range items {
			got = append(got, it.Post)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(errs) > 0 {
			t.Errorf("%s: %v\n%s", name, errs, diff)
		}
		if len(items) == 2 && (items[0].Line != 2 || items[1].Line != 5) {
			t.Errorf("%s: lines %d and %d, want 2 and 5", name, items[0].Line, items[1].Line)
		}
	}
}

func TestCSVInOldCharsets(t *testing.T) {
	text := "id,text\n1,Требуются операторы чата за границей зарплата жилье оплачивает компания\n"
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	cp1251, err := charmap.Windows1251.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"UTF-8": text, "UTF-8 with a mark": "\xEF\xBB\xBF" + text, "UTF-16": utf16, "windows-1251": cp1251} {
		items, errs := read(t, body, Options{Name: "x.csv"})
		if len(errs) > 0 || len(items) != 1 || !strings.HasPrefix(items[0].Post.Text, "Требуются операторы") || items[0].Post.ID != "1" {
			t.Errorf("%s: %v %v", name, items, errs)
		}
	}
}

func TestARowWithAnOpenQuoteDoesNotSwallowTheFile(t *testing.T) {
	text := "id,text\n1,\"open " + strings.Repeat("x", 3000) + "\n2,b\n3,c\n"
	items, errs := read(t, text, Options{Name: "x.csv", MaxLine: 1000})
	if len(items) != 2 || items[0].Post.ID != "2" || len(errs) != 1 || !errors.Is(errs[0], ErrTooLong) {
		t.Errorf("items %v, errors %v", items, errs)
	}
}

func TestCSVWithoutAUsefulHeader(t *testing.T) {
	_, errs := read(t, "a,b\n1,2\n", Options{Name: "x.csv"})
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "hint: name the columns") {
		t.Errorf("errors %v", errs)
	}
}

const export = `{"name":"Jobs abroad","type":"public_channel","id":1234567890,"messages":[
 {"id":1,"type":"service","date":"2025-01-01T00:00:00","action":"create_channel","text":""},
 {"id":2,"type":"message","date":"2025-01-02T03:04:05","date_unixtime":"1735787045","from":"Jobs","from_id":"channel1","text":"Chat agents wanted"},
 {"id":3,"type":"message","date":"2025-01-03T00:00:00","text":["🔥 Apply: ",{"type":"mention","text":"@hr_example"},"\n",{"type":"text_link","text":"here","href":"https://t.me/hr_example"}]},
 {"id":4,"type":"message","date":"2025-01-03T00:00:00","photo":"x.jpg","text":""}
]}`

func TestTelegramExport(t *testing.T) {
	whole := `{"about":"…","personal_information":{"user_id":1},"chats":{"about":"…","list":[` + export + `]},"left_chats":{"list":[]}}`
	want := []post.Post{
		{ID: "1234567890/2", NativeID: "1234567890/2", Source: "telegram", Text: "Chat agents wanted", PostedAt: time.Unix(1735787045, 0).UTC(), Method: "import"},
		{ID: "1234567890/3", NativeID: "1234567890/3", Source: "telegram", Text: "🔥 Apply: @hr_example\nhere (https://t.me/hr_example)", PostedAt: time.Date(2025, 1, 3, 0, 0, 0, 0, time.UTC), Method: "import"},
	}
	for name, text := range map[string]string{"one chat": export, "the whole account": whole} {
		items, errs := read(t, text, Options{Name: "result.json"})
		var got []post.Post
		for _, it := range items {
			got = append(got, it.Post)
			if bytes.Contains(it.Raw, []byte("from_id")) || bytes.Contains(it.Raw, []byte("user_id")) {
				t.Errorf("%s: the raw message keeps who wrote it: %s", name, it.Raw)
			}
		}
		if d := cmp.Diff(want, got); d != "" || len(errs) > 0 {
			t.Errorf("%s: %v\n%s", name, errs, d)
		}
	}
}

func TestABrokenExportGivesWhatItHolds(t *testing.T) {
	items, errs := read(t, export[:strings.Index(export, `{"id":4`)+20], Options{Name: "result.json"})
	if len(items) != 2 || len(errs) != 1 || !strings.Contains(errs[0].Error(), "hint: ") {
		t.Errorf("%d items, errors %v", len(items), errs)
	}
}

const page = `<!DOCTYPE html><!-- saved from url=(0031)https://board.example/jobs/4711 --><html lang="en"><title>Chat agent | Board</title>
<script type="application/ld+json">{"@type":"JobPosting","title":"Chat agent","description":"Answer chats in Poipet. Room and meals are free.","datePosted":"2025-01-02"}</script><h1>Chat agent</h1></html>`

func TestSavedPage(t *testing.T) {
	items, errs := read(t, page, Options{Name: "page.html"})
	if len(errs) > 0 || len(items) != 1 {
		t.Fatalf("%d items, errors %v", len(items), errs)
	}
	it := items[0]
	want := post.Post{URL: "https://board.example/jobs/4711", Title: "Chat agent", Text: "Answer chats in Poipet. Room and meals are free.", Lang: "en", Method: "json-ld", PostedAt: time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC)}
	if d := cmp.Diff(want, it.Post); d != "" {
		t.Error(d)
	}
	if it.TargetURI != want.URL || string(it.Raw) != page || it.ContentType != "text/html" {
		t.Errorf("target %q, type %q", it.TargetURI, it.ContentType)
	}
}

// TestRawIsEnoughToReadAgain is what rebuild lives on.
func TestRawIsEnoughToReadAgain(t *testing.T) {
	for name, text := range map[string]string{
		"a.jsonl": `{"id":"1","text":"a"}` + "\n" + `{"id":"2","text":"b","title":"é"}`,
		"a.csv":   "id;text;date\n1;a;2025-01-01\n2;\"b;\nc\";2025-01-02\n",
		"a.json":  export,
		"b.json":  `[{"id":"1","text":"a"}, {"id":2,"text":"b"}]`,
		"a.html":  page,
	} {
		items, errs := read(t, text, Options{Name: name})
		if len(items) == 0 || len(errs) > 0 {
			t.Errorf("%s: %d items, errors %v", name, len(items), errs)
		}
		for _, it := range items {
			again, errs := read(t, string(it.Raw), Options{Format: FormatOf(it.ContentType), URL: webOnly(it.TargetURI)})
			if len(again) != 1 || len(errs) > 0 {
				t.Errorf("%s: read again: %d items, errors %v", name, len(again), errs)
				continue
			}
			if d := cmp.Diff(it, again[0], cmpopts.IgnoreFields(Item{}, "Line", "ContentType")); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
}

func webOnly(u string) string {
	if strings.HasPrefix(u, "http") {
		return u
	}
	return ""
}

func TestTheFormatIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		file, head string
		want       Format
	}{
		"by extension":            {"x.jsonl", "", JSONL},
		"through gzip":            {"x.csv.gz", "", CSV},
		"lines without a name":    {"", `{"id":"1","text":"a"}` + "\n", JSONL},
		"broken lines":            {"", "{\"a\":1}\n{\"id\":\"1\",\"text\":\"a\"}\n", JSONL},
		"a chat":                  {"result.json", export, Telegram},
		"an array of lines":       {"posts.json", `[ {"id":"1","text":"x"} ]`, JSON},
		"an answer of an API":     {"hot.json", `{"kind":"Listing","data":{}}`, Page},
		"a list of job postings":  {"jobs.json", `[{"@type":"JobPosting","title":"x"}]`, Page},
		"markup":                  {"", "<html>", Page},
		"a header row":            {"", "id,text\n1,a\n", CSV},
		"words in a file of text": {"ad.txt", "Hiring chat agents", Page},
		"an empty stream":         {"", "", JSONL},
	} {
		got, err := settle(Options{Name: c.file}, []byte(c.head))
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
		}
	}
	for name, c := range map[string]struct{ file, head, want string }{
		"no idea":           {"", "hello there", "hint: name it with --format"},
		"a web archive":     {"x.warc", "", "web archives are not read here"},
		"a nameless one":    {"", "WARC/1.1\r\n", "web archives are not read here"},
		"an unknown format": {"", "", `format "xls" is unknown`},
	} {
		o := Options{Name: c.file}
		if strings.Contains(name, "unknown") {
			o.Format = "xls"
		}
		if _, err := settle(o, []byte(c.head)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none.jsonl"), Options{}); err == nil || !errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), dir) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(`{"id":"1","text":"packed"}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "posts.jsonl.gz")
	if err := os.WriteFile(path, z.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	seq, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a sequence may be read again
		n := 0
		for it, err := range seq {
			if n++; err != nil || it.Post.Text != "packed" {
				t.Errorf("%v, %v", it, err)
			}
		}
		if n != 1 {
			t.Errorf("%d items", n)
		}
	}
}

func TestStoppingEarlyIsFine(t *testing.T) {
	for name, text := range map[string]string{"a.jsonl": "{\"text\":\"a\"}\n{\"text\":\"b\"}\n", "a.csv": "id,text\n1,a\n2,b\n", "a.json": export, "b.json": `[{"id":"1","text":"a"},{"id":"2","text":"b"}]`} {
		n := 0
		for range Read(strings.NewReader(text), Options{Name: name}) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: %d items", name, n)
		}
	}
}

func FuzzRead(f *testing.F) {
	seeds := map[string]Format{
		`{"id":"1","text":"a"}` + "\n\n[]\n": JSONL, "id,text\n1,\"a\n\"\"b\"\n": CSV, export: Telegram, `[{"id":"1","text":"a"},3]`: JSON, page: Page,
		`{"name":"x","messages":[{"id":1,"text":[{"text":3},"a"]}]}`: Telegram,
	}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for s, format := range seeds {
		f.Add([]byte(s), string(format))
		f.Add([]byte(s), "")
	}
	f.Fuzz(func(t *testing.T, body []byte, format string) {
		n := 0
		for it, err := range Read(bytes.NewReader(body), Options{Format: Format(format), MaxLine: 1 << 16}) {
			if n++; err == nil && (it.TargetURI == "" || it.Post.Title == "" && it.Post.Text == "") {
				t.Errorf("an item without words or target: %+v", it)
			}
			if n > len(body)+2 {
				t.Fatal("more items than bytes")
			}
		}
	})
}

func FuzzParseLine(f *testing.F) {
	seeds := []string{`{"id":"1","text":"a"}`, `{"id":1,"text":"a","location":["x"],"posted_at":1740823200,"salary":{"min":1},"contacts":[{"kind":"x","value":"y"}]}`, "", "[]", "{"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		p, err := ParseLine(line)
		if err == nil && p.Title == "" && p.Text == "" {
			t.Errorf("a post without words from %q", line)
		}
	})
}
