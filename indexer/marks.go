package indexer

import (
	"fmt"
	"strings"
)

// marks takes the marks vanished:yes, vanished:no, changed:yes and changed:no out of a
// text query, into the filter, and gives the rest. They stand beside the words, outside
// of quotation marks and parentheses; what the filter says already, they must not deny.
func (f *Filter) marks(text string) (string, error) {
	if !strings.Contains(text, "vanished:") && !strings.Contains(text, "changed:") {
		return text, nil
	}
	var rest strings.Builder
	quoted := false
	for word := range strings.FieldsSeq(text) {
		name, value, ok := strings.Cut(word, ":")
		var at **bool
		switch {
		case quoted || !ok:
		case name == "vanished":
			at = &f.Vanished
		case name == "changed":
			at = &f.Changed
		}
		if at == nil {
			for _, r := range word {
				quoted = quoted != isQuote(r)
			}
			rest.WriteString(" " + word)
			continue
		}
		if value != "yes" && value != "no" {
			return "", fmt.Errorf("%w: %q is neither %s:yes nor %s:no; write it in quotation marks to search for it", ErrQuery, word, name, name)
		}
		want := value == "yes"
		if *at != nil && **at != want {
			return "", fmt.Errorf("%w: %s is asked for with both yes and no", ErrQuery, name)
		}
		*at = &want
	}
	return strings.TrimSpace(rest.String()), nil
}
