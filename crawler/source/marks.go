package source

import "strings"

// hasMark reports whether a page holds a mark, as strings.Contains does. It looks for a
// character of it that is rare in pages, which is several times as fast: every page is
// searched for the marks of all that might claim it.
func hasMark(page, mark string) bool {
	at := strings.LastIndexByte(mark, '_')
	if at < 0 {
		at = max(strings.IndexAny(mark, "jqxz"), 0)
	}
	for i := at; i < len(page); i++ {
		n := strings.IndexByte(page[i:], mark[at])
		if n < 0 {
			return false
		}
		if i += n; strings.HasPrefix(page[i-at:], mark) {
			return true
		}
	}
	return false
}
