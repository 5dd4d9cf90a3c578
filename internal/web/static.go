package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
)

//go:embed static
var staticFiles embed.FS

// assets serves the desk's own files under names that carry their checksum, so
// that browsers may keep them for ever.
type assets struct {
	names map[string]string // desk.css → desk.0123abcd.css
	files map[string][]byte // by the name with checksum
}

func loadAssets(fsys fs.FS) (*assets, error) {
	a := &assets{names: map[string]string{}, files: map[string][]byte{}}
	entries, err := fs.ReadDir(fsys, "static")
	if err != nil {
		return nil, fmt.Errorf("list static files: %w", err)
	}
	for _, e := range entries {
		b, err := fs.ReadFile(fsys, "static/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("read static file: %w", err)
		}
		sum := sha256.Sum256(b)
		ext := path.Ext(e.Name())
		name := e.Name()[:len(e.Name())-len(ext)] + "." + hex.EncodeToString(sum[:6]) + ext
		a.names[e.Name()], a.files[name] = name, b
	}
	return a, nil
}

// url is the path of a static file; an unknown name fails the template.
func (a *assets) url(name string) (string, error) {
	sum, ok := a.names[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return "/static/" + sum, nil
}

// ServeHTTP implements [http.Handler].
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	b, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(b) //nolint:gosec // an embedded file, found by its exact name
}
