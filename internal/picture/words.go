package picture

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/lurewatch/lurewatch/internal/post"
)

// minSure is how sure Tesseract must be of a line, in percent, for it to be kept:
// what it sees in faces and palm trees is less.
const minSure = 50

// line is one line of words, and how sure Tesseract is of it.
type line struct {
	said    string // as it is written, with the spaces that part it
	words   []string
	letters int     // letters and digits
	sure    float64 // percent, each word by its letters
}

// reading is what one run said.
type reading struct {
	langs string // BCP 47 subtags joined by +
	lines []line
}

// parse reads what Tesseract writes as a table (one row a word, with its page, block,
// paragraph, line and certainty) and as text. The text alone knows where scripts
// without spaces between words have none, the table alone knows what is sure.
func parse(b string) []line {
	var out []line
	var text []string
	last := ""
	for row := range strings.SplitSeq(b, "\n") {
		f := strings.SplitN(strings.TrimRight(row, "\r"), "\t", 12)
		if len(f) != 12 {
			if s := strings.Join(strings.Fields(clean(row)), " "); s != "" {
				text = append(text, s)
			}
			continue
		}
		if f[0] != "5" {
			continue
		}
		sure, err := strconv.ParseFloat(f[10], 64)
		word := clean(f[11])
		if err != nil || !(sure >= 0 && sure <= 100) || word == "" {
			continue
		}
		if at := strings.Join(f[1:5], "/"); at != last || len(out) == 0 {
			out, last = append(out, line{}), at
		}
		l := &out[len(out)-1]
		n := lettersOf(word)
		l.words = append(l.words, word)
		if n > 0 {
			l.sure = (l.sure*float64(l.letters) + sure*float64(n)) / float64(l.letters+n)
			l.letters += n
		}
	}
	for i := range out {
		l := &out[i]
		l.said = strings.Join(l.words, " ")
		for k, s := range text[:min(len(text), 8)] {
			if strings.ReplaceAll(s, " ", "") == clean(strings.Join(l.words, "")) {
				l.said, text = s, text[k+1:]
				break
			}
		}
	}
	return out
}

func lettersOf(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// clean is a word in the form in which people write it.
func clean(s string) string {
	s = norm.NFC.String(printable(s))
	// Tesseract writes the vowel am as the two signs that it looks like.
	return amSigns.Replace(s)
}

var amSigns = strings.NewReplacer("\u0E4D\u0E32", "\u0E33", "\u0ECD\u0EB2", "\u0EB3")

// kept is the lines that are sure enough and say something.
func (r reading) kept() (out []line) {
	for _, l := range r.lines {
		if l.good() {
			out = append(out, l)
		}
	}
	return out
}

// good reports a line that says something: nobody writes three foreign scripts in
// one, but a Tesseract that was told of many sees them in every ornament.
func (l line) good() bool {
	if l.sure < minSure || l.letters < 2 {
		return false
	}
	seen := map[string]bool{}
	for _, r := range l.said {
		if s := runeScript(r); s != "Latin" && s != "" {
			seen[s] = true
		}
	}
	return len(seen) < 3
}

// text is the kept lines, within [post.MaxPictureText].
func (r reading) text() string {
	var b strings.Builder
	for _, l := range r.kept() {
		room := post.MaxPictureText - b.Len() - 1
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		if len(l.said) > room {
			b.WriteString(strings.ToValidUTF8(l.said[:room], ""))
			break
		}
		b.WriteString(l.said)
	}
	return b.String()
}

// confidence is how sure the kept lines are, 0 to 1, in hundredths.
func (r reading) confidence() float64 { return float64(int(sureOf(r.kept())+0.5)) / 100 }

// sureOf is the certainty of lines, percent, each by its letters.
func sureOf(lines []line) float64 {
	sum, n := 0.0, 0
	for _, l := range lines {
		sum += l.sure * float64(l.letters)
		n += l.letters
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// worth ranks readings of one picture: letters, the unsure ones against it.
func (r reading) worth() (w float64) {
	for _, l := range r.lines {
		sure := l.sure
		if !l.good() {
			sure = 0
		}
		w += float64(l.letters) * (sure - 50)
	}
	return w
}
