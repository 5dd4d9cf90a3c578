package takedown

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Format is the form of a list.
type Format string

// The formats of a list.
const (
	CSV   Format = "csv"   // RFC 4180 with a header line, UTF-8
	JSONL Format = "jsonl" // one object a line
)

// ParseFormat reads a format's name.
func ParseFormat(s string) (Format, error) {
	switch f := Format(strings.ToLower(strings.TrimSpace(s))); f {
	case CSV, JSONL:
		return f, nil
	}
	return "", fmt.Errorf("takedown format %q is neither csv nor jsonl", s)
}

// Write writes a list in order of confirmation, then of post id, each post once,
// and returns how many. Items are collected first: when their source fails,
// nothing has been written. Without a profile contacts are left out and masked
// in titles.
func Write(w io.Writer, format Format, items iter.Seq2[Item, error], with ...Profile) (n int, err error) {
	if _, err := ParseFormat(string(format)); err != nil {
		return 0, err
	}
	for _, p := range with {
		if p != ProfilePosts && p != ProfileContacts {
			return 0, fmt.Errorf("takedown profile %q is not known", p)
		}
	}
	contacts := slices.Contains(with, ProfileContacts)
	list, err := collect(items, contacts)
	if err != nil {
		return 0, err
	}
	bw := bufio.NewWriter(w)
	if format == CSV {
		err = writeCSV(bw, list, contacts)
	} else {
		err = writeJSONL(bw, list)
	}
	if err == nil {
		err = bw.Flush()
	}
	if err != nil {
		return 0, fmt.Errorf("write takedown list: %w", err)
	}
	return len(list), nil
}

func collect(items iter.Seq2[Item, error], contacts bool) ([]Item, error) {
	newest := map[string]Item{}
	for it, err := range items {
		if err != nil {
			return nil, fmt.Errorf("collect takedown items: %w", err)
		}
		if it.PostID == "" || it.DecisionID == "" || it.ConfirmedAt.IsZero() {
			return nil, fmt.Errorf("collect takedown items: %q: %w", it.PostID, ErrNotConfirmed)
		}
		if !contacts {
			it = it.without()
		}
		if old, ok := newest[it.PostID]; !ok || order(old, it) < 0 {
			newest[it.PostID] = it
		}
	}
	list := make([]Item, 0, len(newest))
	for _, it := range newest {
		list = append(list, it)
	}
	slices.SortFunc(list, order)
	return list, nil
}

func order(a, b Item) int {
	return cmp.Or(a.ConfirmedAt.Compare(b.ConfirmedAt), cmp.Compare(a.PostID, b.PostID), a.LastSeen.Compare(b.LastSeen), cmp.Compare(a.DecisionID, b.DecisionID), cmp.Compare(a.Digest, b.Digest))
}

func writeJSONL(w io.Writer, list []Item) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, it := range list {
		for _, s := range []*[]string{&it.RuleIDs, &it.RuleTitles, &it.Indicators, &it.Reasons} {
			if *s == nil {
				*s = []string{} // a list is a list, also when empty
			}
		}
		if err := enc.Encode(it); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(w io.Writer, list []Item, contacts bool) error {
	head := []string{"post_id", "url", "source", "host", "title", "level", "score", "rule_ids", "rule_titles", "indicators", "reasons",
		"lang", "content_digest", "first_seen", "last_seen", "confirmed_by", "confirmed_at", "decision_id"}
	if contacts {
		head = append(head, "contacts")
	}
	c := csv.NewWriter(w)
	if err := c.Write(head); err != nil {
		return err
	}
	for _, it := range list {
		row := []string{it.PostID, it.URL, it.Source, it.Host, it.Title, string(it.Level), strconv.FormatFloat(it.Score, 'f', -1, 64), join(it.RuleIDs),
			join(it.RuleTitles), join(it.Indicators), join(it.Reasons), it.Lang, string(it.Digest), when(it.FirstSeen), when(it.LastSeen),
			it.ConfirmedBy, when(it.ConfirmedAt), it.DecisionID}
		if contacts {
			row = append(row, joinContacts(it.Contacts))
		}
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// join puts a list into one cell; the separator cannot occur in an entry.
func join(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ReplaceAll(s, ";", ",")
	}
	return strings.Join(out, "; ")
}

func joinContacts(cs []post.Contact) string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = c.Kind + ":" + c.Value
	}
	return join(out)
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// cell makes text harmless in a spreadsheet: one line, and never a formula
// (OWASP, CSV injection). The signs have full-width twins that some accept.
func cell(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\v' || r == '\f' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	if t := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' || unicode.Is(unicode.Cf, r) }); t != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(t)[0]) {
		return "'" + s
	}
	return s
}
