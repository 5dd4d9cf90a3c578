// Package config is the one configuration of lurewatch: a strict YAML file, then
// LUREWATCH_… environment variables, then flags; the later wins. Each value knows
// where it came from, secrets print as <secret>, and an unknown key is an error
// with its line. It refuses to guess: a value that does not parse stops the start.
//
// Start at [Load].
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Config is the whole file. The yaml tags are the public names of the keys; a
// `doc` tag is what `lurewatch config print` says of it.
type Config struct {
	DataDir  string   `yaml:"data_dir" doc:"folder of everything that lurewatch keeps: archive, stream, index, ledger, frontier"`
	Roles    []string `yaml:"roles" doc:"parts of the line that this process runs: crawl, classify, index, alert, web"`
	Log      Log      `yaml:"log"`
	Stream   Stream   `yaml:"stream"`
	Index    Index    `yaml:"index"`
	Archive  Archive  `yaml:"archive"`
	Evidence Evidence `yaml:"evidence"`
	Rules    Rules    `yaml:"rules"`
	Crawl    Crawl    `yaml:"crawl"`
	Sources  []Source `yaml:"sources"`
	Push     []Pusher `yaml:"push"`
	Pictures Pictures `yaml:"pictures"`
	Web      Web      `yaml:"web"`
	Metrics  Metrics  `yaml:"metrics"`
	Alerts   Alerts   `yaml:"alerts"`
}

// Log is the `log:` block.
type Log struct {
	Level  string `yaml:"level" doc:"debug, info, warn or error"`
	Format string `yaml:"format" doc:"text or json"`
}

// Stream is the `stream:` block.
type Stream struct {
	URL      Secret        `yaml:"url" doc:"NATS servers, comma separated; empty starts nats-server inside this process"`
	Replicas int           `yaml:"replicas" doc:"copies of each JetStream stream, with a cluster"`
	MaxAge   time.Duration `yaml:"max_age" doc:"how long messages are kept; 0 keeps them until max_bytes"`
	MaxBytes int64         `yaml:"max_bytes" doc:"bytes that one stream may take; 0 sets no bound"`
}

// Index is the `index:` block.
type Index struct {
	URL      Secret `yaml:"url" doc:"Elasticsearch addresses, comma separated; empty uses SQLite in data_dir"`
	User     string `yaml:"user" doc:"Elasticsearch user"`
	Password Secret `yaml:"password" doc:"Elasticsearch password"`
	Prefix   string `yaml:"prefix" doc:"start of the names of our Elasticsearch indices"`
}

// Archive is the `archive:` block.
type Archive struct {
	MaxBytes int64 `yaml:"max_bytes" doc:"size at which a WARC file is closed and the next begun, bytes"`
}

// Evidence is the `evidence:` block.
type Evidence struct {
	TimestampURLs  []string      `yaml:"timestamp_urls" doc:"RFC 3161 authorities that stamp the head of the custody log; none by default"`
	TimestampEvery time.Duration `yaml:"timestamp_every" doc:"how often the head is stamped, when it is another one"`
	TimestampRoots string        `yaml:"timestamp_roots" doc:"PEM file with root certificates of the authorities; without it their signatures are checked, but not who they are"`
}

// Rules is the `rules:` block.
type Rules struct {
	Dir string `yaml:"dir" doc:"folder with more Sigma rules (*.yml), beside the built-in pack"`
}

// Crawl is the `crawl:` block.
type Crawl struct {
	Contact      string         `yaml:"contact" doc:"address or page that the user agent names, so that a site can reach you"`
	Workers      int            `yaml:"workers" doc:"pages in work at the same time, over all hosts"`
	Pace         time.Duration  `yaml:"pace" doc:"pause between two requests to one host; 0 turns pacing off"`
	AllowNet     []netip.Prefix `yaml:"allow_net" doc:"private networks that may be fetched from, as CIDR; none by default"`
	IgnoreRobots bool           `yaml:"ignore_robots" doc:"fetch what robots.txt disallows; only for sites that asked you to"`
	Frontier     string         `yaml:"frontier" doc:"where known URLs are kept: auto (Elasticsearch when index.url is set, else SQLite in data_dir), sqlite or elastic"`
	Browser      string         `yaml:"browser" doc:"auto (use Chromium where found), off, or the path of a Chromium"`
}

// Source is one entry of `sources:`.
type Source struct {
	Name     string        `yaml:"name" doc:"short name, kept with every post"`
	Seeds    []string      `yaml:"seeds" doc:"URLs to start from"`
	Adapter  string        `yaml:"adapter" doc:"extractor: auto, or a name from docs/sources.md"`
	Sitemaps Sitemaps      `yaml:"sitemaps" doc:"sitemaps to read: off (the default), auto (what robots.txt names, else /sitemap.xml), or URLs"`
	Hosts    []string      `yaml:"hosts" doc:"hosts that links may lead to; those of the seeds when empty"`
	MaxDepth int           `yaml:"max_depth" doc:"links away from a seed; 0 sets the default"`
	MaxPages int           `yaml:"max_pages" doc:"pages of one round; 0 sets the default"`
	Browser  string        `yaml:"browser" doc:"off, auto or on"`
	Pace     time.Duration `yaml:"pace" doc:"pause between two requests to one host, instead of crawl.pace"`
	Recrawl  time.Duration `yaml:"recrawl" doc:"how often a page is looked at again at first; each page then learns its own pause, a quarter of this to 16 times"`
	Pictures int           `yaml:"pictures" doc:"pictures of each post to fetch and read, 0 to 10"`

	Include  []string `yaml:"include" doc:"regular expressions over whole URLs; when given, a link must match one"`
	Exclude  []string `yaml:"exclude" doc:"regular expressions over whole URLs; a link that matches one is not followed"`
	MaxLinks int      `yaml:"max_links" doc:"links taken from one page; 0 sets the default of 500"`
	MaxAlike int      `yaml:"max_alike" doc:"pages of one kind of address that gave nothing new, before the kind is left; 0 sets the default of 1000, -1 sets none"`
	MaxBytes int64    `yaml:"max_bytes" doc:"bytes of one round; 0 sets the default of 10 GiB, -1 sets none"`

	MaxRequestsPerDay int64  `yaml:"max_requests_per_day" doc:"requests of one day (UTC) over restarts and processes; 0 sets no bound"`
	MaxBytesPerDay    int64  `yaml:"max_bytes_per_day" doc:"bytes received in one day (UTC), likewise; 0 sets no bound"`
	Token             Secret `yaml:"token" doc:"your access token for an API, sent to the seeds' own addresses alone and masked in the archive"`
}

// Pictures is the `pictures:` block: how the pictures of posts are read.
type Pictures struct {
	Tesseract string        `yaml:"tesseract" doc:"program that reads words in pictures: auto (where found), off, or a path"`
	Languages []string      `yaml:"languages" doc:"Tesseract's names of the languages to use, such as eng, khm, tha; empty uses all that are installed and known"`
	Timeout   time.Duration `yaml:"timeout" doc:"how long one picture may take"`
	Memory    int64         `yaml:"memory" doc:"address space of one run of Tesseract, bytes"`
}

// Web is the `web:` block.
type Web struct {
	Listen        string `yaml:"listen" doc:"address of the review desk"`
	PublicURL     string `yaml:"public_url" doc:"address that notices link to, when a proxy stands in front"`
	SecureCookies bool   `yaml:"secure_cookies" doc:"send cookies over HTTPS only; set it behind a TLS proxy"`
}

// Metrics is the `metrics:` block: what Prometheus may read of a process.
type Metrics struct {
	Listen string `yaml:"listen" doc:"address for /metrics of a process without the review desk, which has its own; empty for none"`
	Token  Secret `yaml:"token" doc:"bearer token that /metrics asks for; without one it answers programs on this machine only"`
}

// Alerts is the `alerts:` block.
type Alerts struct {
	MinLevel string    `yaml:"min_level" doc:"lowest level that is worth a notice"`
	Webhooks []Webhook `yaml:"webhooks"`
	Files    []string  `yaml:"files" doc:"files that notices are appended to, one JSON object a line"`
}

// Webhook is one entry of `alerts.webhooks`.
type Webhook struct {
	Name   string `yaml:"name" doc:"name of the channel, kept with every notice"`
	URL    Secret `yaml:"url" doc:"address that notices are posted to"`
	Secret Secret `yaml:"secret" doc:"Standard Webhooks signing secret, whsec_ and base64; several, comma separated, while one is changed"`

	AllowHTTP bool `yaml:"allow_http" doc:"send without encryption to another machine"`
	Contacts  bool `yaml:"contacts" doc:"keep the contacts that a post names; left out by default"`
}

// Secret is a value that never prints: addresses may hold passwords too.
type Secret string

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "<secret>"
}

// Roles that a process can run, in the order of the line.
func roles() []string { return []string{"crawl", "classify", "index", "alert", "web"} }

// Default is the configuration of a process that was told nothing.
func Default() Config {
	return Config{
		DataDir:  "data",
		Roles:    roles(),
		Log:      Log{Level: "info", Format: "text"},
		Stream:   Stream{Replicas: 1},
		Index:    Index{Prefix: "lurewatch"},
		Archive:  Archive{MaxBytes: 1 << 30},
		Crawl:    Crawl{Workers: 8, Pace: time.Second, Browser: "auto", Frontier: "auto"},
		Evidence: Evidence{TimestampEvery: time.Hour},
		Pictures: Pictures{Tesseract: "auto", Timeout: 20 * time.Second, Memory: 1 << 30},
		Web:      Web{Listen: "127.0.0.1:8417"},
		Alerts:   Alerts{MinLevel: string(post.LevelMedium)},
	}
}

// Runs reports whether this process runs role.
func (c Config) Runs(role string) bool { return slices.Contains(c.Roles, role) }

// FrontierStore is where known URLs are kept: sqlite or elastic.
func (c Config) FrontierStore() string {
	switch {
	case c.Crawl.Frontier != "auto":
		return c.Crawl.Frontier
	case c.Index.URL != "":
		return "elastic"
	}
	return "sqlite"
}

// Path joins name to the data folder.
func (c Config) Path(name ...string) string {
	return filepath.Join(append([]string{c.DataDir}, name...)...)
}

// check names everything that is wrong at once, each with what to do.
func (c Config) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.DataDir == "" {
		bad("data_dir is empty: name a folder that lurewatch may write to")
	}
	for _, r := range c.Roles {
		if !slices.Contains(roles(), r) {
			bad("roles: %q is none of %s", r, strings.Join(roles(), ", "))
		}
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		bad("log.level: %q is none of debug, info, warn, error", c.Log.Level)
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		bad("log.format: %q is neither text nor json", c.Log.Format)
	}
	if c.Stream.Replicas < 1 || c.Stream.Replicas > 5 {
		bad("stream.replicas: %d is not between 1 and 5", c.Stream.Replicas)
	}
	if c.Crawl.Workers < 1 || c.Crawl.Workers > 1024 {
		bad("crawl.workers: %d is not between 1 and 1024", c.Crawl.Workers)
	}
	switch f := c.Crawl.Frontier; {
	case !slices.Contains([]string{"auto", "sqlite", "elastic"}, f):
		bad("crawl.frontier: %q is none of auto, sqlite, elastic", f)
	case f == "elastic" && c.Index.URL == "":
		bad("crawl.frontier: elastic needs index.url, the address of Elasticsearch")
	}
	if c.Archive.MaxBytes < 1<<20 {
		bad("archive.max_bytes: %d is under 1 MiB (1048576)", c.Archive.MaxBytes)
	}
	if _, err := post.ParseLevel(c.Alerts.MinLevel); err != nil {
		bad("alerts.min_level: %w", err)
	}
	if p := c.Pictures; p.Timeout < time.Second || p.Timeout > 10*time.Minute {
		bad("pictures.timeout: %v is not between 1s and 10m", p.Timeout)
	}
	if c.Pictures.Memory < 128<<20 {
		bad("pictures.memory: %d is under 128 MiB (134217728)", c.Pictures.Memory)
	}
	if e := c.Evidence; e.TimestampEvery < time.Minute || e.TimestampEvery > 7*24*time.Hour {
		bad("evidence.timestamp_every: %v is not between 1m and 168h", e.TimestampEvery)
	}
	for i, s := range c.Evidence.TimestampURLs {
		if u, err := url.Parse(s); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			bad("evidence.timestamp_urls[%d]: no http or https URL such as http://timestamp.example.org/tsa", i)
		}
	}
	errs = append(errs, c.checkServers()...)
	errs = append(errs, c.checkSources()...)
	errs = append(errs, c.checkPush()...)
	for i, w := range c.Alerts.Webhooks {
		if u, err := url.Parse(string(w.URL)); w.Name == "" || err != nil || u.Host == "" {
			bad("alerts.webhooks[%d]: a name and a full url are needed", i)
		}
	}
	return errors.Join(errs...)
}

// checkServers looks at the addresses of stream and index. They may hold a
// password, so what is wrong with one is told without it.
func (c Config) checkServers() (errs []error) {
	for s := range strings.SplitSeq(string(c.Index.URL), ",") {
		u, err := url.Parse(strings.TrimSpace(s))
		switch {
		case s == "":
		case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
			errs = append(errs, errors.New("index.url: an address is no http or https URL such as https://es1:9200"))
		case u.User != nil:
			errs = append(errs, errors.New("index.url: name and password belong into index.user and index.password"))
		}
	}
	for s := range strings.SplitSeq(string(c.Stream.URL), ",") {
		if !strings.Contains(s, "://") {
			s = "nats://" + s
		}
		if u, err := url.Parse(strings.TrimSpace(s)); c.Stream.URL != "" && (err != nil || u.Host == "" || !slices.Contains([]string{"nats", "tls", "ws", "wss"}, u.Scheme)) {
			errs = append(errs, errors.New("stream.url: an address is no URL such as nats://nats1:4222"))
		}
	}
	return errs
}

func (c Config) checkSources() (errs []error) {
	seen := map[string]bool{}
	for i, s := range c.Sources {
		switch {
		case s.Name == "":
			errs = append(errs, fmt.Errorf("sources[%d]: a name is needed", i))
		case seen[s.Name]:
			errs = append(errs, fmt.Errorf("sources[%d]: the name %q stands twice", i, s.Name))
		case len(s.Seeds) == 0:
			errs = append(errs, fmt.Errorf("sources[%d] (%s): at least one seed URL is needed", i, s.Name))
		case !slices.Contains([]string{"", "off", "auto", "on"}, s.Browser):
			errs = append(errs, fmt.Errorf("sources[%d] (%s): browser: %q is none of off, auto, on", i, s.Name, s.Browser))
		case s.Pictures < 0 || s.Pictures > post.MaxPictures:
			errs = append(errs, fmt.Errorf("sources[%d] (%s): pictures: %d is not between 0 and %d", i, s.Name, s.Pictures, post.MaxPictures))
		}
		seen[s.Name] = true
		if err := errors.Join(s.check(), s.checkToken()); err != nil {
			errs = append(errs, fmt.Errorf("sources[%d] (%s): %w", i, s.Name, err))
		}
		for _, seed := range s.Seeds {
			if u, err := url.Parse(seed); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
				errs = append(errs, fmt.Errorf("sources[%d] (%s): seed %q is no http or https URL", i, s.Name, seed))
			}
		}
	}
	return errs
}
