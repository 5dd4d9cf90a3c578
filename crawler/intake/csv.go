package intake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/lurewatch/lurewatch/crawler/source"
)

// columns maps header names, folded, to the keys of a line.
var columns = map[string]string{
	"id": "id", "postid": "id", "nativeid": "native_id", "jobid": "id", "messageid": "id",
	"text": "text", "body": "text", "description": "text", "message": "text", "content": "text", "jobdescription": "text", "posttext": "text",
	"title": "title", "subject": "title", "position": "title", "jobtitle": "title", "headline": "title",
	"url": "url", "link": "url", "permalink": "url", "posturl": "url", "joburl": "url",
	"lang": "lang", "language": "lang",
	"company": "company", "companyname": "company", "employer": "company", "organization": "company",
	"location": "location", "locations": "location", "city": "location", "place": "location",
	"source": "source", "site": "source", "platform": "source", "channel": "source",
	"postedat": "posted_at", "date": "posted_at", "createdat": "posted_at", "posted": "posted_at", "published": "posted_at", "dateposted": "posted_at", "posteddate": "posted_at", "timestamp": "posted_at", "time": "posted_at",
	"salary": "salary", "pay": "salary", "wage": "salary", "salaryrange": "salary",
}

func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-.\t\uFEFF\"'", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// looksCSV reports a first line that reads as a header with a column for words.
func looksCSV(b []byte) bool {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	if len(line) > 8192 {
		return false
	}
	c := csvReader{r: bufio.NewReader(bytes.NewReader(append(bytes.Clone(line), '\n'))), comma: delimiter(line), max: 8192}
	rec, _, err := c.record()
	return err == nil && len(rec) > 1 && worded(header(rec))
}

func header(rec []string) []string {
	keys := make([]string, len(rec))
	for i, h := range rec {
		if k := columns[fold(h)]; k != "" && !slices.Contains(keys, k) {
			keys[i] = k
		}
	}
	return keys
}

func worded(keys []string) bool {
	return slices.Contains(keys, "text") || slices.Contains(keys, "title")
}

// delimiter is the mark that divides the header, outside of quotes.
func delimiter(line []byte) byte {
	var n [256]int
	quoted := false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted:
			n[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{',', ';', '\t', '|'} {
		if n[c] > n[best] {
			best = c
		}
	}
	return best
}

func readCSV(r *bufio.Reader, o Options, yield func(Item, error) bool) {
	in, err := decoded(r)
	if err != nil {
		yield(Item{}, fmt.Errorf("read %s: %w", o.Name, err))
		return
	}
	head, _ := in.Peek(8192)
	first, _, _ := bytes.Cut(head, []byte("\n"))
	c := csvReader{r: in, comma: delimiter(first), max: o.maxLine()}
	names, headRaw, err := c.record()
	if errors.Is(err, io.EOF) {
		return
	}
	if err != nil {
		yield(Item{Line: 1}, fmt.Errorf("read %s: header: %w", o.Name, err))
		return
	}
	keys := header(names)
	if !worded(keys) {
		yield(Item{Line: 1}, fmt.Errorf("read %s: the header names no column text or title: %.200q\nhint: name the columns in the first row: id, title, text, url, lang, company, location, source, posted_at", o.Name, names))
		return
	}
	headRaw = append(bytes.TrimRight(bytes.TrimPrefix(headRaw, []byte("\xEF\xBB\xBF")), "\r\n"), '\n')
	for {
		line := c.line + 1
		rec, raw, err := c.record()
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.Is(err, ErrTooLong):
			if !yield(Item{Line: line}, &LineError{o.Name, line, fmt.Errorf("%w: the row has more than %d bytes\nhint: a quote may be open", ErrTooLong, o.maxLine())}) {
				return
			}
			continue
		case err != nil:
			yield(Item{Line: line}, fmt.Errorf("read %s: %w", o.Name, err))
			return
		case len(rec) == 1 && strings.TrimSpace(rec[0]) == "":
			continue // an empty line between rows means nothing in CSV
		}
		it, err := rowItem(keys, rec)
		it.Line = line
		if err != nil {
			if !yield(Item{Line: line, Raw: bytes.Clone(raw)}, &LineError{o.Name, line, err}) {
				return
			}
			continue
		}
		it.Raw = append(bytes.Clone(headRaw), bytes.TrimRight(raw, "\r\n")...)
		it.Raw = append(it.Raw, '\n')
		it.ContentType = typeCSV
		it.TargetURI = target(it.Post, it.Raw)
		if !yield(it, nil) {
			return
		}
	}
}

func rowItem(keys, rec []string) (Item, error) {
	m := map[string]json.RawMessage{}
	for i, v := range rec {
		if i < len(keys) && keys[i] != "" && v != "" {
			b, err := json.Marshal(strings.ToValidUTF8(v, "\uFFFD"))
			if err != nil {
				return Item{}, err
			}
			m[keys[i]] = b
		}
	}
	p, err := fromFields(m)
	return Item{Post: p}, err
}

// decoded gives r as UTF-8: spreadsheets write UTF-16 and the old charsets.
func decoded(r *bufio.Reader) (*bufio.Reader, error) {
	head, err := r.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err == nil { // cut inside of a character, perhaps
		head = head[:bytes.LastIndexByte(head, '\n')+1]
	}
	_, name := source.Decode(head, "")
	if name == "utf-8" {
		if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
			if _, err := r.Discard(3); err != nil {
				return nil, err
			}
		}
		return r, nil
	}
	in, err := charset.NewReaderLabel(name, r)
	if err != nil {
		return nil, fmt.Errorf("charset %s: %w\nhint: save the file as UTF-8", name, err)
	}
	return bufio.NewReaderSize(in, peekSize), nil
}

// csvReader reads records by RFC 4180, with patience: a quote inside a bare field
// is a character, a row may have any number of fields. Unlike encoding/csv it
// bounds a record and goes on after one that is too long.
type csvReader struct {
	r     *bufio.Reader
	comma byte
	max   int
	line  int // lines read so far
}

// record reads one record and the bytes that it was read from. The bytes are good
// until the next call.
func (c *csvReader) record() (fields []string, raw []byte, err error) {
	var field []byte
	quoted, long := false, false
	start := true // at the start of a field
	for {
		b, err := c.r.ReadByte()
		if err != nil {
			if err == io.EOF && (len(raw) > 0 || long) {
				c.line++
				if long {
					return nil, nil, ErrTooLong
				}
				return append(fields, string(field)), raw, nil
			}
			return nil, nil, err
		}
		if !long {
			if raw = append(raw, b); len(raw) > c.max {
				// The record is dropped, and its open quote with it: the next line is a new one.
				long, quoted, raw, field, fields = true, false, nil, nil, nil
			}
		}
		switch {
		case b == '\n' && !quoted:
			c.line++
			if long {
				return nil, nil, ErrTooLong
			}
			if n := len(field); n > 0 && field[n-1] == '\r' {
				field = field[:n-1]
			}
			return append(fields, string(field)), raw, nil
		case long:
		case quoted && b == '"':
			if next, err := c.r.Peek(1); err == nil && next[0] == '"' {
				if _, err := c.r.Discard(1); err != nil {
					return nil, nil, err
				}
				raw = append(raw, '"')
				field = append(field, '"')
			} else {
				quoted = false
			}
		case quoted:
			if b == '\n' {
				c.line++
			}
			field = append(field, b)
		case b == '"' && start:
			quoted, start = true, false
		case b == c.comma:
			fields = append(fields, string(field))
			field, start = field[:0], true
		default:
			field = append(field, b)
			start = false
		}
	}
}
