package evidence

import (
	"bytes"
	_ "embed" // the texts
	"fmt"
	htmltemplate "html/template"
	"strings"
	"text/template"
	"time"

	"github.com/lurewatch/lurewatch/internal/custody"
)

//go:embed statement.txt
var statementText string

//go:embed statement.html
var statementPage string

// told is what the statement says of one entry of the log.
type told struct {
	At, Software, URL string
	File              string
	Records           int
	First             int64 // offset in File
	Late              bool
}

// statements writes the statement as text and as a page.
func (c Contents) statements() (text, page []byte, err error) {
	data := struct {
		Contents
		MadeAt           string
		Told             []told
		Title            string
		Fired            []Rule
		Lost             bool // a rule's text cannot be had
		Level            string
		Address          string
		Trusted          bool
		Warc             string
		FirstAt, LastAt  string
		HeadHash         string
		StampLines       []string
		Flagged, Pending bool
	}{
		Contents: c, MadeAt: second(c.Made), Title: oneLine(c.Post.Title), Address: oneLine(c.Post.URL), Fired: c.Rules, Level: string(c.Verdict.Level),
		Warc: "archive/" + warcFile, HeadHash: c.Head.Hash, Flagged: c.Verdict.Flagged, Pending: len(c.Stamps) == 0,
	}
	data.Reason, data.By, data.Software = oneLine(c.Reason), oneLine(c.By), oneLine(c.Software)
	for _, l := range c.Captures {
		e, err := l.Entry()
		if err != nil {
			return nil, nil, err
		}
		if e.Capture == nil {
			continue
		}
		data.Told = append(data.Told, toldOf(e))
	}
	for _, s := range c.Stamps {
		data.StampLines = append(data.StampLines, fmt.Sprintf("entry %d at %s by %s", s.Seq, second(s.Time.Time), s.Authority))
		data.Trusted = data.Trusted || s.Trusted
	}
	for _, r := range c.Rules {
		data.Lost = data.Lost || r.Text == nil
	}
	var b, p bytes.Buffer
	t, err := template.New("statement").Parse(statementText)
	if err != nil {
		return nil, nil, err
	}
	if err := t.Execute(&b, data); err != nil {
		return nil, nil, err
	}
	h, err := htmltemplate.New("statement").Parse(statementPage)
	if err != nil {
		return nil, nil, err
	}
	err = h.Execute(&p, map[string]any{"Title": "Evidence of post " + c.Post.ID, "Text": b.String()})
	return b.Bytes(), p.Bytes(), err
}

func toldOf(e custody.Entry) told {
	t := told{At: second(e.At.Time), Software: oneLine(e.Software), File: e.Capture.File, Records: len(e.Capture.Records), Late: e.Capture.Late}
	for _, r := range e.Capture.Records {
		if r.URL != "" && !strings.HasPrefix(r.URL, "urn:") {
			t.URL = oneLine(r.URL) // the last one is what posts are read from
		}
	}
	if len(e.Capture.Records) > 0 {
		t.First = e.Capture.Records[0].Offset
	}
	return t
}

func second(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// oneLine keeps what a stranger wrote from looking like a line of ours.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300]) + "…"
	}
	return s
}
