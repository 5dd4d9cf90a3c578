package frontier

import (
	"errors"
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	tests := map[string]struct{ in, want, host string }{
		"as it is":                    {"https://a.test/jobs?id=7", "https://a.test/jobs?id=7", "a.test"},
		"host in lower case":          {"HTTP://A.Test/Jobs", "http://a.test/Jobs", "a.test"},
		"default port":                {"https://a.test:443/", "https://a.test/", "a.test"},
		"odd port stays":              {"http://a.test:8080", "http://a.test:8080/", "a.test:8080"},
		"fragment":                    {"https://a.test/x#top", "https://a.test/x", "a.test"},
		"dot segments":                {"https://a.test/a/../b/./c", "https://a.test/b/c", "a.test"},
		"encoded dot segments":        {"https://a.test/a/%2e%2e/b", "https://a.test/b", "a.test"},
		"backslashes":                 {`https://a.test\b`, "https://a.test/b", "a.test"},
		"spaces around":               {"  https://a.test/x \n", "https://a.test/x", "a.test"},
		"raw UTF-8 path":              {"https://a.test/ការងារ", "https://a.test/%E1%9E%80%E1%9E%B6%E1%9E%9A%E1%9E%84%E1%9E%B6%E1%9E%9A", "a.test"},
		"international host":          {"https://münchen.test/", "https://xn--mnchen-3ya.test/", "xn--mnchen-3ya.test"},
		"address as a number":         {"http://2130706433/", "http://127.0.0.1/", "127.0.0.1"},
		"address in octal":            {"http://0177.0.0.1/", "http://127.0.0.1/", "127.0.0.1"},
		"tracking goes":               {"https://a.test/j?utm_source=x&id=7&fbclid=y", "https://a.test/j?id=7", "a.test"},
		"only tracking":               {"https://a.test/j?utm_source=x&UTM_Medium=y", "https://a.test/j", "a.test"},
		"empty query":                 {"https://a.test/j?", "https://a.test/j", "a.test"},
		"order of parameters stays":   {"https://a.test/j?b=1&a=2", "https://a.test/j?b=1&a=2", "a.test"},
		"encodings in the query stay": {"https://a.test/j?q=a%2Fb+c", "https://a.test/j?q=a%2Fb+c", "a.test"},
		"root dot of the host":        {"https://a.test./x", "https://a.test/x", "a.test"},
		"session in the path":         {"https://a.test/x;jsessionid=9F1A?id=7", "https://a.test/x?id=7", "a.test"},
		"session inside the path":     {"https://a.test/x;JSESSIONID=9F1A.node1;v=2/y", "https://a.test/x;v=2/y", "a.test"},
		"session as a segment":        {"https://a.test/(S(lit3py55t21z5v55vlm25s55))/jobs.aspx", "https://a.test/jobs.aspx", "a.test"},
		"only a session":              {"https://a.test/(X(1)A(abcdefgh12345)S(lit3py55t21z5v55vlm25s55))", "https://a.test/", "a.test"},
		"sessions in the query":       {"https://a.test/j?PHPSESSID=ab12&id=7&ASPSESSIONIDQQ=1&osCsid=2", "https://a.test/j?id=7", "a.test"},
		"a drawn value":               {"https://a.test/viewtopic.php?t=5&sid=0123456789abcdef0123456789abcdef", "https://a.test/viewtopic.php?t=5", "a.test"},
		"a section is no session":     {"https://a.test/list?sid=12&s=driver", "https://a.test/list?sid=12&s=driver", "a.test"},
		"brackets are no session":     {"https://a.test/(old)/x;v=1", "https://a.test/(old)/x;v=1", "a.test"},
		"stray percent sign":          {"https://a.test/100%", "https://a.test/100%25", "a.test"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, host, err := Canonical(tt.in)
			if err != nil || got != tt.want || host != tt.host {
				t.Errorf("Canonical(%q) = %q, %q, %v, want %q, %q", tt.in, got, host, err, tt.want, tt.host)
			}
			if again, _, err := Canonical(got); err != nil || again != got {
				t.Errorf("Canonical(%q) = %q, %v: not stable", got, again, err)
			}
		})
	}
}

func TestCanonicalRefuses(t *testing.T) {
	tests := map[string]struct {
		in   string
		want error // nil means any
	}{
		"mail":              {"mailto:a@a.test", ErrNotWeb},
		"script":            {"javascript:alert(1)", ErrNotWeb},
		"file":              {"file:///etc/passwd", ErrNotWeb},
		"relative":          {"/jobs", nil},
		"no host":           {"http://", nil},
		"credentials":       {"https://u:p@a.test/", ErrNotWeb},
		"too long":          {"https://a.test/" + strings.Repeat("x", MaxURL), ErrTrap},
		"too deep":          {"https://a.test/" + strings.Repeat("a/b/", MaxSegments), ErrTrap},
		"segment repeats":   {"https://a.test/x/jobs/jobs/jobs/jobs", ErrTrap},
		"many parameters":   {"https://a.test/?" + strings.Repeat("a=1&", MaxParams+1), ErrTrap},
		"grows by encoding": {"https://a.test/" + strings.Repeat("ក", 400), ErrTrap},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, _, err := Canonical(tt.in)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("Canonical(%q) = %q, %v, want error %v", tt.in, got, err, tt.want)
			}
		})
	}
}

func FuzzCanonical(f *testing.F) {
	seeds := []string{"https://a.test/x/y.html?a=1&utm_id=2&b", "http://10.0.0.1:81/a?b?c&&#d", "http://a-.b--c.test:8080/;x=1,2/~u/(1)/*", "http://a.1/", "http://a.test/.x/..y/z..", "https://a.test/x?utm_source=1&b#c", "http://[::1]:80/%", "https://a.test./..//?&&", "http://0x7f.1/", "hTtP:\\\\a\\b?", "http://a.test/x;jsessionid=1;;a=2/(S(abcdefgh12))//;b?sid=0123456789abcdefAB"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, host, err := Canonical(s)
		if len(s) <= MaxURL {
			if c2, host2, err2 := parsed(s); c != c2 || host != host2 || (err == nil) != (err2 == nil) {
				t.Fatalf("Canonical(%q) = %q, %q, %v, but the parser says %q, %q, %v", s, c, host, err, c2, host2, err2)
			}
		}
		if err != nil {
			return
		}
		if host == "" || strings.Contains(c, "#") || len(c) > MaxURL {
			t.Fatalf("Canonical(%q) = %q, %q", s, c, host)
		}
		if again, _, err := Canonical(c); err != nil || again != c {
			t.Fatalf("Canonical(%q) = %q, then %q, %v: not stable", s, c, again, err)
		}
	})
}
