package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/lurewatch/lurewatch/internal/realtest"
)

const ld = `<script type="application/ld+json">`

// hard are the ways in which pages get structured data wrong, or write it as few
// readers expect. Each holds one post, titled Clerk, of the company Mill.
var hard = map[string]string{
	"an array of one":                   ld + `[{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day. Tel 012 345 678"}]</script>`,
	"a graph with the company by id":    ld + `{"@graph":[{"@id":"#o","@type":"Organization","name":"Mill"},{"@type":["JobPosting"],"title":"Clerk","hiringOrganization":{"@id":"#o"},"description":"Files all day. Tel 012 345 678"}]}</script>`,
	"a type with its address":           ld + `{"@context":{"@vocab":"https://schema.org/"},"@type":"https://schema.org/JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day. Tel 012 345 678"}</script>`,
	"a prefix":                          ld + `{"@context":{"s":"https://schema.org/"},"@type":"s:JobPosting","s:title":"Clerk","s:hiringOrganization":{"s:name":"Mill"},"s:description":"Files all day. Tel 012 345 678"}</script>`,
	"comments of both kinds":            ld + "{ // the job\n\"@type\":\"JobPosting\", /* its name */ \"title\":\"Clerk\",\"hiringOrganization\":{\"name\":\"Mill\"},\"description\":\"Files all day. Tel 012 345 678\"}</script>",
	"commas too many":                   ld + `{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill",},"description":"Files all day. Tel 012 345 678",}</script>`,
	"a comma too few":                   ld + "{\"@type\":\"JobPosting\",\"title\":\"Clerk\"\n\"hiringOrganization\":{\"name\":\"Mill\"},\"description\":\"Files all day. Tel 012 345 678\"}</script>",
	"escapes that are none":             ld + `{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day\. It\'s quiet. Tel 012 345 678 \q"}</script>`,
	"line breaks inside of strings":     ld + "{\"@type\":\"JobPosting\",\"title\":\"Clerk\",\"hiringOrganization\":{\"name\":\"Mill\"},\"description\":\"Files\r\n\tall day.\nTel 012 345 678\"}</script>",
	"quotes inside of strings":          ld + `{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files "all" day. Tel 012 345 678"}</script>`,
	"entities for the quotes":           ld + `{&quot;@type&quot;:&quot;JobPosting&quot;,&quot;title&quot;:&quot;Clerk&quot;,&quot;hiringOrganization&quot;:{&quot;name&quot;:&quot;Mill&quot;},&quot;description&quot;:&quot;Files all day. Tel 012 345 678&quot;}</script>`,
	"entities in the words":             ld + `{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"&lt;p&gt;Files all day.&lt;/p&gt;&lt;p&gt;Tel 012&nbsp;345&#160;678&lt;/p&gt;"}</script>`,
	"marks of CDATA":                    ld + "\n//<![CDATA[\n" + `{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day. Tel 012 345 678"}` + "\n//]]>\n</script>",
	"marks of an HTML comment":          ld + "<!--\n" + `{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day. Tel 012 345 678"}` + "\n--></script>",
	"an end that is missing":            ld + `{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day. Tel 012 345 678"</script>`,
	"a semicolon behind":                ld + `{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day. Tel 012 345 678"};</script>`,
	"two objects in one script":         ld + `{"@type":"WebSite","name":"Board"}{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day. Tel 012 345 678"}</script>`,
	"single quotes and bare keys":       ld + `{'@type':'JobPosting',title:'Clerk',hiringOrganization:{name:'Mill'},description:'Files all day. Tel 012 345 678'}</script>`,
	"a mark of the byte order inside":   ld + "\uFEFF" + `{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day. Tel 012 345 678"}</script>`,
	"a title with an entity and blanks": ld + `{"@type":"JobPosting","title":" Clerk&nbsp;","hiringOrganization":"Mill","description":["Files all day.","Tel 012 345 678"]}</script>`,
	"nested in a web page":              ld + `{"@type":"WebPage","mainEntity":{"@type":"JobPosting","title":"Clerk","hiringOrganization":[{"name":"Mill"}],"description":"Files all day. Tel 012 345 678"}}</script>`,
	"values in objects with a language": ld + `{"@type":"JobPosting","title":{"@value":"Clerk","@language":"en"},"hiringOrganization":{"name":{"@value":"Mill"}},"description":{"@value":"Files all day. Tel 012 345 678"}}</script>`,
	"a type written in capitals":        `<SCRIPT TYPE="Application/LD+JSON; charset=utf-8">{"@type":"JobPosting","title":"Clerk","hiringOrganization":{"name":"Mill"},"description":"Files all day. Tel 012 345 678"}</SCRIPT>`,
	"microdata with references":         `<div itemscope itemtype="http://schema.org/JobPosting" itemref="t d"><meta itemprop="datePosted" content="2025-06-01"><span itemprop="hiringOrganization" itemscope itemtype="http://schema.org/Organization"><b itemprop="name">Mill</b></span></div><h1 id="t" itemprop="title">Clerk</h1><div id="d" itemprop="description">Files all day. Tel 012 345 678</div>`,
	"microdata with a bare company":     `<div itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title">Clerk</h1><span itemprop="hiringOrganization">Mill</span><div itemprop="description"><p>Files all day.</p><p>Tel 012 345 678</p></div></div>`,
	"microdata with two properties":     `<div itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title name">Clerk</h1><span itemprop="hiringOrganization" itemscope><i itemprop="name legalName">Mill</i></span><div itemprop="description">Files all day. Tel 012 345 678</div></div>`,
	"RDFa with a prefix":                `<div prefix="s: https://schema.org/" typeof="s:JobPosting"><h1 property="s:title">Clerk</h1><span property="s:hiringOrganization" typeof="s:Organization"><b property="s:name">Mill</b></span><div property="s:description">Files all day. Tel 012 345 678</div></div>`,
	"RDFa with values in attributes":    `<div vocab="https://schema.org/" typeof="JobPosting"><meta property="title" content="Clerk"><span property="hiringOrganization" typeof="Organization"><meta property="name" content="Mill"></span><div property="description">Files all day. Tel 012 345 678</div></div>`,
}

func TestStructuredDataAsPagesWriteIt(t *testing.T) {
	for name, markup := range hard {
		page := `<!DOCTYPE html><html lang="en"><head><title>x</title></head><body>` + markup + `</body></html>`
		f, err := auto{}.Extract(context.Background(), Page{URL: "https://b.example/1", ContentType: "text/html", Body: []byte(page)})
		if err != nil || len(f.Posts) != 1 {
			t.Errorf("%s: %d posts, %v", name, len(f.Posts), err)
			continue
		}
		p := f.Posts[0]
		if p.Title != "Clerk" || p.Company != "Mill" || !strings.Contains(reachable(p.Text), "012345678") || !strings.Contains(p.Text, "day") {
			t.Errorf("%s: title %q, company %q, text %q", name, p.Title, p.Company, p.Text)
		}
	}
}

// TestStructuredDataBesideExtruct lets the reference reader in Python read the same
// pages: whatever job it finds, we find, under the same title.
func TestStructuredDataBesideExtruct(t *testing.T) {
	python := realtest.Oracles(t)
	if err := exec.CommandContext(t.Context(), python, "-c", "import extruct").Run(); err != nil {
		t.Skip("the oracles are older than scripts/oracles.txt; hint: scripts/real-parts.sh install-oracles")
	}
	var names, pages []string
	add := func(name, page string) { names, pages = append(names, name), append(pages, page) }
	for _, name := range sortedKeys(hard) {
		add(name, "<html><body>"+hard[name]+"</body></html>")
	}
	for _, e := range engines() {
		for _, a := range adverts() {
			if e.structured && !strings.Contains(e.name, "state") {
				add(e.name+"/"+a.lang, e.page(a))
			}
		}
	}
	in, err := json.Marshal(pages)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "extruct_titles.py"))
	cmd.Stdin = bytes.NewReader(in)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	var answers [][]string
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(pages) {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	theirs, ours, agreed := 0, 0, 0
	for i, want := range answers {
		f, err := auto{}.Extract(context.Background(), Page{ContentType: "text/html; charset=utf-8", Body: []byte(pages[i])})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range f.Posts {
			got = append(got, squash(p.Title))
		}
		if len(got) > 0 {
			ours++
		}
		if len(want) == 0 {
			continue
		}
		theirs++
		if title := squash(OneLine(PlainText(want[0]))); slices.Contains(got, title) {
			agreed++
		} else {
			t.Errorf("%s: extruct reads %q, we %q", names[i], want, got)
		}
	}
	t.Logf("%d pages: extruct reads a job in %d, we in %d; the same title in %d", len(pages), theirs, ours, agreed)
	if theirs < len(pages)/2 || ours != len(pages) {
		t.Errorf("extruct read %d and we %d of %d pages", theirs, ours, len(pages))
	}
}

// TestJSONLDOfTheCorpus compares our loose reader with what extruct's own tests expect.
func TestJSONLDOfTheCorpus(t *testing.T) {
	right, of := 0, 0
	for _, pattern := range []string{"*/*.jsonld"} {
		files, err := filepath.Glob(filepath.Join(corpus(t), "conformance", "extruct_structured_data", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			page, err := os.ReadFile(strings.TrimSuffix(f, ".jsonld") + ".html")
			if err != nil {
				continue // an answer without its page
			}
			answer, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			want, ok := strict(string(answer))
			if !ok {
				continue
			}
			of++
			d := Page{ContentType: "text/html", Body: page}.document()
			d.tree()
			var got []any
			for _, n := range d.jsonLD {
				if v, err := ParseLoose(n.FirstChild.Data); err == nil {
					got = append(got, list(v)...)
				}
			}
			if a, b := flat(want), flat(got); a == b {
				right++
			} else {
				t.Logf("%s:\nwant %.300s\ngot  %.300s", filepath.Base(f), a, b)
			}
		}
	}
	t.Logf("%d of %d scripts read as extruct expects", right, of)
	if of == 0 {
		t.Skip("no pages")
	}
	if right*100 < of*85 {
		t.Errorf("%d of %d", right, of)
	}
}

// flat is a value without what white space says.
func flat(v any) string {
	return strings.Join(strings.Fields(strings.NewReplacer(`\n`, " ", `\r`, " ", `\t`, " ", `\f`, " ", `\b`, " ").Replace(jsonOf(v))), " ")
}

// TestMicrodataOfTheCorpus compares types and properties with what extruct expects.
func TestMicrodataOfTheCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "conformance", "extruct_structured_data", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	right, of := 0, 0
	for _, f := range files {
		page, err := os.ReadFile(strings.TrimSuffix(f, ".json") + ".html")
		if err != nil {
			continue
		}
		answer, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var want []struct {
			Properties map[string]any `json:"properties"`
		}
		if json.Unmarshal(answer, &want) != nil || len(want) == 0 || len(want[0].Properties) == 0 {
			continue // of another syntax
		}
		d := Page{ContentType: "text/html", Body: page}.document()
		m := microdata{byID: idsOf(d), budget: 100_000}
		var have []item
		for _, n := range scopesOf(d) {
			have = append(have, m.scope(n, 0))
		}
		for _, w := range want {
			for name, v := range w.Properties {
				s, ok := v.(string)
				if !ok || strings.HasPrefix(name, "http") || strings.Contains(s, "/") {
					continue // nested things, and addresses, which each resolves in its own way
				}
				of++
				if slices.ContainsFunc(have, func(it item) bool { return squash(fmt.Sprint(it[name])) == squash(s) }) {
					right++
				} else {
					t.Logf("%s: %s: want %q", filepath.Base(f), name, s)
				}
			}
		}
	}
	t.Logf("%d of %d properties", right, of)
	if of == 0 {
		t.Skip("no pages")
	}
	if right*100 < of*95 {
		t.Errorf("%d of %d properties", right, of)
	}
}

func idsOf(d *document) map[string]*html.Node {
	m := map[string]*html.Node{}
	each(d.tree(), func(n *html.Node) bool {
		if id := attr(n, "id"); id != "" && m[id] == nil {
			m[id] = n
		}
		return true
	})
	return m
}

func scopesOf(d *document) (out []*html.Node) {
	each(d.tree(), func(n *html.Node) bool {
		if hasAttr(n, "itemscope") && attr(n, "itemprop") == "" {
			out = append(out, n)
		}
		return true
	})
	return out
}
