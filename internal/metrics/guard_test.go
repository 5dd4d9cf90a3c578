package metrics

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestWhoMayReadTheMetrics(t *testing.T) {
	for name, c := range map[string]struct {
		token, remote, host string
		header              map[string]string
		want                int
	}{
		"a program on this machine":              {"", "127.0.0.1:5000", "127.0.0.1:8417", nil, 200},
		"by the name localhost":                  {"", "[::1]:5000", "localhost", nil, 200},
		"another machine":                        {"", "192.0.2.7:5000", "192.0.2.1:8417", nil, 403},
		"a proxy that tells for whom":            {"", "127.0.0.1:5000", "127.0.0.1:8417", map[string]string{"X-Forwarded-For": "192.0.2.7"}, 403},
		"a proxy that keeps the host":            {"", "127.0.0.1:5000", "desk.example.org", nil, 403},
		"a name that was rebound to loopback":    {"", "127.0.0.1:5000", "evil.example", nil, 403},
		"the token from afar":                    {"s3cret", "192.0.2.7:5000", "desk.example.org", map[string]string{"Authorization": "Bearer s3cret"}, 200},
		"a wrong token":                          {"s3cret", "127.0.0.1:5000", "127.0.0.1:8417", map[string]string{"Authorization": "Bearer s3cre"}, 401},
		"no token, though on this machine":       {"s3cret", "127.0.0.1:5000", "127.0.0.1:8417", nil, 401},
		"the token as a password is not a token": {"s3cret", "127.0.0.1:5000", "127.0.0.1:8417", map[string]string{"Authorization": "Basic s3cret"}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			h := Guard(New("v", func() Snapshot { return Snapshot{} }).Handler(), c.token)
			r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
			r.RemoteAddr, r.Host = c.remote, c.host
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.want {
				t.Errorf("status %d, want %d: %s", w.Code, c.want, w.Body)
			}
		})
	}
}
