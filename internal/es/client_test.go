package es

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		opt  Options
		want string
	}{
		"no address":                 {Options{}, "hint: set the index URL"},
		"no scheme":                  {Options{URLs: []string{"es1:9200"}}, "hint: write it as https://host:9200"},
		"a password":                 {Options{URLs: []string{"https://a:hunter2@es1:9200"}}, "use their own settings"},
		"negative patience":          {Options{URLs: []string{"http://es1:9200"}, Patience: -1}, "negative"},
		"a certificate that is none": {Options{URLs: []string{"https://es1:9200"}, CACert: []byte("x")}, "hint: it must be PEM"},
	} {
		if _, err := New(c.opt); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestCertificate trusts a server by the certificate that it is told, and no other.
func TestCertificate(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		_, _ = io.WriteString(w, `{"ok":true}`)
	}))
	defer srv.Close()
	srv.Config.ErrorLog = nil
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	for name, c := range map[string]struct {
		ca []byte
		ok bool
	}{"told": {ca, true}, "not told": {nil, false}} {
		client, err := New(Options{URLs: []string{srv.URL}, CACert: c.ca})
		if err != nil {
			t.Fatal(err)
		}
		var out struct{ OK bool }
		err = client.Do(t.Context(), http.MethodGet, "/", nil, &out)
		if (err == nil) != c.ok || out.OK != c.ok || err != nil && !Passing(err) {
			t.Errorf("%s: %v, %+v", name, err, out)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestPatient waits for a server that is overloaded, and not for one that refuses.
func TestPatient(t *testing.T) {
	status, asked := []int{429, 503, 200}, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.WriteHeader(status[min(asked, len(status)-1)])
		asked++
		_, _ = io.WriteString(w, `{}`)
	}))
	defer srv.Close()
	client, err := New(Options{URLs: []string{srv.URL}, Patience: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	get := func(ctx context.Context) error { return client.Do(ctx, http.MethodGet, "/", nil, nil) }
	if err := client.Patient(t.Context(), "get", get); err != nil || asked != 3 {
		t.Errorf("%v after %d tries, want success after 3", err, asked)
	}
	status, asked = []int{400}, 0
	var f *Fault
	if err := client.Patient(t.Context(), "get", get); !errors.As(err, &f) || f.Status != 400 || asked != 1 {
		t.Errorf("%v after %d tries, want 400 after one", err, asked)
	}
}
