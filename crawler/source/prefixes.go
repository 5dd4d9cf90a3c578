package source

import "strings"

// withoutPrefixes writes the names that a context of v abbreviates with a prefix of
// its own (JSON-LD 1.1 section 4.1.5) as plain names of schema.org.
func withoutPrefixes(v any) any {
	prefixes := map[string]bool{}
	budget := 200_000
	var find func(v any, depth int)
	find = func(v any, depth int) {
		if budget--; budget < 0 || depth > 64 {
			return
		}
		switch t := v.(type) {
		case []any:
			for _, e := range t {
				find(e, depth+1)
			}
		case item:
			for k, e := range t {
				if s, ok := e.(string); ok && k != "" && k[0] != '@' && len(prefixes) < 16 && (s == "https://schema.org/" || s == "http://schema.org/") {
					prefixes[k] = true
				}
				find(e, depth+1)
			}
		}
	}
	if m, ok := v.(item); ok {
		find(m["@context"], 0)
	}
	for _, e := range list(v) {
		if m, ok := e.(item); ok {
			find(m["@context"], 0)
		}
	}
	if len(prefixes) == 0 {
		return v
	}
	budget = 200_000
	var rename func(v any, depth int) any
	rename = func(v any, depth int) any {
		if budget--; budget < 0 || depth > 64 {
			return v
		}
		switch t := v.(type) {
		case []any:
			for i := range t {
				t[i] = rename(t[i], depth+1)
			}
		case item:
			for _, k := range sortedKeys(t) {
				e := rename(t[k], depth+1)
				t[k] = e
				if p, name, ok := strings.Cut(k, ":"); ok && prefixes[p] && t[name] == nil {
					delete(t, k)
					t[name] = e
				}
			}
		}
		return v
	}
	return rename(v, 0)
}

// moreValues reads what stands in a script behind its first value: some pages write
// several objects after one another.
func moreValues(s string) (out []any) {
	l := &loose{s: strings.TrimPrefix(s, "\uFEFF")}
	for len(out) < 50 {
		for l.space(); l.i < len(l.s) && l.s[l.i] != '{' && l.s[l.i] != '['; l.space() {
			l.i++
		}
		if l.i >= len(l.s) {
			break
		}
		before := l.i
		if v := l.value(0, true); v != nil {
			out = append(out, v)
		}
		if l.i == before {
			break
		}
	}
	return out
}
