package picture

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// Off is the Options.Tesseract that turns OCR off.
const Off = "off"

// Options are what [New] needs; the zero value is fine.
type Options struct {
	Tesseract string   // path of the program; "" looks on PATH, and OCR is off where it is not found; [Off] turns it off
	Data      string   // folder of its language files; "" is the program's own
	Langs     []string // its names of languages to use (eng, khm, chi_sim …), of those installed; nil uses all that are known here

	Timeout     time.Duration // of one picture, waiting for its turn left out; default 20 s
	Memory      int64         // bytes of address space of one run of Tesseract; default 1 GiB
	MaxBytes    int           // of a picture; default 16 MiB
	MaxPixels   int           // of a picture; default 20 million
	Concurrency int           // pictures read at a time; default 2

	Log *slog.Logger     // nil discards
	Now func() time.Time // nil means time.Now
}

func (o *Options) check() error {
	def(&o.Timeout, 20*time.Second)
	def(&o.Memory, 1<<30)
	def(&o.MaxBytes, 16<<20)
	def(&o.MaxPixels, 20_000_000)
	def(&o.Concurrency, 2)
	if o.Timeout < time.Second || o.Memory < 128<<20 || o.MaxBytes < 1 || o.MaxPixels < 1 || o.Concurrency < 1 {
		return fmt.Errorf("picture: timeout %v, memory %d, bytes %d, pixels %d or concurrency %d is out of range\nhint: at least 1s and 134217728 bytes of memory",
			o.Timeout, o.Memory, o.MaxBytes, o.MaxPixels, o.Concurrency)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}

func def[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Hint says what is known of a picture before it is read.
type Hint struct {
	Lang string // BCP 47 primary subtag of the post around it
	Text string // of the post around it: its script tells what to expect
}

// Reader reads pictures. It is safe for concurrent use.
type Reader struct {
	opt    Options
	engine *engine // nil: OCR is off
	why    string  // OCR is off
	slots  chan struct{}
	known  known
}

// New checks opt and looks for Tesseract. Where OCR is off it says so in the log,
// once. A Tesseract that was named and does not work is an error.
func New(ctx context.Context, opt Options) (*Reader, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	r := &Reader{opt: opt, slots: make(chan struct{}, opt.Concurrency)}
	if opt.Tesseract == Off {
		r.why = "turned off"
		return r, nil
	}
	e, err := findEngine(ctx, opt)
	switch {
	case err == nil:
		r.engine = e
	case errors.Is(err, errNoTesseract):
		r.why = err.Error()
		opt.Log.Info("words in pictures are not read", "why", r.why, "hint", "apt-get install tesseract-ocr and the languages that you need, such as tesseract-ocr-khm")
	default:
		return nil, err
	}
	return r, nil
}

// Status tells in one line what OCR can do here.
func (r *Reader) Status() string {
	if r.engine == nil {
		return "off: " + r.why
	}
	return r.engine.String()
}

// Read reads one picture. What is wrong with the picture, or with reading it, is in
// its Error, with all that could be read beside; the error is of ctx alone.
func (r *Reader) Read(ctx context.Context, b []byte, h Hint) (post.Picture, error) {
	x, head, err := identify(b, r.opt.MaxBytes, r.opt.MaxPixels)
	if err != nil {
		x.Error = err.Error()
		return x, ctx.Err()
	}
	plan := r.engine.plan(h)
	key := string(x.Digest) + plan.key()
	if was, ok := r.known.get(key); ok {
		return was, nil
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return x, ctx.Err()
	}
	began := r.opt.Now()
	limited, stop := context.WithTimeoutCause(ctx, r.opt.Timeout, fmt.Errorf("reading it took longer than %v", r.opt.Timeout))
	defer stop()
	err = r.read(limited, &x, b, head, plan)
	if ctx.Err() != nil {
		return x, ctx.Err()
	}
	if err != nil {
		x.Error = err.Error()
	}
	r.opt.Log.Debug("picture read", "digest", x.Digest.Short(), "width", x.Width, "height", x.Height, "lang", x.Lang,
		"confidence", x.Confidence, "text_bytes", len(x.Text), "codes", len(x.Codes), "took", r.opt.Now().Sub(began), "err", err)
	if limited.Err() == nil { // the next try may have more time
		r.known.put(key, x)
	}
	return x, nil
}

func (r *Reader) read(ctx context.Context, x *post.Picture, b []byte, head header, p plan) error {
	g, err := decode(ctx, b, head)
	if err != nil {
		return err
	}
	x.Hash = hashOf(g)
	var errs []error
	codes, where, err := codesOf(ctx, g)
	x.Codes, errs = codes, append(errs, err)
	blank(g, where)
	if r.engine != nil && g.Rect.Dx() >= minSide && g.Rect.Dy() >= minSide {
		said, err := r.engine.read(ctx, g, p)
		x.Text, x.Lang, x.Confidence = said.text(), said.langs, said.confidence()
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// minSide is the side of a picture, in pixels, under which it can hold no words.
const minSide = 24

// Identify tells what a picture is, and reads nothing in it.
func Identify(_ context.Context, b []byte, _ Hint) (post.Picture, error) {
	x, _, err := identify(b, 1<<62, 1<<62)
	if err != nil {
		x.Error = err.Error()
	}
	return x, nil
}

func identify(b []byte, maxBytes, maxPixels int) (post.Picture, header, error) {
	var x post.Picture
	if len(b) > 0 {
		x.Digest = post.DigestOf(b)
	}
	head, err := inspect(b, maxBytes, maxPixels)
	x.Type, x.Width, x.Height = head.kind, head.width, head.height
	return x, head, err
}

// known remembers what the last pictures said: a board's posts share pictures, and
// pages are visited again.
type known struct {
	mu    sync.Mutex
	by    map[string]post.Picture
	order []string
}

const maxKnown = 256

func (k *known) get(key string) (post.Picture, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	x, ok := k.by[key]
	return x, ok
}

func (k *known) put(key string, x post.Picture) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil {
		k.by = map[string]post.Picture{}
	}
	if _, ok := k.by[key]; !ok {
		k.order = append(k.order, key)
	}
	k.by[key] = x
	if len(k.order) > maxKnown {
		delete(k.by, k.order[0])
		k.order = k.order[1:]
	}
}
