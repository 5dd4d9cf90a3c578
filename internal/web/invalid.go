package web

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/ledger"
)

// invalidProblem tells what the ledger finds wrong with a form, as a sentence.
func invalidProblem(err error) *problem {
	text := err.Error()
	if i := strings.LastIndex(text, ledger.ErrInvalid.Error()+": "); i >= 0 {
		text = text[i+len(ledger.ErrInvalid.Error())+2:]
	}
	first, size := utf8.DecodeRuneInString(text)
	return &problem{http.StatusUnprocessableEntity, string(unicode.ToUpper(first)) + text[size:] + ". Go back and mend it."}
}
