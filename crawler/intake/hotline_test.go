package intake

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// callers are what stands in the reports of these tests about those who called.
var callers = []string{"Dara", "Sokha", "012 999 888", "dara@mail.example", "Prey Veng", "10.1.2.3", "female", "K-5512"}

const reports = "\xEF\xBB\xBFCase ID;Reporter name;Reporter phone;E-mail;City;IP;Ad text;Platform;Recruiter Telegram;Destination;Salary offered;Date seen;Gender;ID card\r\n" +
	"17;Dara Sokha;012 999 888;dara@mail.example;Prey Veng;10.1.2.3;\"Typing job, no experience.\nRoom and food free\";Facebook;@golden_hr;Bavet;900 USD;2025-06-01;female;K-5512\r\n" +
	";Dara;;;;;;;;;;;;\r\n" +
	"18;Sokha;;;;;\"Chat support, 1,200 USD\";;;Poipet;;;;\r\n"

func TestHotlineReportsLoseTheirReporters(t *testing.T) {
	var dropped []string
	items, errs := read(t, reports, Options{Name: "reports.csv", Format: Hotline, Dropped: func(c []string) { dropped = c }})
	if len(items) != 2 || len(errs) != 1 || !strings.Contains(errs[0].Error(), "neither text nor title") {
		t.Fatalf("%d items, errors %v", len(items), errs)
	}
	p := items[0].Post
	want := []string{"17", "Typing job, no experience.\nRoom and food free\nRecruiter Telegram: @golden_hr", "hotline:Facebook", "Bavet", "2025-06-01"}
	if d := cmp.Diff(want, []string{p.NativeID, p.Text, p.Source, strings.Join(p.Locations, ";"), p.PostedAt.Format("2006-01-02")}); d != "" {
		t.Error(d)
	}
	if items[1].Post.Source != "hotline" {
		t.Errorf("source %q", items[1].Post.Source)
	}
	if d := cmp.Diff([]string{"City", "E-mail", "Gender", "ID card", "IP", "Reporter name", "Reporter phone"}, dropped); d != "" {
		t.Errorf("left out: %s", d)
	}
	for _, it := range items {
		for _, c := range callers {
			if bytes.Contains(it.Raw, []byte(c)) || strings.Contains(fmt.Sprintf("%+v", it.Post), c) {
				t.Errorf("line %d: %q came in: %s", it.Line, c, it.Raw)
			}
		}
		// What the archive keeps is enough to read the post again.
		again, errs := read(t, string(it.Raw), Options{Format: FormatOf(it.ContentType), Again: true})
		if len(errs) != 0 || len(again) != 1 || cmp.Diff(it.Post, again[0].Post) != "" {
			t.Errorf("read again: %v, %v", again, errs)
		}
	}
	for _, err := range errs {
		for _, c := range callers {
			if strings.Contains(err.Error(), c) {
				t.Errorf("the error quotes %q", c)
			}
		}
	}
}

func TestHotlineReportsAsJSONL(t *testing.T) {
	text := `{"case_no":5,"reporter":{"name":"Dara Sokha","phone":"012 999 888"},"caller_name":"Dara","message received":"Warehouse in Dubai, 3,000 AED","recruiter_phone":"+971 50 123 4567","ad":["Sokha"]}` + "\n\n{\"caller\":\"Dara\", oops}\n"
	items, errs := read(t, text, Options{Name: "reports.jsonl", Format: Hotline})
	if len(items) != 1 || len(errs) != 1 {
		t.Fatalf("%v, errors %v", items, errs)
	}
	if p := items[0].Post; p.NativeID != "5" || p.Text != "Warehouse in Dubai, 3,000 AED\nrecruiter_phone: +971 50 123 4567" {
		t.Errorf("%+v", p)
	}
	for _, c := range callers {
		if bytes.Contains(items[0].Raw, []byte(c)) || strings.Contains(errs[0].Error(), c) {
			t.Errorf("%q came in: %s, %v", c, items[0].Raw, errs)
		}
	}
}

func TestColumnsOfAHotline(t *testing.T) {
	o := Options{Format: Hotline, Columns: map[string]string{}}
	for _, s := range []string{"What the advert said=text", "Ad text=", "Contact=reach"} {
		column, key, err := ParseColumn(s)
		if err != nil {
			t.Fatal(err)
		}
		o.Columns[column] = key
	}
	items, errs := read(t, "what_the_advert-said,Ad text,Contact\nTyping job,private note,@golden_hr\n", o)
	if len(errs) != 0 || len(items) != 1 || items[0].Post.Text != "Typing job\nContact: @golden_hr" {
		t.Errorf("%+v, %v", items, errs)
	}
	for _, s := range []string{"", "=text", "Ad", "Ad=words", "Ad=reporter"} {
		if _, _, err := ParseColumn(s); err == nil || !strings.Contains(err.Error(), "hint: ") {
			t.Errorf("%q: %v", s, err)
		}
	}
	_, errs = read(t, "Name,Phone\nDara,012 999 888\n", Options{Name: "r.csv", Format: Hotline})
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "--column") {
		t.Errorf("no words: %v", errs)
	}
}

// TestColumnsOfTheDocs: docs/sources.md lists every known column, and no other.
func TestColumnsOfTheDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(doc), "| key | known columns |")
	table, _, _ = strings.Cut(table, "\n\n")
	flat := fold(table)
	for column, key := range hotlineColumns {
		if key == reach {
			continue // told in words
		}
		if !strings.Contains(flat, column) {
			t.Errorf("the docs do not list %q", column)
		}
	}
	for row := range strings.Lines(table) {
		key, list, ok := strings.Cut(strings.Trim(row, "|\n "), " | ")
		if key = strings.Trim(key, "` "); !ok || key == reach || key == "---" {
			continue
		}
		list, _, _ = strings.Cut(list, ":")
		for column := range strings.SplitSeq(list, ",") {
			if hotlineColumns[fold(column)] != key {
				t.Errorf("the docs map %q to %s, the code to %q", column, key, hotlineColumns[fold(column)])
			}
		}
	}
}

func FuzzHotline(f *testing.F) {
	seeds := []string{reports, `{"ad":"x","caller":"y"}`, "text\n\"", "\xff\xfea\x00"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for it, err := range Read(bytes.NewReader(b), Options{Format: Hotline, MaxLine: 1 << 16}) {
			if err == nil && len(it.Raw) == 0 {
				t.Error("a post without its raw bytes")
			}
		}
	})
}
