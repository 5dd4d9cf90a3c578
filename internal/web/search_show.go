package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/lurewatch/lurewatch/indexer"
)

type searchPage struct {
	list
	Sort string
	Bars []bar
	By   string
	Peak int64
}

// LastBar is the index of the newest bar.
func (p searchPage) LastBar() int { return len(p.Bars) - 1 }

// bar is one bin of the histogram, in the units of its drawing (600 × 60).
type bar struct {
	X, Y, W, H float64
	Label      string
	Count      int64
	Link       string
}

// searchShow finds any post, flagged or not, decided or not.
func (d *Desk) searchShow(v *visit) error {
	f := readFilters(v)
	q, err := f.query(v.URL.Query().Get("cursor"))
	if err != nil {
		return err
	}
	q.Facets = indexer.Facets()
	q.Histogram = interval(q.Filter.Seen, d.opt.Now())
	l, p, err := d.list(v, f, q)
	if err != nil {
		return err
	}
	page := searchPage{list: l, Sort: string(q.Sort), By: string(q.Histogram)}
	page.Bars, page.Peak = bars(f, q.Histogram, p.Histogram)
	return d.render(v, http.StatusOK, "search", "Search", page)
}

// interval picks bins that are neither too many nor too few.
func interval(r indexer.Range, now time.Time) indexer.Interval {
	if r.To.IsZero() {
		r.To = now
	}
	switch span := r.To.Sub(r.From); {
	case r.From.IsZero() || span > 370*24*time.Hour:
		return indexer.Month
	case span > 60*24*time.Hour:
		return indexer.Week
	default:
		return indexer.Day
	}
}

func after(t time.Time, by indexer.Interval) time.Time {
	switch by {
	case indexer.Month:
		return t.AddDate(0, 1, 0)
	case indexer.Week:
		return t.AddDate(0, 0, 7)
	default:
		return t.AddDate(0, 0, 1)
	}
}

// maxBars bounds the histogram: what is older is left out.
const maxBars = 60

// bars draws the bins, empty ones between them included.
func bars(f filters, by indexer.Interval, bins []indexer.Bin) ([]bar, int64) {
	if len(bins) == 0 {
		return nil, 0
	}
	counts := map[time.Time]int64{}
	peak := int64(1)
	for _, b := range bins {
		counts[b.Start.UTC()] = b.Count
		peak = max(peak, b.Count)
	}
	var starts []time.Time
	last := bins[len(bins)-1].Start.UTC()
	for t := bins[0].Start.UTC(); !t.After(last) && len(starts) < 5000; t = after(t, by) {
		starts = append(starts, t)
	}
	starts = starts[max(0, len(starts)-maxBars):]
	slot := min(600/float64(len(starts)), 60)
	var out []bar
	for i, t := range starts {
		n := counts[t]
		h := 58 * float64(n) / float64(peak)
		if n > 0 {
			h = max(h, 2)
		}
		v := f.clone()
		v.Set("from", t.Format(time.DateOnly))
		v.Set("to", after(t, by).AddDate(0, 0, -1).Format(time.DateOnly))
		out = append(out, bar{X: slot * float64(i), Y: 60 - h, W: slot * 0.8, H: h, Count: n, Label: binName(t, by), Link: f.link(v)})
	}
	return slices.Clip(out), peak
}

func binName(t time.Time, by indexer.Interval) string {
	switch by {
	case indexer.Month:
		return t.Format("January 2006")
	case indexer.Week:
		return "week from " + t.Format("2 Jan 2006")
	default:
		return t.Format("2 Jan 2006")
	}
}
