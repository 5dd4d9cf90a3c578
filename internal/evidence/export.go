package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/post"
)

// exported is what the statement says that stands nowhere else in a package. With it a
// check makes the statement again, so that none says what the other files do not.
type exported struct {
	Made     time.Time           `json:"made"`
	Software string              `json:"software"`
	By       string              `json:"by"`
	Reason   string              `json:"reason"`
	Head     custody.Head        `json:"head"` // of the custody log then
	Stamps   []custody.Timestamp `json:"timestamps,omitempty"`
	Notes    []string            `json:"notes,omitempty"`
}

func (c Contents) export() ([]byte, error) {
	x := exported{Made: c.Made.UTC().Truncate(time.Second), Software: c.Software, By: c.By, Reason: c.Reason, Head: c.Head, Notes: c.Notes}
	for _, s := range c.Stamps {
		x.Stamps = append(x.Stamps, s.Timestamp)
	}
	return indented(x)
}

// again makes statement and manifest from the other files, and holds them against those
// that are there.
func (c *checker) again(files []file, entries []custody.Entry) {
	var x exported
	var v struct {
		Post    post.Post    `json:"post"`
		Verdict post.Verdict `json:"verdict"`
	}
	var rules struct {
		Rules []ruleFile `json:"rules"`
	}
	for name, into := range map[string]any{exportFile: &x, verdictFile: &v, rulesFile: &rules} {
		if err := json.Unmarshal(c.files[name], into); err != nil {
			c.faultf("%s: %v", name, err)
			return
		}
	}
	if len(x.Stamps) != len(c.stamped) {
		c.faultf("%s: it names %d timestamps, %s has %d", exportFile, len(x.Stamps), stampsFile, len(c.stamped))
		return
	}
	out := Contents{Post: v.Post, Verdict: v.Verdict, Made: x.Made, Software: x.Software, By: x.By, Reason: x.Reason, Head: x.Head, Notes: x.Notes, Pages: c.pages}
	for i, ts := range x.Stamps {
		if got := fmt.Sprintf("%s %s %s", ts.Head, ts.Time.UTC().Format(time.RFC3339), ts.Authority); got != c.stamped[i] {
			c.faultf("%s: its timestamp %d is not the one of %s", exportFile, i+1, stampsFile)
		}
		out.Stamps = append(out.Stamps, Stamp{Timestamp: ts})
	}
	for _, r := range rules.Rules {
		rule := Rule{ID: r.ID, Title: r.Title, Hash: r.Hash}
		if r.SHA256 != "" {
			rule.Text = []byte(r.Text)
			if sum(rule.Text) != r.SHA256 {
				c.faultf("%s: the text of rule %s is another", rulesFile, r.ID)
			}
		}
		out.Rules = append(out.Rules, rule)
	}
	for i, line := range bytes.Split(bytes.TrimSuffix(c.files[custodyFile], []byte("\n")), []byte("\n")) {
		if i < len(entries) {
			out.Captures = append(out.Captures, custody.Line{Data: line})
		}
	}
	text, page, err := out.statements()
	if err != nil {
		c.faultf("%s.txt: it cannot be made again: %v", statement, err)
		return
	}
	for name, want := range map[string][]byte{statement + ".txt": text, statement + ".html": page} {
		if !bytes.Equal(c.files[name], want) {
			c.faultf("%s: it does not say what the other files say", name)
		}
	}
	var listed []file
	for _, f := range files {
		if f.name != "datapackage.json" && f.name != "datapackage-digest.json" {
			listed = append(listed, f)
		}
	}
	if manifest, _, err := manifests(listed, out); err != nil || !bytes.Equal(manifest.data, c.files["datapackage.json"]) {
		c.faultf("datapackage.json: it does not say what the other files say")
	}
}

// shown holds what a viewer goes by, the index and the list of pages, against the records.
func (c *checker) shown(members [][]byte) {
	index, shown, err := cdxj(members, warcFile)
	if err != nil {
		c.faultf("archive/%s: %v", warcFile, err)
		return
	}
	if !bytes.Equal(index, c.files[indexFile]) {
		c.faultf("%s: it is not the index of these records: a viewer would show others, or none", indexFile)
	}
	known := map[string]bool{}
	for _, x := range shown {
		known[x.URL+" "+x.Date.UTC().Format(time.RFC3339)] = true
	}
	for i, line := range c.lines(pagesFile) {
		var p struct {
			Format, URL, Title string
			TS                 time.Time
		}
		if err := json.Unmarshal([]byte(line), &p); err != nil || (p.Format != "") != (i == 0) {
			c.faultf("%s, line %d: it is none of a list of pages", pagesFile, i+1)
			continue
		}
		if i == 0 {
			continue
		}
		if !known[p.URL+" "+p.TS.UTC().Format(time.RFC3339)] {
			c.faultf("%s, line %d: no record is of %s at that time", pagesFile, i+1, oneLine(p.URL))
		}
		c.pages = append(c.pages, Page{URL: p.URL, Title: p.Title, At: p.TS})
	}
	again, err := (Contents{Pages: c.pages}).pages()
	if err != nil || !bytes.Equal(again, c.files[pagesFile]) {
		c.faultf("%s: it is not as lurewatch writes it", pagesFile)
	}
}

// names refuses files that no package has: a viewer might show them.
func (c *checker) names(files []file) {
	due := []string{"archive/" + warcFile, indexFile, pagesFile, recordsFile, custodyFile, proofFile, stampsFile}
	for i := range c.lines(stampsFile) {
		due = append(due, fmt.Sprintf("evidence/timestamp-%d.tsr", i+1), fmt.Sprintf("evidence/timestamp-%d.pem", i+1))
	}
	due = append(due, verdictFile, rulesFile, exportFile, statement+".txt", statement+".html", sumsFile, "datapackage.json", "datapackage-digest.json")
	for i := range max(len(due), len(files)) {
		switch {
		case i >= len(due):
			c.faultf("%s: no package has such a file", oneLine(files[i].name))
		case i >= len(files):
			c.faultf("%s is missing", due[i])
		case files[i].name != due[i]:
			c.faultf("%s stands where %s belongs", oneLine(files[i].name), due[i])
			return
		}
	}
}
