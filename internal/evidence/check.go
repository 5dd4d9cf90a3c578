package evidence

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/custody"
	"github.com/lurewatch/lurewatch/internal/custody/stamp"
)

// Report is what a check of a package found.
type Report struct {
	Title    string
	Made     string
	Software string
	Records  int
	Captures int // entries of the custody log
	Stamps   []string
	By       time.Time // when, by the clocks of the authorities, all records existed; zero without one
	Trusted  bool      // the roots that were given vouch for every authority
	Digest   string    // SHA-256 of the whole package: the ledger of whoever made it has it
	Faults   []string
}

// Check checks a package by itself. With roots, timestamps must come from authorities
// that they vouch for.
func Check(b []byte, roots *x509.CertPool) Report {
	c := checker{rep: Report{Digest: sum(b)}, files: map[string][]byte{}}
	if len(b) > MaxPackage {
		c.faultf("the package has %d bytes, at most %d are read", len(b), MaxPackage)
		return c.rep
	}
	files, err := unpack(b)
	if err != nil {
		c.faultf("%v", err)
		return c.rep
	}
	var again bytes.Buffer
	if err := pack(&again, files); err != nil {
		c.faultf("%v", err)
	} else if at := same(b, again.Bytes()); at >= 0 {
		c.faultf("at byte %d the package is not laid out as lurewatch lays it out", at)
	}
	for _, f := range files {
		c.files[f.name] = f.data
	}
	c.names(files)
	c.manifest(files)
	entries := c.entries()
	c.records(entries)
	c.proof(entries, roots)
	if len(c.rep.Faults) == 0 { // else it is only said again
		c.again(files, entries)
	}
	return c.rep
}

type checker struct {
	rep     Report
	files   map[string][]byte
	pages   []Page   // as listed
	stamped []string // head, time and authority of each timestamp
}

func (c *checker) faultf(format string, args ...any) {
	c.rep.Faults = append(c.rep.Faults, fmt.Sprintf(format, args...))
}

// lines are the lines of a file that must be there and end with a line end.
func (c *checker) lines(name string) []string {
	b, ok := c.files[name]
	if !ok {
		c.faultf("%s is missing", name)
		return nil
	}
	if len(b) == 0 {
		return nil
	}
	s, ok := strings.CutSuffix(string(b), "\n")
	if !ok {
		c.faultf("%s: its last line has no end", name)
	}
	return strings.Split(s, "\n")
}

// manifest holds every file against datapackage.json, and that against its digest.
func (c *checker) manifest(files []file) {
	var d dataPackage
	var digest packageDigest
	manifest := c.files["datapackage.json"]
	if err := json.Unmarshal(manifest, &d); err != nil || d.WACZVersion != "1.1.1" {
		c.faultf("datapackage.json: it is none of WACZ 1.1.1")
		return
	}
	if err := json.Unmarshal(c.files["datapackage-digest.json"], &digest); err != nil || digest.Path != "datapackage.json" || digest.Hash != "sha256:"+sum(manifest) {
		c.faultf("datapackage.json: its hash is not the one in datapackage-digest.json")
	}
	if want, err := indented(digest); err != nil || !bytes.Equal(want, c.files["datapackage-digest.json"]) {
		c.faultf("datapackage-digest.json: it is not as lurewatch writes it")
	}
	c.rep.Title, c.rep.Made, c.rep.Software = d.Title, d.Created, d.Software
	listed := map[string]resource{}
	for _, r := range d.Resources {
		listed[r.Path] = r
	}
	var sums bytes.Buffer
	for _, f := range files {
		if strings.HasPrefix(f.name, "datapackage") {
			continue
		}
		r, ok := listed[f.name]
		delete(listed, f.name)
		if !ok {
			c.faultf("%s: datapackage.json does not list it", f.name)
		} else if r.Hash != "sha256:"+sum(f.data) || r.Bytes != len(f.data) {
			c.faultf("%s: it is not the file that was packed", f.name)
		}
		if f.name != sumsFile {
			fmt.Fprintf(&sums, "%s  %s\n", sum(f.data), f.name)
		}
	}
	for name := range listed {
		c.faultf("%s is missing", name)
	}
	if !bytes.Equal(sums.Bytes(), c.files[sumsFile]) {
		c.faultf("%s: it does not list the files that are here", sumsFile)
	}
}

// entries reads the entries of the custody log.
func (c *checker) entries() (out []custody.Entry) {
	for i, line := range c.lines(custodyFile) {
		var e custody.Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			c.faultf("%s, line %d: %v", custodyFile, i+1, err)
		}
		out = append(out, e)
		c.rep.Captures++
	}
	return out
}

// records holds each record against the entry that it is in, and each entry against
// the records.
func (c *checker) records(entries []custody.Entry) {
	type place struct {
		file   string
		offset int64
	}
	known := map[place]custody.Record{}
	for _, e := range entries {
		if e.Capture != nil {
			for _, r := range e.Capture.Records {
				known[place{e.Capture.File, r.Offset}] = r
			}
		}
	}
	var members [][]byte
	warc, at := c.files["archive/"+warcFile], int64(0)
	for i, line := range c.lines(recordsFile) {
		f := strings.Split(line, " ")
		if len(f) != 6 {
			c.faultf("%s, line %d: not six fields", recordsFile, i+1)
			continue
		}
		offset, err1 := strconv.ParseInt(f[1], 10, 64)
		length, err2 := strconv.ParseInt(f[2], 10, 64)
		orig, err3 := strconv.ParseInt(f[5], 10, 64)
		r, ok := known[place{f[4], orig}]
		name := fmt.Sprintf("record %s (archive file %s at offset %d, %s)", f[3], f[4], orig, r.URL)
		switch {
		case err1 != nil || err2 != nil || err3 != nil || offset != at || length < 1 || length > int64(len(warc))-offset:
			c.faultf("%s, line %d: %s does not follow the record before it", recordsFile, i+1, name)
			return
		case !ok || r.SHA256 != f[0] || r.ID != f[3] || r.Length != length:
			c.faultf("%s: the custody log has another one, or none", name)
		}
		if got := sum(warc[offset : offset+length]); got != f[0] {
			c.faultf("%s: its bytes are not those that were archived", name)
		}
		delete(known, place{f[4], orig})
		members = append(members, warc[offset:offset+length])
		at += length
		c.rep.Records++
	}
	if at != int64(len(warc)) {
		c.faultf("archive/%s: %d bytes at its end belong to no record", warcFile, int64(len(warc))-at)
	}
	c.shown(members)
	for p, r := range known {
		c.faultf("record %s (archive file %s at offset %d, %s) is missing", r.ID, p.file, p.offset, r.URL)
	}
}

// proof follows the chain from the heads, stamped or not, down to every entry.
func (c *checker) proof(entries []custody.Entry, roots *x509.CertPool) {
	var links []custody.Link
	for i, line := range c.lines(proofFile) {
		l, err := custody.ParseLink(line)
		if err != nil {
			c.faultf("%s, line %d: %v", proofFile, i+1, err)
			return
		}
		links = append(links, l)
	}
	if len(links) == 0 {
		return
	}
	tops := c.stamps(roots)
	if len(tops) == 0 {
		tops = []string{links[0].Hash()}
	}
	proven, err := custody.Prove(links, tops...)
	if err != nil {
		c.faultf("%s: %v", proofFile, err)
		return
	}
	for i, line := range strings.Split(strings.TrimSuffix(string(c.files[custodyFile]), "\n"), "\n") {
		if _, ok := proven[sum([]byte(line))]; !ok && i < len(entries) {
			c.faultf("%s, line %d: the proof does not lead to it", custodyFile, i+1)
		}
	}
}

// stamps checks the timestamps and returns the heads that they are of.
func (c *checker) stamps(roots *x509.CertPool) (tops []string) {
	c.rep.Trusted = roots != nil
	for i, line := range c.lines(stampsFile) {
		f := strings.SplitN(line, " ", 5)
		if len(f) != 5 {
			c.faultf("%s, line %d: not five fields", stampsFile, i+1)
			continue
		}
		var want stamp.Want
		if n, err := hex.Decode(want.Digest[:], []byte(f[0])); err != nil || n != sha256.Size {
			c.faultf("%s, line %d: %q is no hash", stampsFile, i+1, f[0])
			continue
		}
		want.Roots = roots
		tok, err := stamp.Verify(c.files["evidence/"+f[1]], want)
		switch {
		case err != nil:
			c.faultf("evidence/%s, by %s: %v", f[1], f[4], err)
			continue
		case tok.Time.Format(time.RFC3339) != f[3]:
			c.faultf("evidence/%s: it is of %s, %s says %s", f[1], tok.Time.Format(time.RFC3339), stampsFile, f[3])
		}
		tops = append(tops, f[0])
		c.stamped = append(c.stamped, f[0]+" "+f[3]+" "+f[4])
		c.rep.Stamps = append(c.rep.Stamps, fmt.Sprintf("%s by %s (signed by %s)", tok.Time.Format("2006-01-02 15:04:05Z"), f[4], tok.Signer))
		if c.rep.By.IsZero() || tok.Time.After(c.rep.By) {
			c.rep.By = tok.Time
		}
	}
	c.rep.Trusted = c.rep.Trusted && len(tops) > 0
	return tops
}
