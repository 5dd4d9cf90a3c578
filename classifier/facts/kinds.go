package facts

// The kinds of words of readers that came later. There is room up to 31.
const (
	wordTimes wordKind = 24 + iota // a hundred or more, in words
	wordOrgan                      // of a body
	wordStart                      // work begins, people leave
	wordLast                       // the last day to apply
	wordSoon                       // value: soon
	wordDot                        // a dot and a top-level domain, in words
)
