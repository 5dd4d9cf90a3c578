package rules

import (
	"embed"
	"fmt"
	"iter"
	"path"
	"strings"

	"github.com/lurewatch/lurewatch/internal/post"
)

//go:embed ordinary/*.txt
var ordinary embed.FS

// OrdinaryPosts are honest posts that we made up, a few in each language, one a line
// of ordinary/<lang>.txt. Lint asks them which words say nothing by themselves. They
// are no part of a pack.
func OrdinaryPosts() iter.Seq2[post.Post, error] {
	return func(yield func(post.Post, error) bool) {
		files, err := ordinary.ReadDir("ordinary")
		if err != nil {
			yield(post.Post{}, fmt.Errorf("list ordinary posts: %w", err))
			return
		}
		for _, f := range files {
			b, err := ordinary.ReadFile(path.Join("ordinary", f.Name()))
			if err != nil {
				yield(post.Post{}, fmt.Errorf("read ordinary posts: %w", err))
				return
			}
			n := 0
			for line := range strings.Lines(string(b)) {
				n++
				if line = strings.TrimSpace(line); line == "" {
					continue
				}
				lang := strings.TrimSuffix(f.Name(), ".txt")
				if !yield(post.Post{ID: fmt.Sprintf("%s:%d", f.Name(), n), Lang: lang, Text: line}, nil) {
					return
				}
			}
		}
	}
}
