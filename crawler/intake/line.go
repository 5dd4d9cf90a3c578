package intake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// maxID bounds the id of a line, in bytes.
const maxID = 1024

var (
	errEmpty     = errors.New("the line is empty\nhint: each line is one object such as {\"id\":\"1\",\"text\":\"…\"}")
	errNotObject = errors.New("not a JSON object\nhint: each line is one object such as {\"id\":\"1\",\"text\":\"…\"}")
	errNoText    = errors.New("neither text nor title\nhint: put the words of the post into \"text\"")
)

// ParseLine reads one line of JSONL into a post. It takes the keys id (string or
// number), text, title, url, lang, company, location or locations (string or list
// of strings), source, posted_at (a date in any common form, or Unix time),
// native_id, contacts, salary, pictures (a list of objects with text, codes, alt, url:
// what was read from them elsewhere); it ignores the others. ID and NativeID are both
// the line's id until the post is sealed. An address that is not http or https
// and a date that cannot be read are left out; anything else that is wrong is an
// error that says where and what to do.
func ParseLine(line []byte) (post.Post, error) {
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF")))
	if len(line) == 0 {
		return post.Post{}, errEmpty
	}
	if i := invalidUTF8(line); i >= 0 {
		return post.Post{}, fmt.Errorf("byte %d is not UTF-8\nhint: save the file as UTF-8", i+1)
	}
	if line[0] != '{' {
		return post.Post{}, errNotObject
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(line, &m); err != nil {
		return post.Post{}, jsonError(err)
	}
	return fromFields(m)
}

func jsonError(err error) error {
	if se, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("not valid JSON at byte %d: %w\nhint: write one whole object a line, strings quoted and line breaks in them as \\n", se.Offset, err)
	}
	return fmt.Errorf("not valid JSON: %w", err)
}

func fromFields(m map[string]json.RawMessage) (post.Post, error) {
	p := post.Post{Method: "import"}
	var err error
	get := func(key string) string {
		s, e := text(m[key])
		if e != nil && err == nil {
			err = fmt.Errorf("%q is %w", key, e)
		}
		return s
	}
	p.ID = get("id")
	p.NativeID = p.ID
	if n := get("native_id"); n != "" {
		p.NativeID = n
	}
	p.Title, p.Text = get("title"), get("text")
	p.Company, p.Source = get("company"), get("source")
	p.Lang = lang(get("lang"))
	p.URL = address(get("url"))
	p.PostedAt = when(get("posted_at"))
	if err != nil {
		return post.Post{}, err
	}
	if len(p.ID) > maxID || len(p.NativeID) > maxID {
		return post.Post{}, fmt.Errorf("the id has more than %d bytes", maxID)
	}
	for _, k := range []string{"location", "locations"} {
		l, e := texts(m[k])
		if e != nil {
			return post.Post{}, fmt.Errorf("%q is %w", k, e)
		}
		for _, s := range l {
			if s = strings.TrimSpace(s); s != "" && len(p.Locations) < 50 {
				p.Locations = append(p.Locations, s)
			}
		}
	}
	p.Contacts = contacts(m["contacts"])
	p.Salary = salary(m["salary"])
	if p.Pictures, err = pictures(m["pictures"]); err != nil {
		return post.Post{}, err
	}
	if strings.TrimSpace(p.Text) == "" && strings.TrimSpace(p.Title) == "" && !slices.ContainsFunc(p.Pictures, saysSomething) {
		return post.Post{}, errNoText
	}
	return p, nil
}

// text is a JSON string, or a number or truth value as it is written; null and a
// missing key are "".
func text(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "", nil
	}
	switch raw[0] {
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", err
		}
		return s, nil
	case 'n':
		return "", nil
	case '{':
		return "", errors.New("an object, must be a string")
	case '[':
		return "", errors.New("a list, must be a string")
	}
	return string(raw), nil
}

func texts(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 || raw[0] != '[' {
		s, err := text(raw)
		if err != nil {
			return nil, errors.New("an object, must be a string or a list of strings")
		}
		return []string{s}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	var out []string
	for _, e := range list[:min(len(list), 1000)] {
		s, err := text(e)
		if err != nil {
			return nil, errors.New("a list that holds more than strings")
		}
		out = append(out, s)
	}
	return out, nil
}

// contacts are taken as they are when they have the form that lurewatch writes,
// and ignored otherwise: the text says them too.
func contacts(raw json.RawMessage) []post.Contact {
	var list []post.Contact
	if len(raw) == 0 || json.Unmarshal(raw, &list) != nil {
		return nil
	}
	var out []post.Contact
	for _, c := range list[:min(len(list), 100)] {
		if c.Kind != "" && c.Value != "" && len(c.Kind)+len(c.Value)+len(c.Raw) < 2000 {
			out = append(out, c)
		}
	}
	return out
}

// pictures takes what others have read from the pictures of a post. There is no
// picture here that bears it out, so it has no digest.
func pictures(raw json.RawMessage) ([]post.Picture, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var list []struct {
		Text  string   `json:"text"`
		Codes []string `json:"codes"`
		Alt   string   `json:"alt"`
		URL   string   `json:"url"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("\"pictures\" is no list of objects\nhint: write \"pictures\":[{\"text\":\"…\",\"codes\":[\"…\"]}]")
	}
	var out []post.Picture
	for _, x := range list[:min(len(list), post.MaxPictures)] {
		if len(x.Text) > post.MaxPictureText {
			x.Text = strings.ToValidUTF8(x.Text[:post.MaxPictureText], "")
		}
		out = append(out, post.Picture{Text: x.Text, Codes: x.Codes[:min(len(x.Codes), post.MaxCodes)], Alt: x.Alt, URL: address(x.URL)})
	}
	return out, nil
}

func saysSomething(x post.Picture) bool { return strings.TrimSpace(x.Text) != "" || len(x.Codes) > 0 }

func salary(raw json.RawMessage) *post.Salary {
	var s post.Salary
	if len(raw) == 0 {
		return nil
	}
	if raw[0] == '{' {
		if json.Unmarshal(raw, &s) != nil || s == (post.Salary{}) {
			return nil
		}
		return &s
	}
	line, err := text(raw)
	if s = source.ParseSalary(line); err != nil || s.Max == 0 {
		return nil
	}
	return &s
}

func lang(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "_", "-")), "-")
	if len(s) < 2 || len(s) > 3 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return s
}

// address is s when it is a web address, "" otherwise.
func address(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || len(s) > 4096 {
		return ""
	}
	return s
}

func when(s string) time.Time {
	t, _ := source.ParseTime(s, time.Time{})
	return t
}

func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// Lines yields the lines of r with their numbers, without their ends. A line of
// more than maxLine bytes comes as nil with [ErrTooLong]; what is left of it is
// skipped. The slice is good until the next line. A read error ends it.
func Lines(r *bufio.Reader, maxLine int, yield func(n int, line []byte, err error) bool) {
	var buf []byte
	for n := 1; ; n++ {
		buf = buf[:0]
		long := false
		var err error
		for {
			var part []byte
			part, err = r.ReadSlice('\n')
			if long = long || len(buf)+len(part) > maxLine+2; !long {
				buf = append(buf, part...)
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				break
			}
		}
		end := err != nil
		if end && err != io.EOF {
			yield(n, nil, err)
			return
		}
		if end && len(buf) == 0 && !long {
			return
		}
		line := bytes.TrimRight(buf, "\r\n")
		if long = long || len(line) > maxLine; long {
			if !yield(n, nil, ErrTooLong) {
				return
			}
			buf = nil // give back what a hostile line made it grow to
		} else if !yield(n, line, nil) {
			return
		}
		if end {
			return
		}
	}
}

func readJSONL(r *bufio.Reader, o Options, yield func(Item, error) bool) {
	Lines(r, o.maxLine(), func(n int, line []byte, err error) bool {
		switch {
		case errors.Is(err, ErrTooLong):
			return yield(Item{Line: n}, &LineError{o.Name, n, fmt.Errorf("%w: more than %d bytes\nhint: is this really one object a line?", ErrTooLong, o.maxLine())})
		case err != nil:
			return yield(Item{Line: n}, fmt.Errorf("read %s: %w", o.Name, err))
		}
		p, err := ParseLine(line)
		if err != nil {
			return yield(Item{Line: n, Raw: bytes.Clone(line), ContentType: typeJSONL}, &LineError{o.Name, n, err})
		}
		raw := bytes.Clone(bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF")))
		return yield(Item{Post: p, Raw: raw, ContentType: typeJSONL, TargetURI: target(p, raw), Line: n}, nil)
	})
}

// readArray reads one array of objects, element by element.
func readArray(r *bufio.Reader, o Options, yield func(Item, error) bool) {
	br := &budgetReader{r: r, max: int64(o.maxLine()) + peekSize}
	dec := json.NewDecoder(br)
	if tok, err := dec.Token(); err != nil || tok != json.Delim('[') {
		yield(Item{}, fmt.Errorf("read %s: not a JSON array", o.Name))
		return
	}
	for n := 1; dec.More(); n++ {
		br.used = 0
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			yield(Item{Line: n}, fmt.Errorf("read %s: element %d: %w", o.Name, n, jsonError(err)))
			return
		}
		p, err := ParseLine(raw)
		if err != nil {
			if !yield(Item{Line: n}, &LineError{o.Name, n, err}) {
				return
			}
			continue
		}
		one := compact(raw)
		if !yield(Item{Post: p, Raw: one, ContentType: typeJSONL, TargetURI: target(p, one), Line: n}, nil) {
			return
		}
	}
}

func compact(raw []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return bytes.Clone(raw)
	}
	return b.Bytes()
}

// budgetReader fails when more than max bytes are read without used being set
// back: a decoder would otherwise hold a value of any size in memory.
type budgetReader struct {
	r         io.Reader
	used, max int64
}

func (b *budgetReader) Read(p []byte) (int, error) {
	if b.used > b.max {
		return 0, fmt.Errorf("%w: one value has more than %d bytes", ErrTooLong, b.max)
	}
	n, err := b.r.Read(p)
	b.used += int64(n)
	return n, err
}
