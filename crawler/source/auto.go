package source

import (
	"context"
	"errors"
	"strings"
)

// auto looks at the page and lets the source that fits read it.
type auto struct{}

func (auto) Name() string { return "auto" }

func (auto) Extract(ctx context.Context, p Page) (Found, error) {
	if p.doc == nil {
		p.doc = p.document()
		defer p.doc.release()
	}
	d := p.doc
	switch {
	case d.kind == kindBinary:
		return Found{}, ErrNotText
	case strings.TrimSpace(d.text) == "":
		return Found{}, nil
	}
	for _, s := range All() {
		c, ok := s.(Claimer)
		if !ok || !c.Claims(p) {
			continue
		}
		f, err := s.Extract(ctx, p)
		if err != nil && !errors.Is(err, ErrNotText) {
			return f, err
		}
		if len(f.Posts) > 0 || d.kind != kindHTML {
			return f, nil
		}
	}
	if d.kind == kindJSON || d.kind == kindXML {
		return jobfeed{}.Extract(ctx, p)
	}
	f := Found{Canonical: d.canonical(), Links: d.links()}
	for _, s := range []Source{structured{}, state{}, forum{}, generic{}} {
		if err := ctx.Err(); err != nil {
			return Found{}, err
		}
		got, err := s.Extract(ctx, p)
		if err != nil {
			return Found{}, err
		}
		if f.NeedsBrowser = f.NeedsBrowser || got.NeedsBrowser; len(got.Posts) > 0 {
			f.Posts, f.Adapter, f.NeedsBrowser = got.Posts, s.Name(), false
			enrich(d, &f)
			return f, nil
		}
	}
	return f, nil
}

// enrich gives a post of structured data whose description is missing or a mere
// teaser the main text of its page.
func enrich(d *document, f *Found) {
	if len(f.Posts) != 1 || f.Adapter != "structured" {
		return
	}
	p := &f.Posts[0]
	if len(p.Text) >= 200 {
		return
	}
	title := squash(p.Title)
	if !d.shows(title) { // the region would not hold it either
		return
	}
	r := d.region()
	if len(r.text) <= 2*len(p.Text) || len(r.text) <= 200 {
		return
	}
	text, teaser := squash(r.text), squash(p.Text)
	if strings.Contains(text, title) && strings.Contains(text, teaser) {
		p.Text = strings.TrimSpace(dropTitle(r.text, p.Title) + "\n\n" + strings.Join(r.out, "\n"))
	}
}
