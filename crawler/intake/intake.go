package intake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/picture"
	"github.com/lurewatch/lurewatch/internal/post"
)

// Format is a kind of file.
type Format string

// The formats. The zero Format is told by the name and then by the content.
const (
	Auto     Format = ""
	JSONL    Format = "jsonl"    // one object a line
	CSV      Format = "csv"      // a header row, then rows; comma, semicolon, tab or bar
	Page     Format = "page"     // one saved document: HTML, a feed, an API answer
	Telegram Format = "telegram" // result.json of Telegram Desktop
	JSON     Format = "json"     // one array of the objects that JSONL has a line each
	Hotline  Format = "hotline"  // reports of the public as CSV or JSONL: mapped columns alone come in
	Picture  Format = "picture"  // one PNG, JPEG, GIF or WebP: a poster
)

// Formats lists the names that a user may give.
func Formats() []Format { return []Format{JSONL, CSV, Page, Telegram, JSON, Hotline, Picture} }

// Content types of Item.Raw. Each is enough to read the item again: see [FormatOf].
const (
	typeJSONL    = "application/x-ndjson"
	typeCSV      = "text/csv; charset=utf-8; header=present"
	typeTelegram = "application/vnd.lurewatch.telegram-export+json"
)

// FormatOf is the format that reads the Raw of an item with this content type
// again.
func FormatOf(contentType string) Format {
	switch {
	case strings.HasPrefix(contentType, typeJSONL):
		return JSONL
	case strings.HasPrefix(contentType, "text/csv"):
		return CSV
	case strings.HasPrefix(contentType, typeTelegram):
		return Telegram
	case strings.HasPrefix(contentType, "image/"):
		return Picture
	}
	return Page
}

// Defaults and bounds.
const (
	DefaultMaxLine = 16 << 20 // bytes of one line, row or message
	MaxFile        = 64 << 20 // bytes of a file that is read whole: a saved page, an array
)

// Item is one post of a file.
type Item struct {
	Post        post.Post // not sealed; NativeID is the file's own id
	Raw         []byte    // what it was read from, enough to read it again; shared between the posts of one page
	ContentType string    // of Raw
	TargetURI   string    // the post's address, or a urn made from Raw
	Pictures    []Attached
	Line        int // 1-based line of a JSONL or CSV file, number of the message or post elsewhere
}

// Attached is a picture that came with a post, not read.
type Attached struct {
	URL         string // as the post's Pictures name it; empty when Raw is the picture
	Body        []byte
	ContentType string
}

// LineError is what is wrong with one line, row or message. Reading goes on
// after it; any other error ends the file.
type LineError struct {
	File string // base name; may be empty
	Line int
	Err  error
}

func (e *LineError) Error() string {
	if e.File == "" {
		return fmt.Sprintf("line %d: %v", e.Line, e.Err)
	}
	return fmt.Sprintf("%s: line %d: %v", e.File, e.Line, e.Err)
}

// Unwrap is the cause.
func (e *LineError) Unwrap() error { return e.Err }

// ErrTooLong is the cause of a line that exceeds Options.MaxLine.
var ErrTooLong = errors.New("line too long")

// Options are how a file is read. The zero value is fine.
type Options struct {
	Format    Format            // Auto: told by Name and content
	Name      string            // file name, for messages and to tell the format
	URL       string            // of a saved page, when the page does not say it
	Adapter   string            // source that reads saved pages; "" is auto
	MaxLine   int               // bytes of one line; 0 is DefaultMaxLine
	FetchedAt time.Time         // base of relative dates in saved pages; zero leaves them unread
	Columns   map[string]string // of a hotline's reports: see [ParseColumn]; wins over what is known
	Dropped   func([]string)    // told which columns of a hotline's reports were left out; nil for nobody
	Again     bool              // what is read is an Item.Raw: pictures that it names came with it, and are kept elsewhere

	beside *os.Root // the folder that the file is in
}

func (o Options) maxLine() int {
	if o.MaxLine <= 0 {
		return DefaultMaxLine
	}
	return o.MaxLine
}

// Open reads a file. The error is for a file that cannot be read at all or a
// format that cannot be told; the file is open only while it is iterated.
func Open(path string, o Options) (iter.Seq2[Item, error], error) {
	if o.Name == "" {
		o.Name = filepath.Base(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.Name, errors.Unwrap(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("open %s: is a directory\nhint: name the files in it", o.Name)
	}
	r, err := unzip(f)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.Name, err)
	}
	head, err := r.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", o.Name, err)
	}
	if o.Format, err = settle(o, head); err != nil {
		return nil, err
	}
	return func(yield func(Item, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(Item{}, fmt.Errorf("open %s: %w", o.Name, errors.Unwrap(err)))
			return
		}
		defer f.Close()
		if o.Format == Telegram {
			// Names in the export lead nowhere else than below its folder.
			if o.beside, err = os.OpenRoot(filepath.Dir(path)); err != nil {
				yield(Item{}, fmt.Errorf("open the folder of %s: %w", o.Name, err))
				return
			}
			defer o.beside.Close()
		}
		for it, err := range Read(f, o) {
			if !yield(it, err) {
				return
			}
		}
	}, nil
}

// Read reads a stream. A gzip stream is decompressed.
func Read(r io.Reader, o Options) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		br, err := unzip(r)
		if err != nil {
			yield(Item{}, fmt.Errorf("read %s: %w", o.Name, err))
			return
		}
		head, err := br.Peek(peekSize)
		if err != nil && !errors.Is(err, io.EOF) {
			yield(Item{}, fmt.Errorf("read %s: %w", o.Name, err))
			return
		}
		if o.Format, err = settle(o, head); err != nil {
			yield(Item{}, err)
			return
		}
		switch o.Format {
		case JSONL:
			readJSONL(br, o, yield)
		case CSV:
			readCSV(br, o, yield)
		case Telegram:
			readTelegram(br, o, yield)
		case JSON:
			readArray(br, o, yield)
		case Hotline:
			readHotline(br, o, yield)
		case Picture:
			readPicture(br, o, yield)
		default:
			readPage(br, o, yield)
		}
	}
}

const peekSize = 64 << 10

// unzip looks for the mark of gzip.
func unzip(r io.Reader) (*bufio.Reader, error) {
	br := bufio.NewReaderSize(r, peekSize)
	if m, err := br.Peek(2); err != nil || m[0] != 0x1F || m[1] != 0x8B {
		return br, nil //nolint:nilerr // a read error comes back with the first read
	}
	z, err := gzip.NewReader(br)
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return bufio.NewReaderSize(z, peekSize), nil
}

// settle is the format of a file: as given, by extension, by content.
func settle(o Options, head []byte) (Format, error) {
	if o.Format != Auto {
		if !slices.Contains(Formats(), o.Format) {
			return "", fmt.Errorf("format %q is unknown\nhint: use one of jsonl, csv, page, telegram, json, hotline, picture", o.Format)
		}
		return o.Format, nil
	}
	name := strings.TrimSuffix(strings.ToLower(o.Name), ".gz")
	if PictureName(name) {
		return Picture, nil
	}
	switch filepath.Ext(name) {
	case ".jsonl", ".ndjson":
		return JSONL, nil
	case ".csv", ".tsv":
		return CSV, nil
	case ".html", ".htm", ".xhtml", ".xml", ".rss", ".atom":
		return Page, nil
	case ".warc", ".wacz", ".cdx", ".cdxj":
		return "", fmt.Errorf("read %s: web archives are not read here\nhint: unpack the pages first, e.g. warcio extract --payload FILE OFFSET > page.html", o.Name)
	}
	b := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n")
	switch {
	case len(b) == 0:
		return JSONL, nil // nothing in it: no line, no error
	case picture.Type(head) != "":
		return Picture, nil
	case bytes.HasPrefix(b, []byte("WARC/1.")), bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "", fmt.Errorf("read %s: web archives are not read here\nhint: unpack the pages first, e.g. warcio extract --payload FILE OFFSET > page.html", o.Name)
	case b[0] == '{':
		line, _, whole := bytes.Cut(b, []byte("\n"))
		if _, err := ParseLine(bytes.TrimSpace(line)); err == nil && (whole || len(head) < peekSize) {
			return JSONL, nil
		}
		if bytes.Contains(b, []byte(`"messages"`)) && bytes.Contains(b, []byte(`"type"`)) || bytes.Contains(b, []byte(`"chats"`)) && bytes.Contains(b, []byte(`"about"`)) {
			return Telegram, nil
		}
		if filepath.Ext(name) == ".json" || !whole || bytes.HasPrefix(bytes.TrimSpace(b[1:]), []byte("\n")) {
			return Page, nil
		}
		if next := bytes.TrimLeft(b[len(line):], " \t\r\n"); len(next) > 0 && next[0] == '{' {
			return JSONL, nil
		}
		return Page, nil
	case b[0] == '[':
		if ownArray(b) {
			return JSON, nil
		}
		return Page, nil
	case b[0] == '<':
		return Page, nil
	case looksCSV(b):
		return CSV, nil
	}
	if filepath.Ext(name) == ".txt" {
		return Page, nil
	}
	return "", fmt.Errorf("read %s: the format cannot be told\nhint: name it with --format: jsonl, csv, page, telegram, json, hotline or picture", o.Name)
}

// ownArray reports an array whose first object has the fields of a line.
func ownArray(b []byte) bool {
	i := bytes.IndexByte(b, '{')
	if i < 0 || len(bytes.TrimSpace(b[1:i])) > 0 {
		return false
	}
	head := b[i:min(len(b), i+4096)]
	return bytes.Contains(head, []byte(`"text"`)) && bytes.Contains(head, []byte(`"id"`))
}

// target is the address of an item in the archive.
func target(p post.Post, raw []byte) string {
	if p.URL != "" {
		return p.URL
	}
	d := string(post.DigestOf(raw))
	return "urn:lurewatch:import:" + d[len("sha256:"):len("sha256:")+32]
}
