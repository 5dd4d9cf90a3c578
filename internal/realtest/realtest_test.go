package realtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/lurewatch/lurewatch/internal/realtest"
)

// probe records how a test would have ended.
type probe struct {
	testing.TB
	end string
}

func (p *probe) Helper()          {}
func (p *probe) Skip(args ...any) { p.end = "skip: " + fmt.Sprint(args...); runtime.Goexit() }
func (p *probe) Fatalf(f string, args ...any) {
	p.end = "fatal: " + fmt.Sprintf(f, args...)
	runtime.Goexit()
}

func outcome(fn func(testing.TB) string) string {
	p := &probe{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.end = "found: " + fn(p)
	}()
	<-done
	return p.end
}

func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv(realtest.ElasticEnv, "")
	for part, fn := range map[string]func(testing.TB) string{
		"elastic": realtest.Elastic, "chromium": realtest.Chromium, "tesseract": realtest.Tesseract, "replay": realtest.Replay, "oracles": realtest.Oracles,
	} {
		t.Setenv(realtest.RequireEnv, "other")
		if got := outcome(fn); !strings.HasPrefix(got, "skip: ") || !strings.Contains(got, "hint: ") {
			t.Errorf("%s missing: %q, want a skip with a hint", part, got)
		}
		t.Setenv(realtest.RequireEnv, "other, "+part)
		if got := outcome(fn); !strings.HasPrefix(got, "fatal: ") || !strings.Contains(got, part) {
			t.Errorf("%s missing but required: %q, want fatal", part, got)
		}
	}
}

func TestElastic(t *testing.T) {
	status := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Setenv(realtest.ElasticEnv, srv.URL+"/")
	if got := outcome(realtest.Elastic); got != "found: "+srv.URL {
		t.Errorf("answering server: %q", got)
	}
	status = http.StatusInternalServerError
	if got := outcome(realtest.Elastic); !strings.HasPrefix(got, "fatal: ") {
		t.Errorf("failing server: %q, want fatal", got)
	}
	srv.Close()
	if got := outcome(realtest.Elastic); !strings.HasPrefix(got, "fatal: ") {
		t.Errorf("no server behind the URL: %q, want fatal", got)
	}
}
