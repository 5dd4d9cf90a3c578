package alerts

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/lurewatch/lurewatch/internal/post"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// key is n bytes in the form of a webhook secret.
func key(b byte, n int) Secret {
	return Secret("whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(rune(b)), n))))
}

func sample() post.Notice {
	return post.Notice{Key: "n0123", Type: "post.flagged", Channel: "unit", At: noon, Link: "https://desk.example/posts/p1",
		Post:    post.Post{ID: "p1", Title: "客服 <高薪> & free ticket", Text: "…"},
		Verdict: post.Verdict{ID: "p1", Flagged: true, Level: post.LevelHigh, Stance: post.StanceOffer}}
}

// handHMAC is RFC 2104 by hand, so that the signature is checked by other code than made it.
func handHMAC(key, msg []byte) []byte {
	var inner, outer [64]byte
	for i := range 64 {
		var k byte
		if i < len(key) {
			k = key[i]
		}
		inner[i], outer[i] = k^0x36, k^0x5c
	}
	in := sha256.Sum256(append(inner[:], msg...))
	out := sha256.Sum256(append(outer[:], in[:]...))
	return out[:]
}

func TestWebhookSignsEachDelivery(t *testing.T) {
	type seen struct {
		head http.Header
		body []byte
	}
	got := make(chan seen, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- seen{r.Header, b}
	}))
	defer srv.Close()
	w, err := NewWebhook(WebhookOptions{URL: Secret(srv.URL + "/hook"), Secrets: []Secret{key('a', 32), key('b', 24)}, Client: srv.Client(), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	n := sample()
	if err := w.Send(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	s := <-got
	if id, ts := s.head.Get("webhook-id"), s.head.Get("webhook-timestamp"); id != n.Key || ts != fmt.Sprint(noon.Unix()) {
		t.Errorf("webhook-id %q, webhook-timestamp %q", id, ts)
	}
	msg := append([]byte("n0123."+fmt.Sprint(noon.Unix())+"."), s.body...)
	want := "v1," + base64.StdEncoding.EncodeToString(handHMAC([]byte(strings.Repeat("a", 32)), msg)) +
		" v1," + base64.StdEncoding.EncodeToString(handHMAC([]byte(strings.Repeat("b", 24)), msg))
	if sig := s.head.Get("webhook-signature"); sig != want {
		t.Errorf("webhook-signature = %q, want %q", sig, want)
	}
	if ct := s.head.Get("Content-Type"); ct != "application/json" {
		t.Errorf("content type %q", ct)
	}
	var body struct {
		Type      string      `json:"type"`
		Timestamp time.Time   `json:"timestamp"`
		Data      post.Notice `json:"data"`
	}
	if err := json.Unmarshal(s.body, &body); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(n, body.Data); d != "" || body.Type != "post.flagged" || !body.Timestamp.Equal(noon) {
		t.Errorf("body type %q at %v, data (-want +got):\n%s", body.Type, body.Timestamp, d)
	}
}

func TestWebhookAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		status    int
		after     string
		ok        bool
		permanent bool
		wait      time.Duration
	}{
		"taken":                                {status: 200, ok: true},
		"taken without a word":                 {status: 204, ok: true},
		"busy, worth a retry":                  {status: 429},
		"busy, and says for how long":          {status: 429, after: "7", wait: 7 * time.Second},
		"busy, and says until when":            {status: 503, after: noon.Add(time.Minute).Format(http.TimeFormat), wait: time.Minute},
		"busy, and asks for a year":            {status: 503, after: "31536000", wait: maxWait},
		"busy, and talks nonsense":             {status: 503, after: "soon"},
		"busy, and names a moment that passed": {status: 503, after: noon.Add(-time.Hour).Format(http.TimeFormat)},
		"broken, worth a retry":                {status: 500},
		"slow, worth a retry":                  {status: 408},
		"refused for good":                     {status: 400, permanent: true},
		"not allowed":                          {status: 401, permanent: true},
		"gone for good":                        {status: 410, permanent: true},
		"moved elsewhere":                      {status: 302, permanent: true},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				w.Header().Set("Location", "/SECRET-elsewhere")
				if tc.after != "" {
					w.Header().Set("Retry-After", tc.after)
				}
				w.WriteHeader(tc.status)
			}))
			defer srv.Close()
			w, err := NewWebhook(WebhookOptions{URL: Secret(srv.URL + "/SECRET?token=SECRET"), Secrets: []Secret{key('S', 32)}, Client: srv.Client(), Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			err = w.Send(t.Context(), sample())
			if (err == nil) != tc.ok || errors.Is(err, ErrPermanent) != tc.permanent {
				t.Errorf("send: %v; want ok %v, permanent %v", err, tc.ok, tc.permanent)
			}
			b, busy := errors.AsType[*BusyError](err)
			if busy != (tc.wait > 0) || busy && b.After != tc.wait {
				t.Errorf("send: %v; want a wait of %v", err, tc.wait)
			}
			noSecret(t, err)
			if calls != 1 {
				t.Errorf("%d requests, want 1", calls)
			}
		})
	}
}

func noSecret(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
		if s := fmt.Sprintf(verb, err); strings.Contains(s, "SECRET") || strings.Contains(s, "secret.example") {
			t.Errorf("error quotes a secret: %s", s)
		}
	}
}

func TestWebhookFailuresWithoutAnAnswer(t *testing.T) {
	hang := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer slow.Close()
	defer close(hang)
	reset := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = c.Close()
		}
	}))
	defer reset.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	tlsOnly := httptest.NewTLSServer(nil) // its certificate is not trusted by the default client
	tlsOnly.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	defer tlsOnly.Close()
	for name, at := range map[string]string{
		"nobody answers in time":      slow.URL + "/SECRET",
		"the connection breaks":       reset.URL + "/SECRET",
		"nobody listens":              closed.URL + "/SECRET",
		"a certificate nobody trusts": tlsOnly.URL + "/SECRET",
		"no such host":                "https://secret.example.invalid/SECRET",
	} {
		t.Run(name, func(t *testing.T) {
			tr := &http.Transport{}
			defer tr.CloseIdleConnections()
			w, err := NewWebhook(WebhookOptions{URL: Secret(at), Secrets: []Secret{key('S', 32)}, Timeout: 200 * time.Millisecond, Client: &http.Client{Transport: tr}})
			if err != nil {
				t.Fatal(err)
			}
			err = w.Send(t.Context(), sample())
			if err == nil || errors.Is(err, ErrPermanent) {
				t.Errorf("send: %v, want a failure that may pass", err)
			}
			noSecret(t, err)
		})
	}
	w, err := NewWebhook(WebhookOptions{URL: Secret(slow.URL), Secrets: []Secret{key('S', 32)}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Send(ctx, sample()); !errors.Is(err, context.Canceled) {
		t.Errorf("send: %v, want canceled", err)
	}
	for _, bad := range []string{"", "a.b", "a\r\nb"} {
		n := sample()
		n.Key = bad
		if err := w.Send(t.Context(), n); !errors.Is(err, ErrPermanent) {
			t.Errorf("key %q: %v, want permanent", bad, err)
		}
	}
}

func TestNewWebhookRefuses(t *testing.T) {
	good := []Secret{key('S', 32)}
	for name, opt := range map[string]WebhookOptions{
		"no url":                        {Secrets: good},
		"a url that is none":            {URL: "https://SECRET@%zz", Secrets: good},
		"another scheme":                {URL: "ftp://secret.example/SECRET", Secrets: good},
		"no encryption to another host": {URL: "http://secret.example/SECRET", Secrets: good},
		"no secret":                     {URL: "https://secret.example/SECRET"},
		"a secret without its prefix":   {URL: "https://secret.example/", Secrets: []Secret{"SECRETSECRETSECRETSECRETSECRETSECRET"}},
		"a secret that is not base64":   {URL: "https://secret.example/", Secrets: []Secret{"whsec_SECRET!"}},
		"a secret that is short":        {URL: "https://secret.example/", Secrets: []Secret{key('S', 23)}},
		"a second secret that is long":  {URL: "https://secret.example/", Secrets: []Secret{good[0], key('S', 65)}},
		"a negative timeout":            {URL: "https://secret.example/", Secrets: good, Timeout: -1},
	} {
		_, err := NewWebhook(opt)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		noSecret(t, err)
	}
	if _, err := NewWebhook(WebhookOptions{URL: "http://receiver.example/", Secrets: good, AllowHTTP: true}); err != nil {
		t.Errorf("allowed by name: %v", err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	opt := WebhookOptions{URL: "https://x/SECRET", Secrets: []Secret{"SECRET"}}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("options", "opt", opt, "url", opt.URL)
	js, err := json.Marshal(struct{ URL Secret }{opt.URL})
	if err != nil {
		t.Fatal(err)
	}
	for how, s := range map[string]string{
		"%v": fmt.Sprintf("%v", opt), "%+v": fmt.Sprintf("%+v", opt), "%#v": fmt.Sprintf("%#v", opt), "%s": fmt.Sprintf("%s", opt.URL),
		"%q": fmt.Sprintf("%q", opt.URL), "%x": fmt.Sprintf("%x", opt.URL), "log": log.String(), "json": string(js),
	} {
		if strings.Contains(s, "SECRET") || strings.Contains(s, fmt.Sprintf("%x", "SECRET")) {
			t.Errorf("%s prints it: %s", how, s)
		}
	}
	if Secret("").String() != "" {
		t.Error("an empty secret looks as if it were set")
	}
}
