package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const testToken = "EAAB|wcB0secretZCfor7tests"

// TestTokenIsSentAndMasked asks a server that repeats the token wherever it can.
func TestTokenIsSentAndMasked(t *testing.T) {
	body := `{"next":"https://api.example/x?access_token=` + testToken + `&a=1","again":"EAAB%7CwcB0secretZCfor7tests","json":"EAAB\u007CwcB0secretZCfor7tests"}`
	head := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Echo: Bearer " + testToken + "\r\n"
	chunks := func(size int) string {
		var b strings.Builder
		for rest := body; rest != ""; {
			n := min(size, len(rest))
			fmt.Fprintf(&b, "%x;ext=1\r\n%s\r\n", n, rest[:n])
			rest = rest[n:]
		}
		return b.String() + "0\r\nX-Trailer: " + testToken + "\r\n\r\n"
	}
	for name, answer := range map[string]string{
		"a body of known length":               head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body),
		"a body up to the end":                 head + "Connection: close\r\n\r\n" + body,
		"an interim answer first":              "HTTP/1.1 103 Early Hints\r\nLink: <" + testToken + ">\r\n\r\n" + head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body),
		"one chunk":                            head + "Transfer-Encoding: chunked\r\n\r\n" + chunks(4096),
		"chunks that cut the token":            head + "Transfer-Encoding: chunked\r\n\r\n" + chunks(7),
		"chunks of one byte":                   head + "Transfer-Encoding: chunked\r\n\r\n" + chunks(1),
		"a body that breaks off in the token":  head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body[:strings.Index(body, testToken)+15]),
		"chunks that break off in the token":   head + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("ff\r\n%s", body[:strings.Index(body, testToken)+15]),
		"an error that quotes the token":       "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n" + testToken,
		"a redirect that carries the token on": "HTTP/1.1 302 Found\r\nLocation: /next?access_token=" + testToken + "\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			asked := ""
			base := raw(t, func(path string, c net.Conn) {
				if path == "/next" {
					io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok")
					return
				}
				io.WriteString(c, answer)
			})
			h := newTestHTTP(t, HTTPOptions{})
			res, err := h.Fetch(t.Context(), Request{URL: base + "/ads?limit=2", Bearer: testToken})
			if res == nil || len(res.Hops) == 0 {
				t.Fatalf("no exchange was recorded: %v", err)
			}
			for i, x := range res.Hops {
				asked += string(x.Request)
				all := bytes.Join([][]byte{x.Request, x.Response, []byte(x.URL), []byte(res.FinalURL), res.Body, fmt.Append(nil, res.Header, err)}, []byte("\n"))
				for _, form := range []string{testToken, "EAAB%7Cwc", `EAAB\u007C`, "EAAB|wcB0"} {
					if bytes.Contains(all, []byte(form)) {
						t.Errorf("hop %d still holds %q:\n%s", i, form, all)
					}
				}
				if x.Masked == 0 {
					t.Errorf("hop %d does not say that it was masked", i)
				}
			}
			if !strings.Contains(asked, "Authorization: Bearer "+strings.Repeat("x", len(testToken))) || !strings.Contains(asked, "Accept-Encoding: identity") {
				t.Errorf("asked with:\n%s", asked)
			}
			if first := res.Hops[0]; !strings.Contains(name, "break") && len(first.Response) != len(answer) {
				t.Errorf("%d bytes recorded of %d: the length must stay", len(first.Response), len(answer))
			}
			if len(res.Body) == len(body) && !bytes.Contains(res.Body, []byte(`access_token=`+strings.Repeat("x", len(testToken))+`&a=1`)) {
				t.Errorf("body: %s", res.Body)
			}
		})
	}
}

// TestTokenThatCannotBeMaskedIsNotKept: a server that compresses unasked.
func TestTokenThatCannotBeMaskedIsNotKept(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(gz([]byte(`{"next":"` + testToken + `"}`)))
	}))
	defer srv.Close()
	res, err := newTestHTTP(t, HTTPOptions{}).Fetch(t.Context(), Request{URL: srv.URL, Bearer: testToken})
	if !errors.Is(err, ErrMask) {
		t.Fatalf("error %v, want ErrMask", err)
	}
	if len(res.Hops) != 0 || len(res.Body) != 0 || strings.Contains(fmt.Sprint(res, err), testToken) {
		t.Errorf("kept: %+v, %v", res, err)
	}
}

// TestTokenStaysWithItsOrigin: where a redirect leads elsewhere, it is not sent.
func TestTokenStaysWithItsOrigin(t *testing.T) {
	got := make(chan string, 2)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get("Authorization") }))
	defer other.Close()
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r.Header.Get("Authorization")
		http.Redirect(w, r, other.URL, http.StatusFound)
	}))
	defer first.Close()
	if _, err := newTestHTTP(t, HTTPOptions{}).Fetch(t.Context(), Request{URL: first.URL, Bearer: testToken}); err != nil {
		t.Fatal(err)
	}
	if a, b := <-got, <-got; a != "Bearer "+testToken || b != "" {
		t.Errorf("the first got %q, the other %q", a, b)
	}
}

func TestTokenThatMayNotBeSent(t *testing.T) {
	for name, q := range map[string]Request{
		"over plain http":       {URL: "http://api.example/x", Bearer: testToken},
		"one with a line end":   {URL: "http://127.0.0.1:1/x", Bearer: "abcdefgh\r\nX: y"},
		"one that is too short": {URL: "http://127.0.0.1:1/x", Bearer: "abc"},
	} {
		_, err := newTestHTTP(t, HTTPOptions{}).Fetch(t.Context(), q)
		if !errors.Is(err, ErrBearer) || strings.Contains(err.Error(), q.Bearer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzMask(f *testing.F) {
	seeds := []string{"", "HTTP/1.1 200 OK\r\n\r\n" + testToken, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nEAAB|\r\nff\r\nwcB0secretZCfor7tests", "HTTP/1.1 103 x\r\n\r\nHTTP/1.1 200\r\n\r\n"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		n := len(wire)
		if _, err := maskResponse(wire, secretForms(testToken)); err == nil && bytes.Contains(wire, []byte(testToken)) {
			t.Errorf("still there: %q", wire)
		}
		if len(wire) != n {
			t.Errorf("%d bytes became %d", n, len(wire))
		}
	})
}
