package intake

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

// PictureName reports whether a file's name says that it is a picture, one that is
// refused (an SVG) included.
func PictureName(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg":
		return true
	}
	return false
}

// readPicture makes a post of one picture. It has no words: they are in the picture.
func readPicture(r *bufio.Reader, o Options, yield func(Item, error) bool) {
	body, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err == nil {
		err = picture.Check(body)
	}
	if err != nil {
		yield(Item{Line: 1}, &LineError{o.Name, 1, fmt.Errorf("the picture is not taken in: %w", err)})
		return
	}
	p := PictureOf()
	seen, _ := picture.Identify(context.Background(), body, picture.Hint{})
	yield(Item{
		Post: p, Raw: body, ContentType: seen.Type, TargetURI: target(p, body), Line: 1,
		Pictures: []Attached{{Body: body, ContentType: seen.Type}},
	}, nil)
}

// PictureOf is the post that a picture alone makes: its one picture has no URL.
func PictureOf() post.Post { return post.Post{Method: "picture", Pictures: []post.Picture{{}}} }
