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

	"github.com/lurewatch/lurewatch/crawler/source"
)

// hotlineColumns maps the names that hotlines give their columns, folded, to the
// keys of a line. What is not in it stays outside: who reported is nobody's
// business here, so a bare "name", "phone", "contact", "city" or "agency", which may
// be the reporter's, is not in it either.
var hotlineColumns = map[string]string{
	"id": "id", "caseid": "id", "caseno": "id", "casenumber": "id", "reportid": "id", "reportno": "id", "reportnumber": "id", "reference": "id", "ticket": "id",
	"text": "text", "adtext": "text", "adverttext": "text", "advertisement": "text", "advert": "text", "ad": "text", "posttext": "text", "offertext": "text", "joboffer": "text", "messagetext": "text", "messagereceived": "text", "contentofmessage": "text", "contentofad": "text", "jobdescription": "text",
	"jobtitle": "title", "position": "title", "positionoffered": "title", "joboffered": "title",
	"url": "url", "link": "url", "adurl": "url", "adlink": "url", "posturl": "url", "postlink": "url", "linktoad": "url", "linktopost": "url",
	"platform": "source", "site": "source", "channel": "source", "app": "source", "wherefound": "source", "whereseen": "source", "adplatform": "source",
	"language": "lang", "lang": "lang",
	"company": "company", "companyname": "company", "recruitmentagency": "company", "jobagency": "company", "employer": "company", "recruitername": "company", "advertiser": "company",
	"destination": "location", "worklocation": "location", "placeofwork": "location", "jobcountry": "location", "destinationcountry": "location", "jobcity": "location",
	"salary": "salary", "salaryoffered": "salary", "payoffered": "salary", "wageoffered": "salary",
	"dateposted": "posted_at", "postdate": "posted_at", "dateofad": "posted_at", "dateseen": "posted_at", "dateofpost": "posted_at",
	"recruitercontact": reach, "recruiterphone": reach, "recruiteremail": reach, "recruitertelegram": reach, "recruiterwhatsapp": reach, "recruiterline": reach, "recruiterwechat": reach, "recruiterfacebook": reach, "recruiterhandle": reach,
	"adphone": reach, "ademail": reach, "adcontact": reach, "contactinad": reach, "contactofrecruiter": reach, "contactofadvertiser": reach, "phoneinad": reach, "telegraminad": reach,
}

// reach is the key of what leads to whoever advertises: it joins the text, with the
// name of its column, since the text is what everything else reads.
const reach = "reach"

// hotlineKeys are what a column may be mapped to.
func hotlineKeys() []string {
	return []string{"id", "text", "title", "url", "source", "lang", "company", "location", "salary", "posted_at", reach}
}

// ParseColumn reads COLUMN=KEY, as a user maps a column of a hotline's report.
func ParseColumn(s string) (column, key string, err error) {
	i := strings.LastIndexByte(s, '=')
	if i <= 0 {
		return "", "", fmt.Errorf("%q is no COLUMN=KEY\nhint: for instance \"What the advert said=text\"", s)
	}
	column, key = fold(s[:i]), strings.TrimSpace(s[i+1:])
	if column == "" || !slices.Contains(hotlineKeys(), key) && key != "" {
		return "", "", fmt.Errorf("column %q cannot be mapped to %q\nhint: use one of %s, or nothing to drop it", s[:i], key, strings.Join(hotlineKeys(), ", "))
	}
	return column, key, nil
}

// hotlineReader maps rows of reports to posts. What it hands on, raw bytes included,
// holds mapped columns alone.
type hotlineReader struct {
	o       Options
	dropped map[string]bool
	yield   func(Item, error) bool
}

func readHotline(r *bufio.Reader, o Options, yield func(Item, error) bool) {
	h := &hotlineReader{o: o, dropped: map[string]bool{}, yield: yield}
	defer h.tell()
	in, err := decoded(r)
	if err != nil {
		yield(Item{}, fmt.Errorf("read %s: %w", o.Name, err))
		return
	}
	head, err := in.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		yield(Item{}, fmt.Errorf("read %s: %w", o.Name, err))
		return
	}
	if b := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n"); len(b) > 0 && b[0] == '{' {
		h.lines(in)
		return
	}
	h.rows(in, head)
}

// tell names what was left out, once.
func (h *hotlineReader) tell() {
	if h.o.Dropped != nil && len(h.dropped) > 0 {
		var names []string
		for n := range h.dropped {
			names = append(names, n)
		}
		slices.Sort(names)
		h.o.Dropped(names)
	}
}

// key is what a column is mapped to, "" for what stays outside.
func (h *hotlineReader) key(column string) string {
	folded := fold(column)
	k, ok := h.o.Columns[folded]
	if !ok {
		k = hotlineColumns[folded]
	}
	if k == "" && len(h.dropped) < 200 {
		h.dropped[strings.TrimSpace(column)] = true
	}
	return k
}

func (h *hotlineReader) rows(in *bufio.Reader, head []byte) {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	c := csvReader{r: in, comma: delimiter(first), max: h.o.maxLine()}
	names, _, err := c.record()
	if errors.Is(err, io.EOF) {
		return
	}
	if err != nil {
		h.yield(Item{Line: 1}, fmt.Errorf("read %s: header: %w", h.o.Name, err))
		return
	}
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = h.key(n)
	}
	if !slices.Contains(keys, "text") && !slices.Contains(keys, "title") {
		h.yield(Item{Line: 1}, fmt.Errorf("read %s: no column is known to hold the words of the ad: %.200q\nhint: name it with --column \"NAME OF THE COLUMN=text\"", h.o.Name, names))
		return
	}
	for {
		line := c.line + 1
		rec, _, err := c.record()
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.Is(err, ErrTooLong):
			if !h.yield(Item{Line: line}, &LineError{h.o.Name, line, fmt.Errorf("%w: the row has more than %d bytes\nhint: a quote may be open", ErrTooLong, h.o.maxLine())}) {
				return
			}
			continue
		case err != nil:
			h.yield(Item{Line: line}, fmt.Errorf("read %s: %w", h.o.Name, err))
			return
		case len(rec) == 1 && strings.TrimSpace(rec[0]) == "":
			continue
		}
		m := report{}
		for i, v := range rec {
			if i < len(keys) {
				m.add(keys[i], names[i], v)
			}
		}
		if !h.post(line, m) {
			return
		}
	}
}

func (h *hotlineReader) lines(in *bufio.Reader) {
	Lines(in, h.o.maxLine(), func(n int, line []byte, err error) bool {
		switch {
		case errors.Is(err, ErrTooLong):
			return h.yield(Item{Line: n}, &LineError{h.o.Name, n, fmt.Errorf("%w: more than %d bytes", ErrTooLong, h.o.maxLine())})
		case err != nil:
			return h.yield(Item{Line: n}, fmt.Errorf("read %s: %w", h.o.Name, err))
		case len(bytes.TrimSpace(line)) == 0:
			return true
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF")), &fields); err != nil {
			return h.yield(Item{Line: n}, &LineError{h.o.Name, n, errors.New("not valid JSON\nhint: one whole object a line")}) // the error would quote it
		}
		m := report{}
		for _, name := range sorted(fields) {
			k := h.key(name)
			s, err := text(fields[name])
			if k == "" || err != nil { // an object or a list under a known name is none of its words
				if k != "" {
					h.dropped[name] = true
				}
				continue
			}
			m.add(k, name, s)
		}
		return h.post(n, m)
	})
}

func sorted[V any](m map[string]V) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// report is one row, mapped.
type report map[string]string

func (m report) add(key, column, v string) {
	v = strings.TrimSpace(strings.ToValidUTF8(v, "\uFFFD"))
	switch {
	case key == "" || v == "":
	case key == reach:
		m["text"] = strings.TrimSpace(m["text"] + "\n" + strings.TrimSpace(column) + ": " + v)
	case key == "text" || m[key] == "":
		m[key] = strings.TrimSpace(v + "\n" + m[key])
	}
}

func (h *hotlineReader) post(line int, m report) bool {
	if m["source"] == "" {
		m["source"] = "hotline"
	} else {
		m["source"] = "hotline:" + source.OneLine(m["source"])
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return h.yield(Item{Line: line}, &LineError{h.o.Name, line, errors.New("the row cannot be written as JSON")})
	}
	p, err := ParseLine(raw)
	if err != nil {
		return h.yield(Item{Line: line}, &LineError{h.o.Name, line, err})
	}
	return h.yield(Item{Post: p, Raw: raw, ContentType: typeJSONL, TargetURI: target(p, raw), Line: line}, nil)
}
