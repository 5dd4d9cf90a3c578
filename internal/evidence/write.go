package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Contents is what a package is made of.
type Contents struct {
	Post     post.Post
	Verdict  post.Verdict
	Made     time.Time
	Software string // that writes the package
	By       string // who asked for it
	Reason   string

	Captures []custody.Line // entries of the log that tell of Members, and others that were asked for
	Members  []Member       // in the order of the archive
	Pages    []Page
	Proof    []custody.Link // newest first, from the heads down to every entry of Captures
	Stamps   []Stamp
	Head     custody.Head // of the log when the package was made
	Rules    []Rule
	Notes    []string // what a reader must know besides, one sentence each
}

// Member is one record, as it stands in the archive.
type Member struct {
	custody.Record
	File string // of the archive
	Raw  []byte // the gzip member
}

// Page is a page that a viewer opens.
type Page struct {
	URL, Title string
	At         time.Time
}

// Stamp is a timestamp of a head, with the whole answer of the authority and the
// certificates of its signer.
type Stamp struct {
	custody.Timestamp
	Answer, Certificates []byte
}

// Rule is the text of a rule that fired.
type Rule struct {
	ID, Title string
	Hash      post.Digest // that the verdict names
	Text      []byte      // of its file; nil where it cannot be had any more
}

// The names of the files of a package. Tools that validate a WACZ look one folder deep,
// so nothing stands deeper, or beside them.
const (
	warcFile    = "evidence.warc.gz"
	custodyFile = "evidence/custody.jsonl"
	proofFile   = "evidence/proof.txt"
	recordsFile = "evidence/records.txt"
	stampsFile  = "evidence/timestamps.txt"
	verdictFile = "evidence/verdict.json"
	rulesFile   = "evidence/rules.json"
	sumsFile    = "evidence/sha256sums.txt"
	exportFile  = "evidence/export.json"
	indexFile   = "indexes/index.cdx"
	pagesFile   = "pages/pages.jsonl"
	statement   = "evidence/statement"
)

// Write makes a package and returns its bytes. It checks what it has made as [Check] does.
func Write(c Contents) ([]byte, error) {
	files, err := c.files()
	if err != nil {
		return nil, fmt.Errorf("write package: %w", err)
	}
	var sums bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&sums, "%s  %s\n", sum(f.data), f.name)
	}
	files = append(files, file{sumsFile, sums.Bytes()})
	manifest, digest, err := manifests(files, c)
	if err != nil {
		return nil, fmt.Errorf("write package: %w", err)
	}
	files = append(files, manifest, digest)
	var out bytes.Buffer
	if err := pack(&out, files); err != nil {
		return nil, err
	}
	if out.Len() > MaxPackage {
		return nil, fmt.Errorf("write package: %d bytes, at most %d; hint: hand over the archive files of this post instead", out.Len(), MaxPackage)
	}
	if rep := Check(out.Bytes(), nil); len(rep.Faults) > 0 {
		return nil, fmt.Errorf("write package: it would not pass its own check: %s\nhint: `lurewatch evidence verify` says what is wrong in the data folder", strings.Join(rep.Faults, "; "))
	}
	return out.Bytes(), nil
}

func (c Contents) files() ([]file, error) {
	if len(c.Members) == 0 || len(c.Captures) == 0 || len(c.Proof) == 0 {
		return nil, errors.New("no record, no entry of the custody log, or no proof")
	}
	var warc, records, entries, proof, stamps bytes.Buffer
	for _, m := range c.Members {
		fmt.Fprintf(&records, "%s %d %d %s %s %d\n", m.SHA256, warc.Len(), len(m.Raw), m.ID, m.File, m.Offset)
		warc.Write(m.Raw)
	}
	for _, l := range c.Captures {
		entries.Write(l.Data)
		entries.WriteByte('\n')
	}
	for _, l := range c.Proof {
		proof.WriteString(l.String() + "\n")
	}
	out := []file{{"archive/" + warcFile, warc.Bytes()}}
	var raws [][]byte
	for _, m := range c.Members {
		raws = append(raws, m.Raw)
	}
	index, _, err := cdxj(raws, warcFile)
	if err != nil {
		return nil, err
	}
	pages, err := c.pages()
	if err != nil {
		return nil, err
	}
	verdict, err := indented(map[string]any{"post": c.Post, "verdict": c.Verdict})
	if err != nil {
		return nil, err
	}
	rules, err := c.rules()
	if err != nil {
		return nil, err
	}
	var tokens []file
	for i, s := range c.Stamps {
		token, chain := fmt.Sprintf("timestamp-%d.tsr", i+1), fmt.Sprintf("timestamp-%d.pem", i+1)
		fmt.Fprintf(&stamps, "%s %s %s %s %s\n", s.Head, token, chain, s.Time.UTC().Format(time.RFC3339), s.Authority)
		tokens = append(tokens, file{"evidence/" + token, s.Answer}, file{"evidence/" + chain, s.Certificates})
	}
	text, page, err := c.statements()
	if err != nil {
		return nil, err
	}
	export, err := c.export()
	if err != nil {
		return nil, err
	}
	out = append(out,
		file{indexFile, index}, file{pagesFile, pages},
		file{recordsFile, records.Bytes()}, file{custodyFile, entries.Bytes()}, file{proofFile, proof.Bytes()}, file{stampsFile, stamps.Bytes()},
	)
	out = append(out, tokens...)
	return append(out, file{verdictFile, verdict}, file{rulesFile, rules}, file{exportFile, export}, file{statement + ".txt", text}, file{statement + ".html", page}), nil
}

// pages writes the list of pages; the first line says what it is.
func (c Contents) pages() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		Format string `json:"format"`
		ID     string `json:"id"`
		Title  string `json:"title"`
	}{"json-pages-1.0", "pages", "All pages"})
	for i, p := range c.Pages {
		err = errors.Join(err, enc.Encode(struct {
			ID    string `json:"id"`
			URL   string `json:"url"`
			TS    string `json:"ts"`
			Title string `json:"title"`
		}{fmt.Sprint("page", i+1), p.URL, p.At.UTC().Format(time.RFC3339), p.Title}))
	}
	return b.Bytes(), err
}

// ruleFile is a rule as the package holds it. A rule's hash is of its whole file where
// that holds one rule.
type ruleFile struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	Hash   post.Digest `json:"hash"`   // that the verdict names
	SHA256 string      `json:"sha256"` // of text
	Text   string      `json:"text"`
}

func (c Contents) rules() ([]byte, error) {
	out := []ruleFile{}
	for _, r := range c.Rules {
		f := ruleFile{ID: r.ID, Title: r.Title, Hash: r.Hash, Text: string(r.Text)}
		if r.Text != nil {
			f.SHA256 = sum(r.Text)
		}
		out = append(out, f)
	}
	return indented(map[string]any{"pack": c.Verdict.Pack, "rules": out})
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// resource is a file in datapackage.json.
type resource struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Hash  string `json:"hash"`
	Bytes int    `json:"bytes"`
}

// dataPackage is datapackage.json of WACZ 1.1.1.
type dataPackage struct {
	Profile      string     `json:"profile"`
	WACZVersion  string     `json:"wacz_version"`
	Title        string     `json:"title"`
	Description  string     `json:"description"`
	Created      string     `json:"created"`
	Software     string     `json:"software"`
	MainPageURL  string     `json:"mainPageUrl,omitempty"`
	MainPageDate string     `json:"mainPageDate,omitempty"`
	Resources    []resource `json:"resources"`
}

// packageDigest is datapackage-digest.json.
type packageDigest struct {
	Path string `json:"path"`
	Hash string `json:"hash"`
}

func manifests(files []file, c Contents) (manifest, digest file, err error) {
	d := dataPackage{
		Profile: "data-package", WACZVersion: "1.1.1", Title: "Evidence of post " + c.Post.ID, Software: c.Software, Created: c.Made.UTC().Format(time.RFC3339),
		Description: "Archived records of one post, with custody and proof. Read " + statement + ".txt first.",
	}
	if len(c.Pages) > 0 {
		d.MainPageURL, d.MainPageDate = c.Pages[0].URL, c.Pages[0].At.UTC().Format(time.RFC3339)
	}
	for _, f := range files {
		name := f.name[strings.LastIndexByte(f.name, '/')+1:]
		d.Resources = append(d.Resources, resource{Name: strings.ToLower(name), Path: f.name, Hash: "sha256:" + sum(f.data), Bytes: len(f.data)})
	}
	manifest.name, digest.name = "datapackage.json", "datapackage-digest.json"
	if manifest.data, err = indented(d); err != nil {
		return manifest, digest, err
	}
	digest.data, err = indented(packageDigest{manifest.name, "sha256:" + sum(manifest.data)})
	return manifest, digest, err
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}
