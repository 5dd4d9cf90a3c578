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

type gauges struct{ frontier, success, drifted, configured, pending, dead, archive, disk *prometheus.Desc }

func (reader) descs() gauges {
	return gauges{
		frontier:   gauge("frontier_pages", "Pages that the frontier knows: all, waiting to be fetched, or handed out.", "source", "state"),
		success:    gauge("source_last_success_timestamp_seconds", "When a page of content was last read.", "source"),
		drifted:    gauge("source_drifted", "1 while a source that gave posts gives none.", "source"),
		configured: gauge("source_configured", "1 for a source of the configuration, 0 for one that a crawl has read once.", "source"),
		pending:    gauge("stream_pending", "Messages that a stage has not answered for.", "stage"),
		dead:       gauge("dead_letters", "Messages set aside after too many failures."),
		archive:    gauge("archive_bytes", "Size of the archive on disk."),
		disk:       gauge("disk_free_bytes", "Space left where the data folder is."),
	}
}

// Describe implements [prometheus.Collector].
func (r reader) Describe(ch chan<- *prometheus.Desc) {
	d := r.descs()
	for _, x := range []*prometheus.Desc{d.frontier, d.success, d.drifted, d.configured, d.pending, d.dead, d.archive, d.disk} {
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
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
