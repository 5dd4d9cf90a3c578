package evidence

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"mime"
	"strconv"
	"strings"
	"time"
)

// maxHead bounds what is unpacked of a record for the index, in bytes.
const maxHead = 1 << 20

// indexOf reads from a gzip member what the index of a package says of its record, nil
// for one that a viewer does not show. So whoever checks a package needs not believe its
// index. It reads the beginning of the record and no more.
func indexOf(raw []byte) (*Indexed, error) {
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	r := bufio.NewReader(io.LimitReader(z, maxHead))
	first, head, err := header(r)
	if err != nil || !strings.HasPrefix(first, "WARC/1.") {
		return nil, fmt.Errorf("read record: it does not begin like one (%w)", err)
	}
	x := &Indexed{URL: head["warc-target-uri"], Digest: head["warc-payload-digest"]}
	if x.Date, err = time.Parse(time.RFC3339Nano, head["warc-date"]); err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	switch head["warc-type"] {
	case "resource":
		x.MIME = mediaType(head["content-type"])
	case "response":
		status, fields, err := header(r)
		if err != nil && len(fields) == 0 || !strings.HasPrefix(status, "HTTP/") {
			return x, nil // a block that is no HTTP is indexed without
		}
		_, code, _ := strings.Cut(status, " ")
		code, _, _ = strings.Cut(code, " ")
		if n, err := strconv.Atoi(code); err == nil && n >= 100 && n <= 999 {
			x.Status = n
		}
		x.MIME = mediaType(fields["content-type"])
	default:
		return nil, nil //nolint:nilnil // there is nothing to show
	}
	return x, nil
}

// header reads the first line and the fields after it, by their names in lower case;
// of two with one name the first.
func header(r *bufio.Reader) (first string, fields map[string]string, err error) {
	fields = map[string]string{}
	for n := 0; ; n++ {
		line, err := r.ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		switch {
		case n == 0:
			first = line
		case line == "":
			return first, fields, nil
		default:
			name, value, ok := strings.Cut(line, ":")
			name = strings.ToLower(name)
			if _, known := fields[name]; ok && !known && name != "" && !strings.ContainsAny(name, " \t") {
				fields[name] = strings.TrimSpace(value)
			}
		}
		if err != nil {
			return first, fields, err
		}
	}
}

func mediaType(s string) string {
	if kind, _, err := mime.ParseMediaType(s); err == nil {
		return kind
	}
	return "application/octet-stream"
}
