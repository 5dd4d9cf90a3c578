package metrics

import (
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// reader turns a snapshot into gauges at each scrape.
type reader struct {
	set *Set
	now func() Snapshot
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("lurewatch_"+name, help, labels, nil)
}

type gauges struct {
	browsers, tabs, memory, pages, starts, replaced, crashed *prometheus.Desc

	frontier, success, drifted, lost, configured, pending, dead, archive, disk *prometheus.Desc
}

func (reader) descs() gauges {
	return gauges{
		frontier:   gauge("frontier_pages", "Pages that the frontier knows: all, waiting to be fetched, or handed out.", "source", "state"),
		success:    gauge("source_last_success_timestamp_seconds", "When a page of content was last read.", "source"),
		drifted:    gauge("source_drifted", "1 while a source that gave posts gives none.", "source"),
		lost:       gauge("source_lost_fields", "Fields that posts of a source always had, and have no more.", "source"),
		configured: gauge("source_configured", "1 for a source of the configuration, 0 for one that a crawl has read once.", "source"),
		pending:    gauge("stream_pending", "Messages that a stage has not answered for.", "stage"),
		dead:       gauge("dead_letters", "Messages set aside after too many failures."),
		archive:    gauge("archive_bytes", "Size of the archive on disk."),
		disk:       gauge("disk_free_bytes", "Space left where the data folder is."),

		browsers: gauge("browsers_running", "Browsers that run: the one in use, and replaced ones that still end their pages."),
		tabs:     gauge("browser_tabs", "Pages that the browser loads now (open), and may load at a time (most).", "state"),
		memory:   gauge("browser_memory_bytes", "Memory of all processes of the browser; none where the system does not tell."),
		pages:    gauge("browser_loads_total", "Pages that the browser began to load."),
		starts:   gauge("browser_starts_total", "Browsers started."),
		replaced: gauge("browser_replaced_total", "Browsers replaced: for their pages in good order, for memory, stuck and died not.", "reason"),
		crashed:  gauge("browser_crashed_pages_total", "Pages whose process crashed while the browser went on."),
	}
}

// Describe implements [prometheus.Collector].
func (r reader) Describe(ch chan<- *prometheus.Desc) {
	d := r.descs()
	for _, x := range []*prometheus.Desc{d.frontier, d.success, d.drifted, d.lost, d.configured, d.pending, d.dead, d.archive, d.disk,
		d.browsers, d.tabs, d.memory, d.pages, d.starts, d.replaced, d.crashed} {
		ch <- x
	}
}

// Collect implements [prometheus.Collector].
func (r reader) Collect(ch chan<- prometheus.Metric) {
	d, now := r.descs(), r.now()
	put := func(desc *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, labels...)
	}
	seen := map[string]bool{}
	for _, s := range now.Sources {
		name := r.set.source(s.Name)
		if name == other || seen[name] {
			continue // one series cannot stand for many
		}
		seen[name] = true
		if s.Known >= 0 {
			put(d.frontier, s.Known, name, "known")
			put(d.frontier, s.Waiting, name, "waiting")
			put(d.frontier, s.Leased, name, "leased")
		}
		if !s.LastSuccess.IsZero() {
			put(d.success, float64(s.LastSuccess.Unix()), name)
		}
		put(d.drifted, flag(s.Drifted), name)
		put(d.lost, float64(s.Lost), name)
		put(d.configured, flag(s.Configured), name)
	}
	for _, stage := range slices.Sorted(maps.Keys(now.Pending)) {
		put(d.pending, now.Pending[stage], stage)
	}
	if now.Dead >= 0 {
		put(d.dead, now.Dead)
	}
	if now.Archive >= 0 {
		put(d.archive, now.Archive)
	}
	if now.DiskFree >= 0 {
		put(d.disk, now.DiskFree)
	}
	if b := now.Browser; b != nil {
		d.browser(ch, *b)
	}
}

func (d gauges) browser(ch chan<- prometheus.Metric, b BrowserNow) {
	put := func(desc *prometheus.Desc, t prometheus.ValueType, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, t, v, labels...)
	}
	put(d.browsers, prometheus.GaugeValue, b.Running)
	put(d.tabs, prometheus.GaugeValue, b.Tabs, "open")
	put(d.tabs, prometheus.GaugeValue, b.MaxTabs, "most")
	if b.Memory > 0 || b.Running == 0 {
		put(d.memory, prometheus.GaugeValue, b.Memory)
	}
	put(d.pages, prometheus.CounterValue, b.Pages)
	put(d.starts, prometheus.CounterValue, b.Starts)
	put(d.crashed, prometheus.CounterValue, b.Crashed)
	by := map[string]float64{}
	for why, n := range b.Replaced {
		by[oneOf(why, "pages", "memory", "stuck", "died")] += n
	}
	for _, why := range slices.Sorted(maps.Keys(by)) {
		put(d.replaced, prometheus.CounterValue, by[why], why)
	}
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
