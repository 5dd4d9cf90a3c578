package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/lurewatch/lurewatch/internal/health"
)

// Source is how one source does.
type Source struct {
	health.Source
	State      health.State  `json:"state"`
	Configured bool          `json:"configured"`      // it stands in the configuration now
	Queue      *health.Queue `json:"queue,omitempty"` // what waits to be fetched, when a process that crawls it is alive
}

// sourcesPage is the table of sources, those in need of a look first.
type sourcesPage struct {
	Bad  []sourceRow
	Rest []sourceRow
	Once []sourceRow // not in the configuration: a crawl that has an end read them
	Old  []sourceRow // not in the configuration any more
	Last int         // tries that the shares and the drawing look back at
}

type sourceRow struct {
	Source
	Advice string
	Recent health.Bar
	Walls  float64 // share of tries that ended before a bot check, a login or robots.txt
	Faults float64 // share of tries that failed or have to be repeated
	Bars   []sourceBar
	Says   string // the drawing in words
}

// sourceBar is one bar of the drawing: posts a page of the tries that it stands for.
type sourceBar struct {
	X, Y, H int
	Label   string
	Kind    string // yield, none (content without posts) or wall (no content)
}

// Measures of the drawing, units of its viewBox.
const barWide, barHigh = 6, 30

// sourcesShow tells how every source does.
func (d *Desk) sourcesShow(v *visit) error {
	if d.opt.Sources == nil {
		return errNowhere
	}
	all, err := d.opt.Sources(v.Context())
	if err != nil {
		return err
	}
	p := sourcesPage{Last: health.BarPages * health.MaxBars}
	for _, s := range all {
		row := newSourceRow(s)
		switch {
		case !s.Configured && s.Once:
			p.Once = append(p.Once, row)
		case !s.Configured:
			p.Old = append(p.Old, row)
		case s.State.Bad():
			p.Bad = append(p.Bad, row)
		default:
			p.Rest = append(p.Rest, row)
		}
	}
	return d.render(v, http.StatusOK, "sources", "Sources", p)
}

func newSourceRow(s Source) sourceRow {
	row := sourceRow{Source: s, Advice: s.State.Advice(), Recent: s.Recent(health.BarPages * health.MaxBars)}
	row.Walls = row.Recent.Share(row.Recent.Challenge + row.Recent.Login + row.Recent.Robots)
	row.Faults = row.Recent.Share(row.Recent.Errors + row.Recent.Retries)
	top := 0.0
	for _, b := range s.Bars {
		top = max(top, b.Yield())
	}
	for i, b := range s.Bars {
		one := sourceBar{X: (health.MaxBars - len(s.Bars) + i) * barWide, H: 2, Kind: "none"}
		if b.Content+b.Same == 0 {
			one.Kind, one.H = "wall", barHigh/3
			one.Label = fmt.Sprintf("%s: %d tries, no page could be read", b.To.UTC().Format("2 Jan, 15:04 UTC"), b.Tries)
		} else {
			if b.Posts > 0 {
				one.Kind, one.H = "yield", max(2, int(b.Yield()/top*barHigh))
			}
			one.Label = fmt.Sprintf("%s: %s posts a page on %d pages", b.To.UTC().Format("2 Jan, 15:04 UTC"), yield(b), b.Content)
		}
		one.Y = barHigh - one.H
		row.Bars = append(row.Bars, one)
	}
	if n := len(s.Bars); n > 0 {
		row.Says = fmt.Sprintf("Posts a page, oldest to newest: %s at first, %s lately, %s at most", yield(s.Bars[0]), yield(s.Bars[n-1]), strconv.FormatFloat(top, 'f', 1, 64))
	}
	return row
}

func yield(b health.Bar) string { return strconv.FormatFloat(b.Yield(), 'f', 1, 64) }

// Yield is posts a page of the tries looked back at.
func (r sourceRow) Yield() string {
	if r.Recent.Content == 0 {
		return "none"
	}
	return yield(r.Recent)
}

// ago is a length of time in words.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min ago"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h ago"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " days ago"
}
