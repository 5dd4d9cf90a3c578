package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lurewatch/lurewatch/classifier"
	"github.com/lurewatch/lurewatch/crawler/intake"
	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/app"
	"github.com/lurewatch/lurewatch/internal/config"
	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

func extractCommand(g *globals) *cobra.Command {
	var url, adapter, name string
	cmd := &cobra.Command{
		Use: "extract [--url U] FILE…", Short: "Read the posts of saved pages: JSONL on stdout, nothing stored",
		Long: `FILE is a saved page or feed, or a picture (PNG, JPEG, GIF, WebP), - for stdin. A page
without a post gives no line; a picture is one post, with the words that Tesseract reads
in it, where that is installed, and what its QR codes say. Contacts, pay and language
that the page does not give as data are read from its text.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			src, ok := source.Lookup(adapter)
			if !ok {
				return usageError{fmt.Errorf("no source is named %q", adapter)}
			}
			conf, err := g.load(nil)
			if err != nil {
				return err
			}
			pack, err := g.pack()
			if err != nil {
				return err
			}
			cl, err := classifier.New(pack, classifier.Options{})
			if err != nil {
				return err
			}
			ex := extractor{g: g, conf: conf.Pictures, cl: cl, src: src, url: url, name: name, out: bufio.NewWriter(g.out)}
			failed := 0
			for _, file := range args {
				if err := ex.file(c.Context(), file); err != nil {
					if c.Context().Err() != nil {
						return err
					}
					failed++
					fmt.Fprintf(g.err, "%s: %v\n", file, err)
				}
			}
			if err := ex.out.Flush(); err != nil {
				return err
			}
			switch failed {
			case 0:
				return nil
			case len(args):
				return errors.New("no file could be read")
			}
			return errPartly
		},
	}
	f := cmd.Flags()
	f.StringVar(&url, "url", "", "address that the page was saved from: relative links and some sources need it")
	f.StringVar(&adapter, "adapter", "auto", "source to read it with")
	f.StringVar(&name, "source", "file", "name of the source in the posts")
	return cmd
}

type extractor struct {
	g         *globals
	cl        *classifier.Classifier
	src       source.Source
	url, name string
	out       *bufio.Writer

	conf     config.Pictures
	pictures *picture.Reader // made when the first picture comes
}

func (ex *extractor) file(ctx context.Context, name string) error {
	r := ex.g.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, source.MaxBody))
	if err != nil {
		return err
	}
	if picture.Type(b) != "" || intake.PictureName(name) {
		return ex.picture(ctx, b)
	}
	found, err := ex.src.Extract(ctx, source.Page{URL: ex.url, ContentType: mime.TypeByExtension(filepath.Ext(name)), Body: b})
	if err != nil {
		return err
	}
	return ex.print(ctx, found.Posts)
}

// picture reads a file that is one picture.
func (ex *extractor) picture(ctx context.Context, b []byte) (err error) {
	if err := picture.Check(b); err != nil {
		return err
	}
	if ex.pictures == nil {
		log := slog.New(slog.NewTextHandler(ex.g.err, nil))
		if ex.pictures, err = picture.New(ctx, app.PictureOptions(ex.conf, log, nil)); err != nil {
			return err
		}
	}
	p := intake.PictureOf()
	seen, err := ex.pictures.Read(ctx, b, picture.Hint{})
	if err != nil {
		return err
	}
	p.Pictures[0] = seen
	return ex.print(ctx, []post.Post{p})
}

func (ex *extractor) print(ctx context.Context, posts []post.Post) error {
	enc := json.NewEncoder(ex.out)
	enc.SetEscapeHTML(false)
	for _, p := range posts {
		p.Source = ex.name
		if p.URL == "" {
			p.URL = ex.url
		}
		v, err := ex.cl.Classify(ctx, p)
		if err != nil {
			return err
		}
		p = app.Complete(p, v)
		p.Seal(time.Time{})
		p.Version = 0 // of a capture, and this is none
		if err := enc.Encode(extracted{Post: p, Locations: orEmpty(p.Locations), Contacts: orEmpty(p.Contacts)}); err != nil {
			return err
		}
	}
	return nil
}

// extracted is a post as `extract` prints it: lists are never null.
type extracted struct {
	post.Post
	Locations []string       `json:"locations"`
	Contacts  []post.Contact `json:"contacts"`
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
