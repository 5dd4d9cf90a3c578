package intake

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/crawler/source"
	"github.com/lurewatch/lurewatch/internal/post"
)

// chat is what an export says of a chat before its messages. Nothing is kept of
// the people in it.
type chat struct {
	Name string      `json:"name,omitempty"`
	Type string      `json:"type,omitempty"`
	ID   json.Number `json:"id,omitempty"`
}

// message is the part of an exported message that makes a post.
type message struct {
	ID       json.Number     `json:"id"`
	Type     string          `json:"type"`
	Date     string          `json:"date,omitempty"`
	Unix     string          `json:"date_unixtime,omitempty"`
	Text     json.RawMessage `json:"text,omitempty"`
	Forward  string          `json:"forwarded_from,omitempty"`
	Poll     *poll           `json:"poll,omitempty"`
	Keyboard [][]button      `json:"inline_bot_buttons,omitempty"`
	Photo    string          `json:"photo,omitempty"`     // path of a file beside the export
	File     string          `json:"file,omitempty"`      // likewise, of any kind
	Mime     string          `json:"mime_type,omitempty"` // of File
}

type poll struct {
	Question string `json:"question"`
}

type button struct {
	Text string `json:"text"`
	Data string `json:"data,omitempty"`
}

// readTelegram reads result.json of Telegram Desktop: of one chat, or of the
// whole account. It is read message by message.
func readTelegram(r *bufio.Reader, o Options, yield func(Item, error) bool) {
	br := &budgetReader{r: r, max: int64(o.maxLine()) + peekSize}
	t := telegramReader{dec: json.NewDecoder(br), budget: br, o: o, yield: yield}
	if err := t.value(chat{}, 0); err != nil && !t.stopped {
		yield(Item{Line: t.n}, fmt.Errorf("read %s: after %d messages: %w\nhint: export the chat again as \"Machine-readable JSON\"", o.Name, t.n, err))
	}
}

type telegramReader struct {
	dec     *json.Decoder
	budget  *budgetReader
	o       Options
	yield   func(Item, error) bool
	n       int
	stopped bool
}

// value walks one value and reads every list named "messages" in it.
func (t *telegramReader) value(c chat, depth int) error {
	t.budget.used = 0
	tok, err := t.dec.Token()
	if err != nil {
		return err
	}
	d, ok := tok.(json.Delim)
	if !ok {
		return nil
	}
	if depth > 64 {
		return fmt.Errorf("nested deeper than an export is")
	}
	for t.dec.More() {
		if d == '[' {
			if err := t.value(c, depth+1); err != nil {
				return err
			}
			continue
		}
		key, err := t.dec.Token()
		if err != nil {
			return err
		}
		switch key {
		case "name", "type", "id":
			t.budget.used = 0
			var v any
			if err := t.dec.Decode(&v); err != nil {
				return err
			}
			switch s := v.(type) {
			case string:
				switch key {
				case "name":
					c.Name = s
				case "type":
					c.Type = s
				}
			case float64:
				if key == "id" {
					c.ID = json.Number(fmt.Sprintf("%.0f", s))
				}
			}
		case "messages":
			if err := t.messages(c); err != nil || t.stopped {
				return err
			}
		default:
			if err := t.value(c, depth+1); err != nil || t.stopped {
				return err
			}
		}
	}
	_, err = t.dec.Token()
	return err
}

func (t *telegramReader) messages(c chat) error {
	tok, err := t.dec.Token()
	if err != nil || tok != json.Delim('[') {
		return err
	}
	for t.dec.More() {
		t.budget.used = 0
		var raw json.RawMessage
		if err := t.dec.Decode(&raw); err != nil {
			return err
		}
		t.n++
		var m message
		if err := json.Unmarshal(raw, &m); err != nil {
			if !t.emit(Item{Line: t.n}, &LineError{t.o.Name, t.n, fmt.Errorf("message: %w", err)}) {
				return nil
			}
			continue
		}
		it, ok := t.item(c, m)
		if ok && !t.emit(it, nil) {
			return nil
		}
	}
	_, err = t.dec.Token()
	return err
}

func (t *telegramReader) emit(it Item, err error) bool {
	if !t.yield(it, err) {
		t.stopped = true
	}
	return !t.stopped
}

// item makes a post of a message. Service messages are none, nor are messages
// without words and without a photo beside the export.
func (t *telegramReader) item(c chat, m message) (Item, bool) {
	if m.Type != "message" && m.Type != "" {
		return Item{}, false
	}
	text := entities(m.Text)
	if m.Poll != nil && m.Poll.Question != "" {
		text = strings.TrimSpace(text + "\n\n" + m.Poll.Question)
	}
	for _, row := range m.Keyboard {
		for _, b := range row {
			if source.ContactAddress(b.Data) {
				text = strings.TrimSpace(text + "\n" + b.Text + " (" + b.Data + ")")
			}
		}
	}
	photo, file := t.photo(&m)
	if strings.TrimSpace(text) == "" && photo == "" {
		return Item{}, false
	}
	p := post.Post{Method: "import", Text: text, Source: "telegram"}
	if c.ID != "" && m.ID != "" {
		p.NativeID = c.ID.String() + "/" + m.ID.String()
	} else {
		p.NativeID = m.ID.String()
	}
	p.ID = p.NativeID
	if at, ok := source.ParseTime(m.Unix, time.Time{}); ok {
		p.PostedAt = at
	} else {
		p.PostedAt = when(m.Date)
	}
	raw, err := json.Marshal(struct {
		chat
		Messages []message `json:"messages"`
	}{c, []message{m}})
	if err != nil {
		return Item{}, false
	}
	it := Item{Post: p, Raw: raw, ContentType: typeTelegram, TargetURI: target(p, raw), Line: t.n}
	if photo != "" {
		it.Post.Pictures = []post.Picture{{URL: photo}}
	}
	if file != nil {
		it.Pictures = []Attached{{URL: photo, Body: file, ContentType: http.DetectContentType(file)}}
	}
	return it, true
}

// maxPhoto bounds the file of a photo, bytes.
const maxPhoto = 16 << 20

// photo is the name of the photo of a message and the file beside the export that it
// names. One that is not there is none: an export may leave its files out, and then
// says so where the name would be. An item that is read again names what
// it came with.
func (t *telegramReader) photo(m *message) (name string, file []byte) {
	name = m.Photo
	if name == "" && strings.HasPrefix(m.Mime, "image/") {
		name = m.File
	}
	m.Photo, m.File, m.Mime = name, "", ""
	if t.o.Again || name == "" {
		return name, nil
	}
	if t.o.beside == nil {
		m.Photo = ""
		return "", nil
	}
	at := filepath.FromSlash(name)
	info, err := t.o.beside.Stat(at)
	if err == nil && info.Mode().IsRegular() && info.Size() > 0 && info.Size() <= maxPhoto {
		file, err = t.o.beside.ReadFile(at)
	}
	if err != nil || len(file) == 0 {
		m.Photo = ""
		return "", nil
	}
	return name, file
}

// entities joins a text that is a string, or a list of strings and of things with
// a text; a link behind words is written out after them.
func entities(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return s
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return ""
	}
	var b strings.Builder
	for _, part := range parts {
		if len(part) > 0 && part[0] == '"' {
			b.WriteString(entities(part))
			continue
		}
		var e struct {
			Type string `json:"type"`
			Text string `json:"text"`
			Href string `json:"href"`
		}
		if json.Unmarshal(part, &e) != nil {
			continue
		}
		b.WriteString(e.Text)
		if e.Href != "" && e.Href != e.Text && len(e.Href) < 2000 {
			b.WriteString(" (" + e.Href + ")")
		}
	}
	return b.String()
}
