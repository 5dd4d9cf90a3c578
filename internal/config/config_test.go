package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lurewatch.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBadInputIsNamedWithItsPlace(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		env  []string
		set  map[string]string
		want string
	}{
		"an unknown key gives its line and the nearest name": {file: "log:\n  level: info\ncrawll:\n  pace: 2s\n", want: `:3: unknown key "crawll" (did you mean "crawl"?)`},
		"an unknown key inside a source":                     {file: "sources:\n- name: a\n  sedes: [http://a.example/]\n", want: `:3: unknown key "sedes" (did you mean "seeds"?)`},
		"a duration without a unit":                          {file: "crawl:\n  pace: soon\n", want: ":2: "},
		"a duplicate key":                                    {file: "data_dir: a\ndata_dir: b\n", want: "data_dir"},
		"a second document":                                  {file: "data_dir: a\n---\ndata_dir: b\n", want: "a second YAML document"},
		"a frontier that is none":                            {file: "crawl: {frontier: redis}\n", want: `crawl.frontier: "redis" is none of auto, sqlite, elastic`},
		"a frontier in Elasticsearch without its address":    {file: "crawl: {frontier: elastic}\n", want: "crawl.frontier: elastic needs index.url"},
		"an index address without its scheme":                {file: "index: {url: 'es1:9200'}\n", want: "index.url: an address is no http or https URL"},
		"a password in an index address":                     {file: "index: {url: 'https://desk:hunter2@es1:9200'}\n", want: "index.url: name and password belong into"},
		"a stream address that is none":                      {file: "stream: {url: 'http://n1:4222,nats://n2'}\n", want: "stream.url: an address is no URL such as"},
		"a role that does not exist":                         {file: "roles: [crawl, judge]\n", want: `roles: "judge" is none of crawl`},
		"an environment variable that is no key":             {env: []string{"LUREWATCH_CRAWL_PASE=1s"}, want: "environment LUREWATCH_CRAWL_PASE: no such key"},
		"an environment variable that does not parse":        {env: []string{"LUREWATCH_CRAWL_PACE=soon"}, want: `"soon" is no duration`},
		"a flag that is no key":                              {set: map[string]string{"web.listn": "x"}, want: `no such key (did you mean "web.listen"?)`},
		"a network that is no CIDR":                          {set: map[string]string{"crawl.allow_net": "here"}, want: "here"},
		"a source without a seed":                            {file: "sources: [{name: a}]\n", want: "at least one seed URL"},
		"a seed of another scheme":                           {file: "sources: [{name: a, seeds: ['file:///etc/passwd']}]\n", want: "no http or https URL"},
		"two sources of one name":                            {file: "sources: [{name: a, seeds: ['http://a.example/']}, {name: a, seeds: ['http://a.example/']}]\n", want: "stands twice"},
	} {
		t.Run(name, func(t *testing.T) {
			in := Inputs{Env: c.env, Set: c.set}
			if c.file != "" {
				in.File = write(t, c.file)
			}
			_, err := Load(in)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestLaterWins(t *testing.T) {
	file := write(t, "data_dir: from-file\nlog:\n  level: warn\ncrawl:\n  pace: 3s\n  workers: 2\n")
	l, err := Load(Inputs{
		File: file,
		Env:  []string{"LUREWATCH_CRAWL_PACE=4s", "LUREWATCH_CRAWL_WORKERS=3", "HOME=/x", "LUREWATCH_TEST_REQUIRE=elastic"},
		Set:  map[string]string{"crawl.workers": "5", "crawl.allow_net": "127.0.0.0/8, ::1/128"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if l.DataDir != "from-file" || l.Crawl.Pace != 4*time.Second || l.Crawl.Workers != 5 || len(l.Crawl.AllowNet) != 2 {
		t.Errorf("got %+v", l.Config)
	}
	for key, want := range map[string]string{
		"data_dir":      file + ":1",
		"log.level":     file + ":3",
		"crawl.pace":    "environment LUREWATCH_CRAWL_PACE",
		"crawl.workers": "flag",
		"web.listen":    "default",
	} {
		if got := l.Origin(key); got != want {
			t.Errorf("Origin(%s) = %q, want %q", key, got, want)
		}
	}
}

func TestSecretsComeFromFilesAndNeverPrint(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "pw")
	if err := os.WriteFile(secret, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := write(t, "stream:\n  url: nats://user:hunter3@127.0.0.1:4222\nalerts:\n  webhooks:\n  - name: unit\n    url: https://hook.example/hunter4\n    secret: hunter5\n")
	l, err := Load(Inputs{File: file, Env: []string{"LUREWATCH_INDEX_PASSWORD_FILE=" + secret}})
	if err != nil {
		t.Fatal(err)
	}
	if l.Index.Password != "hunter2" {
		t.Errorf("password = %q, want the file's content", string(l.Index.Password))
	}
	var out bytes.Buffer
	if err := l.Print(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter") {
		t.Errorf("a secret was printed:\n%s", out.String())
	}
	if !strings.Contains(out.String(), "<secret>") {
		t.Errorf("a set secret must show as <secret>:\n%s", out.String())
	}
}

func TestWhatIsPrintedLoadsAgain(t *testing.T) {
	l, err := Load(Inputs{Set: map[string]string{"crawl.pace": "1500ms", "crawl.allow_net": "10.0.0.0/8"}})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := l.Print(&out); err != nil {
		t.Fatal(err)
	}
	again, err := Load(Inputs{File: write(t, out.String())})
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if again.Crawl.Pace != l.Crawl.Pace || len(again.Crawl.AllowNet) != 1 {
		t.Errorf("read back %+v", again.Crawl)
	}
}

func FuzzLoad(f *testing.F) {
	seeds := []string{"data_dir: x\n", "sources:\n- name: a\n", "a: &a [*a]\n", "crawl: {pace: 1s}\n---\n", "\x00"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = Load(Inputs{File: write(t, text)}) // must not panic or hang
	})
}

func TestSourcesSayHowToCrawl(t *testing.T) {
	l, err := Load(Inputs{File: write(t, `sources:
- {name: a, seeds: [https://a.test/], sitemaps: auto, include: [/jobs/], exclude: ['\?sort='], max_links: 10, max_bytes: -1, max_alike: 50, max_requests_per_day: 1000, max_bytes_per_day: 5000000}
- {name: b, seeds: [https://b.test/], sitemaps: [auto, https://b.test/jobs.xml]}
- {name: c, seeds: [https://c.test/], sitemaps: }
`)})
	if err != nil {
		t.Fatal(err)
	}
	a, b, c := l.Sources[0], l.Sources[1], l.Sources[2]
	if len(a.Sitemaps) != 1 || a.Sitemaps[0] != "auto" || len(b.Sitemaps) != 2 || len(c.Sitemaps) != 0 {
		t.Errorf("sitemaps = %v, %v, %v", a.Sitemaps, b.Sitemaps, c.Sitemaps)
	}
	if a.Include[0] != "/jobs/" || a.Exclude[0] != `\?sort=` || a.MaxLinks != 10 || a.MaxBytes != -1 || a.MaxAlike != 50 || a.MaxRequestsPerDay != 1000 || a.MaxBytesPerDay != 5_000_000 {
		t.Errorf("source = %+v", a)
	}
	var out bytes.Buffer
	if err := l.Print(&out); err != nil {
		t.Fatal(err)
	}
	if again, err := Load(Inputs{File: write(t, out.String())}); err != nil || len(again.Sources[1].Sitemaps) != 2 {
		t.Errorf("what is printed does not load again: %v", err)
	}
	for name, line := range map[string]string{
		"no expression":   "include: ['(']",
		"no sitemap":      "sitemaps: sometimes",
		"off and on":      "sitemaps: [off, auto]",
		"a negative day":  "max_requests_per_day: -1",
		"a list of lists": "sitemaps: [[auto]]",
	} {
		if _, err := Load(Inputs{File: write(t, "sources:\n- {name: a, seeds: [https://a.test/], "+line+"}\n")}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
