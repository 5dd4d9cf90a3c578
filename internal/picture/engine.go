package picture

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// errNoTesseract is a machine without Tesseract.
var errNoTesseract = errors.New("tesseract is not installed")

// engine is one Tesseract.
type engine struct {
	opt     Options
	path    string
	version string
	langs   []string // that may be used, sorted
}

// findEngine looks for the program and asks it what it can.
func findEngine(ctx context.Context, opt Options) (*engine, error) {
	e := &engine{opt: opt, path: opt.Tesseract}
	if e.path == "" {
		path, err := exec.LookPath("tesseract")
		if err != nil {
			return nil, errNoTesseract
		}
		e.path = path
	}
	if path, err := filepath.Abs(e.path); err == nil {
		e.path = path // it is started in another folder
	}
	ctx, stop := context.WithTimeoutCause(ctx, 10*time.Second, errors.New("it does not answer"))
	defer stop()
	fail := func(err error) (*engine, error) {
		return nil, fmt.Errorf("start tesseract %s: %w\nhint: run `%s --list-langs` by hand, or turn it off with pictures.tesseract: off", e.path, err, e.path)
	}
	out, err := e.run(ctx, nil, "--version")
	if err != nil {
		return fail(err)
	}
	first, _, _ := strings.Cut(out, "\n")
	e.version = printable(first)
	if out, err = e.run(ctx, nil, e.where("--list-langs")...); err != nil {
		return fail(err)
	}
	var have []string
	for name := range strings.SplitSeq(out, "\n") {
		if name = strings.TrimSpace(name); name != "" && !strings.ContainsAny(name, " :/\\+") {
			have = append(have, name)
		}
	}
	for _, name := range opt.Langs {
		if !slices.Contains(have, name) {
			return fail(fmt.Errorf("it has no language %q, only %s", name, strings.Join(have, ", ")))
		}
	}
	for _, name := range have {
		known := slices.ContainsFunc(tongues, func(t tongue) bool { return t.name == name })
		if len(opt.Langs) == 0 && known || slices.Contains(opt.Langs, name) {
			e.langs = append(e.langs, name)
		}
	}
	if len(e.langs) == 0 {
		return fail(errors.New("it has no language that is known here, such as eng or khm"))
	}
	slices.Sort(e.langs)
	return e, nil
}

func (e *engine) String() string { return e.version + ": " + strings.Join(e.langs, " ") }

func (e *engine) where(args ...string) []string {
	if e.opt.Data != "" {
		args = append(args, "--tessdata-dir", e.opt.Data)
	}
	return args
}

// Sides of what Tesseract is given, pixels: letters want to be some 30 pixels tall.
const (
	smallSide = 600 // of a picture whose longer side is less, one twice as large is read
	largeSide = 2600
)

// The certainty, in percent, at which no other languages are tried. Of a language
// that the post around the picture is in, less will do.
const (
	sureEnough = 80
	sureHinted = 60
)

// read reads g with the languages of p, one try after the other until one is sure.
func (e *engine) read(ctx context.Context, g *image.Gray, p plan) (best reading, err error) {
	switch long := max(g.Rect.Dx(), g.Rect.Dy()); {
	case long > largeSide:
		g = scaled(g, largeSide, long)
	case long < smallSide:
		g = scaled(g, 2, 1)
	}
	page := pgm(g)
	var with []string
	for _, langs := range p {
		r, err := e.try(ctx, page, langs)
		if err != nil {
			return best, err
		}
		if with == nil || r.worth() > best.worth() {
			best, with = r, langs
		}
		need := float64(sureEnough)
		if langs[0] != "eng" && len(langs) <= 3 {
			need = sureHinted
		}
		if sureOf(r.lines) >= need && len(r.kept()) > 0 {
			break
		}
	}
	// Fewer languages confuse it less, now that the scripts are seen.
	if again := e.narrowed(best.text(), with); again != nil {
		r, err := e.try(ctx, page, again)
		if err != nil {
			return best, err
		}
		if r.worth() >= 0.9*best.worth() {
			best = r
		}
	}
	return best, nil
}

func (e *engine) try(ctx context.Context, page []byte, langs []string) (reading, error) {
	// 11: words anywhere, since the layout of a poster is none of a page.
	out, err := e.run(ctx, page, e.where("stdin", "stdout", "-l", strings.Join(langs, "+"), "--psm", "11",
		"-c", "preserve_interword_spaces=1", "-c", "tessedit_create_tsv=1", "-c", "tessedit_create_txt=1")...)
	if err != nil {
		return reading{}, fmt.Errorf("OCR: %w", err)
	}
	return reading{langs: subtags(langs), lines: parse(out)}, nil
}

// pgm is g as a portable graymap: a header that we write and the pixels, so that no
// decoder of Tesseract's ever sees what a stranger made. It would also take input that
// is no picture for a list of files to read.
func pgm(g *image.Gray) []byte {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := fmt.Appendf(nil, "P5\n%d %d\n255\n", w, h)
	for y := range h {
		out = append(out, g.Pix[y*g.Stride:y*g.Stride+w]...)
	}
	return out
}
