package frontier

import (
	"regexp"
	"slices"
	"strings"
)

// A server that keeps its sessions in addresses gives every visitor, and every
// visit, new addresses for the same pages. They are known without the session.

// sessionName reports a parameter (in lower case) that can only be a session.
func sessionName(name string) bool {
	switch name {
	case "phpsessid", "jsessionid", "sessionid", "session_id", "session-id", "sessid", "oscsid", "xtcsid", "zenid", "cfid", "cftoken", "cfsid", "ssessionid":
		return true
	}
	return strings.HasPrefix(name, "aspsessionid") || strings.HasPrefix(name, "jsessionid")
}

// maybeSession reports a parameter (in lower case) whose value decides: sections
// and searches go by these names too.
func maybeSession(name, value string) bool {
	switch name {
	case "sid", "s", "session", "sess", "ssid", "sesid", "osid", "psid":
		return random(value)
	}
	return false
}

// random reports a value that looks drawn: sixteen letters and digits or more, with
// some of both.
func random(v string) bool {
	letters, digits := 0, 0
	for _, c := range []byte(v) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		case c != '-' && c != '_':
			return false
		}
	}
	return letters+digits >= 16 && letters >= 2 && digits >= 2
}

// aspSession is a session as ASP.NET writes it into a path: a segment of its own.
var aspSession = regexp.MustCompile(`^\((?:[A-Z]\([A-Za-z0-9_-]+\))+\)$`)

// mayHoldSession is a cheap test of a path for what [withoutSession] changes.
func mayHoldSession(path string) bool {
	return strings.IndexByte(path, ';') >= 0 || strings.Contains(path, "/(")
}

// withoutSession drops sessions from a path: ;jsessionid=… at the end of any
// segment, and segments such as (S(…)).
func withoutSession(path string) string {
	if !mayHoldSession(path) {
		return path
	}
	segments := strings.Split(path, "/")
	segments = slices.DeleteFunc(segments, func(s string) bool { return aspSession.MatchString(s) })
	for i, s := range segments {
		if strings.IndexByte(s, ';') < 0 {
			continue
		}
		parts := strings.Split(s, ";")
		parts = append(parts[:1], slices.DeleteFunc(parts[1:], func(p string) bool {
			name, value, _ := strings.Cut(p, "=")
			name = strings.ToLower(name)
			return sessionName(name) || maybeSession(name, value)
		})...)
		segments[i] = strings.Join(parts, ";")
	}
	if path = strings.Join(segments, "/"); !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}
