package facts

// The words of readers that came later. Numbers up to 31 are free.
const (
	wordTimes   wordKind = 24 + iota // a hundred or more, in words
	wordVia                          // by way of
	wordTowards                      // to a place
	wordAway                         // from a place
	wordOrgan                        // of a body
	wordStart                        // work begins, people leave
	wordLast                         // the last day to apply
	wordDot                          // a dot and a top-level domain, in words
)
