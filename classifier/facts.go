package classifier

import (
	"strings"

	"github.com/lurewatch/lurewatch/classifier/fold"
	"github.com/lurewatch/lurewatch/internal/post"
)

// facts are what was read beside concepts.
type facts struct {
	post.Facts
	named bool // the post names its employer
	age   int  // lowest age it accepts; 0 when it says none
}

// facts reads contacts, pay and places, and marks where they stand.
func (c *Classifier) facts(p post.Post, title, text fold.Text, lang string, w *work, fields []field) facts {
	var f facts
	f.Contacts = p.Contacts
	f.Salary = p.Salary
	f.named = strings.TrimSpace(p.Company) != ""
	return f
}
