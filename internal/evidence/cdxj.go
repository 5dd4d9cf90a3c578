package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Indexed is what the index of a package says of a record. Only records that a viewer
// can show are indexed: responses and resources.
type Indexed struct {
	URL    string
	Date   time.Time
	MIME   string
	Status int    // 0 for a resource
	Digest string // of the payload, as the record states it
}

// cdxjLine is the JSON of a line of a CDXJ index, in the order that others write it.
type cdxjLine struct {
	URL      string `json:"url"`
	MIME     string `json:"mime"`
	Status   string `json:"status,omitempty"`
	Digest   string `json:"digest,omitempty"`
	Length   string `json:"length"`
	Offset   string `json:"offset"`
	Filename string `json:"filename"`
}

// cdxj writes the index of a WARC, sorted, from its gzip members. It returns too what
// was indexed.
func cdxj(members [][]byte, warc string) (index []byte, shown []Indexed, err error) {
	var lines []string
	at := 0
	for _, raw := range members {
		x, err := indexOf(raw)
		if err != nil {
			return nil, nil, err
		}
		if x != nil {
			shown = append(shown, *x)
			l := cdxjLine{URL: x.URL, MIME: x.MIME, Digest: x.Digest, Length: fmt.Sprint(len(raw)), Offset: fmt.Sprint(at), Filename: warc}
			if x.Status > 0 {
				l.Status = fmt.Sprint(x.Status)
			}
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(l); err != nil {
				return nil, nil, err
			}
			lines = append(lines, surt(x.URL)+" "+x.Date.UTC().Format("20060102150405")+" "+b.String())
		}
		at += len(raw)
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, "")), shown, nil
}

var (
	www     = regexp.MustCompile(`^www\d*\.`)
	session = regexp.MustCompile(`^(jsessionid|phpsessid|sid|aspsessionid[a-z]*)=`)
)

// surt is the key that indexes are sorted and searched by: the host turned round, in
// lower case, without www, then port, path and sorted query.
func surt(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return strings.ReplaceAll(strings.ToLower(raw), " ", "%20")
	}
	labels := strings.Split(www.ReplaceAllString(strings.ToLower(u.Hostname()), ""), ".")
	slices.Reverse(labels)
	key := strings.Join(labels, ",")
	if strings.Contains(u.Hostname(), ":") { // IPv6
		key = "[" + strings.ToLower(u.Hostname()) + "]"
	}
	if p := u.Port(); p != "" && (u.Scheme != "http" || p != "80") && (u.Scheme != "https" || p != "443") {
		key += ":" + p
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	key += ")" + path
	if u.RawQuery != "" {
		parts := slices.DeleteFunc(strings.Split(u.RawQuery, "&"), func(s string) bool { return session.MatchString(strings.ToLower(s)) })
		slices.Sort(parts)
		if q := strings.Join(parts, "&"); q != "" {
			key += "?" + q
		}
	}
	return strings.ReplaceAll(strings.ToLower(key), " ", "%20")
}
