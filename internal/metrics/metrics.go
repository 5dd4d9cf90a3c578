// Package metrics counts what the line does, for Prometheus.
//
// The labels are few by design: sources by their configured name, stages, classes,
// channels. It refuses hosts, rules, languages and anything else that a page can
// make more of; a source past [MaxSources] counts as "other". Nothing that a post
// says is ever a label. Start at [New].
package metrics

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// MaxSources is how many sources get a label value of their own.
const MaxSources = 500

// other stands for every value past a bound, or outside a list.
const other = "other"

// Set is every metric of one process. Its methods may be called from many goroutines.
type Set struct {
	reg *prometheus.Registry

	mu      sync.Mutex
	sources map[string]bool

	captures, posts, bytes, skips, retries, backoffs, browser *prometheus.CounterVec
	fetch, fetchBy                                            *prometheus.HistogramVec
	judged, stored, notices, logged                           *prometheus.CounterVec
	classify, lag                                             prometheus.Histogram
	alarms                                                    *prometheus.CounterVec
}

// Snapshot is what is read at each scrape and not counted.
type Snapshot struct {
	Sources  []SourceNow
	Pending  map[string]float64 // messages that wait, by stage
	Dead     float64
	Archive  float64     // bytes; negative when unknown
	DiskFree float64     // bytes; negative when unknown
	Browser  *BrowserNow // nil when none may be used
}

// BrowserNow is the browser of the process at a scrape. Counts are since it was made.
type BrowserNow struct {
	Running, Tabs, MaxTabs float64
	Memory                 float64 // bytes; 0 when unknown
	Pages, Starts, Crashed float64
	Replaced               map[string]float64 // by reason: of a short list
}

// SourceNow is one source at a scrape.
type SourceNow struct {
	Name                   string
	Known, Waiting, Leased float64 // in the frontier; all negative when there is none
	LastSuccess            time.Time
	Drifted                bool
	Lost                   int  // fields that its posts had and have no more
	Configured             bool // a service comes back to it
}

// New makes the metrics of a process. now is asked at each scrape, and must answer quickly.
func New(version string, now func() Snapshot) *Set {
	s := &Set{reg: prometheus.NewRegistry(), sources: map[string]bool{}}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "lurewatch", Name: name, Help: help}, labels)
		s.reg.MustRegister(v)
		return v
	}
	s.captures = counter("captures_total", "Captures put into the archive.", "source", "class")
	s.posts = counter("posts_total", "Posts found in captures, each sighting counted.", "source")
	s.bytes = counter("capture_bytes_total", "Bytes of the payloads of captures, decoded.", "source")
	s.skips = counter("skips_total", "Pages that were not fetched; reason robots is a denial by robots.txt.", "source", "reason")
	s.retries = counter("retries_total", "Tries to fetch a page that will be repeated.", "source")
	s.backoffs = counter("backoffs_total", "Times that a host was left alone for a while.", "source")
	s.browser = counter("browser_pages_total", "Captures that a browser made.", "source")
	s.judged = counter("judged_total", "Posts that the classifier judged.", "flagged")
	s.stored = counter("indexed_total", "Changes put into the index.", "outcome")
	s.notices = counter("notices_total", "Notices tried, by channel.", "channel", "outcome")
	s.logged = counter("log_messages_total", "Messages of the log at level warn and error.", "level")
	s.alarms = counter("source_alarms_total", "Alarms about sources that stopped to give posts.", "source")
	s.fetch = prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "lurewatch", Name: "fetch_duration_seconds",
		Help: "Time that one fetch took, redirects included.", Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120}}, []string{"method", "outcome"})
	s.fetchBy = prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "lurewatch", Name: "source_fetch_duration_seconds",
		Help: "Time that one fetch of a page, picture or sitemap of a source took.", Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}, []string{"source"})
	s.classify = prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "lurewatch", Name: "classify_duration_seconds",
		Help: "Time that the classifier took for one post.", Buckets: prometheus.ExponentialBuckets(50e-6, 2, 14)})
	s.lag = prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "lurewatch", Name: "index_lag_seconds",
		Help: "Time from the start of a capture until its post is in the index.", Buckets: []float64{.1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400}})
	info := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "lurewatch", Name: "build_info", Help: "Always 1; the label tells the version.",
		ConstLabels: prometheus.Labels{"version": version}})
	info.Set(1)
	s.reg.MustRegister(s.fetch, s.fetchBy, s.classify, s.lag, info, reader{s, now},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return s
}

// Handler answers scrapes. One scrape is served at a time.
func (s *Set) Handler() http.Handler {
	return promhttp.HandlerFor(s.reg, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 15 * time.Second})
}

// Gatherer gives the metrics as they are.
func (s *Set) Gatherer() prometheus.Gatherer { return s.reg }

// source is the label value of a source.
func (s *Set) source(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sources[name] {
		if len(s.sources) >= MaxSources {
			return other
		}
		s.sources[name] = true
	}
	return name
}

// oneOf is v when it is in the list.
func oneOf(v string, list ...string) string {
	if slices.Contains(list, v) {
		return v
	}
	return other
}

func outcome(err error) string {
	if err != nil {
		return "failed"
	}
	return "ok"
}

// Capture counts a capture.
func (s *Set) Capture(source, class, method string, bytes int64) {
	source = s.source(source)
	s.captures.WithLabelValues(source, oneOf(class, "content", "challenge", "login", "gone", "error")).Inc()
	s.bytes.WithLabelValues(source).Add(float64(max(bytes, 0)))
	if method == "browser" {
		s.browser.WithLabelValues(source).Inc()
	}
}

// Posts counts posts found.
func (s *Set) Posts(source string, n int) { s.posts.WithLabelValues(s.source(source)).Add(float64(n)) }

// Skip counts a page that was not fetched.
func (s *Set) Skip(source, reason string) {
	s.skips.WithLabelValues(s.source(source), oneOf(reason, "robots", "scope", "blocked", "failed")).Inc()
}

// Retry counts a try that will be repeated.
func (s *Set) Retry(source string) { s.retries.WithLabelValues(s.source(source)).Inc() }

// Backoff counts a host that is left alone.
func (s *Set) Backoff(source string) { s.backoffs.WithLabelValues(s.source(source)).Inc() }

// Fetch times one fetch, also by its source where it is of one.
func (s *Set) Fetch(source, method string, took time.Duration, err error) {
	if source != "" {
		s.fetchBy.WithLabelValues(s.source(source)).Observe(took.Seconds())
	}
	s.fetch.WithLabelValues(oneOf(method, "http", "browser"), outcome(err)).Observe(took.Seconds())
}

// Judged times and counts the judgement of a post.
func (s *Set) Judged(flagged bool, took time.Duration) {
	v := "no"
	if flagged {
		v = "yes"
	}
	s.judged.WithLabelValues(v).Inc()
	s.classify.Observe(took.Seconds())
}

// Indexed counts a change of the index, and how long after its capture it came; 0
// for what no capture brought.
func (s *Set) Indexed(lag time.Duration, err error) {
	s.stored.WithLabelValues(outcome(err)).Inc()
	if err == nil && lag > 0 {
		s.lag.Observe(lag.Seconds())
	}
}

// Notice counts a try to send a notice. Channels are named in the configuration.
func (s *Set) Notice(channel, outcome string) { s.notices.WithLabelValues(channel, outcome).Inc() }

// Logged counts a message of the log.
func (s *Set) Logged(level string) { s.logged.WithLabelValues(oneOf(level, "warn", "error")).Inc() }

// Alarm counts an alarm about a source.
func (s *Set) Alarm(source string) { s.alarms.WithLabelValues(s.source(source)).Inc() }
