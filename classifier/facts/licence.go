package facts

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Licence is the number of a recruitment licence that a post shows. Nothing but a
// look into the authority's register says that it exists and is the poster's own: a
// post is not cleared by it.
type Licence struct {
	Named

	// Authority is the register that gives out numbers of this form, as country and
	// abbreviation (PH-DMW), empty when the number has the form of none that is known:
	// then the licence is only claimed.
	Authority string
}

// WellFormed reports a number that has the form of a known authority's.
func (l *Licence) WellFormed() bool { return l != nil && l.Authority != "" }

// register is one authority that gives out licences to recruit, and how its numbers
// are written, folded. Near lists words one of which must stand before a number that has little
// form of its own.
type register struct {
	authority string
	form      *regexp.Regexp
	near      string // separated by |
	needs     string // what every number of the form holds, one of the words apart by |: a quick look before the form
	slash     bool   // every number of the form holds a slash
	run       [2]int // the least and most digits of one of its runs of digits
}

// registers are tried in order. The forms begin and end at the edges of words.
var registers = []register{
	{"PH-DMW", regexp.MustCompile(`(?:(?:poea|dmw)[- ]?)?\d{3}-(?:lb|sb)-\d{6,8}-(?:r|ul|pl|tl|uml|f|p|n)`), "", "-lb-|-sb-", false, [2]int{6, 8}},
	{"ID-KP2MI", regexp.MustCompile(`\d{1,4}/(?:[a-z0-9.-]{1,12}/){1,4}(?:19|20)\d\d`), "izin|sippmi|sip3mi|sip2mi|siuppak|siup|p3mi|p2mi|bp2mi|kp2mi|kemnaker", "/", true, [2]int{4, 4}},
	{"ID-KP2MI", regexp.MustCompile(`(?:kep[-. ]?)?\d{2,4}[/ ]\d{2,4}`), "sippmi|sip3mi|sip2mi|siuppak", "", false, [2]int{2, 4}},
	{"VN-DOLAB", regexp.MustCompile(`\d{1,4}/(?:\d{4}/)?(?:b?l[đd]tbxh|bnv|qlld|qlldnn)(?:-gp|-gphd)?`), "", "tbxh|bnv|qlld", true, [2]int{1, 4}},
	{"TH-DOE", regexp.MustCompile(`(?:(?:ท|ต|น|นจ|กจ)\.? ?)?\d{1,4}/25\d\d`), "ใบอนุญาต|กรมการจัดหางาน|จัดหางาน", "/25", true, [2]int{4, 4}},
	{"SG-MOM", regexp.MustCompile(`\d{2}[cs]\d{4}`), "", "", false, [2]int{4, 4}},
	{"SG-MOM", regexp.MustCompile(`r\d{7}`), "ea reg|ea personnel|reg no|reg. no|registration no|mom|ea ", "", false, [2]int{7, 7}},
	{"MY-JTK", regexp.MustCompile(`jtk(?:sm)?[-/ ]?\d{2,4}[a-z]?(?:/\d{2,4})*`), "", "jtk", false, [2]int{2, 4}},
	{"CN-MOFCOM", regexp.MustCompile(`lw\d{10,12}`), "", "lw", false, [2]int{10, 12}},
	{"CN-MOHRSS", regexp.MustCompile(`\(?\p{Han}?\)? ?人服证字 ?[\[(〔]?\d{4}[\])〕]?(?: ?第)? ?\d{4,12}`), "", "服证字", false, [2]int{4, 12}},
	{"CN-MOHRSS", regexp.MustCompile(`\d{12}`), "人力资源服务许可|许可证", "", false, [2]int{12, 12}},
	{"TW-MOL", regexp.MustCompile(`(?:北|新北|桃|中|南|高)?\p{Han}{0,6}(?:私立)?就業?服?務?字?第 ?\d{4} ?號`), "", "号|號", false, [2]int{4, 4}},
	{"TW-MOL", regexp.MustCompile(`\d{4}`), "私立就业服务|许可证字号|许可证号|仲介许可", "", false, [2]int{4, 4}},
	{"IN-MEA", regexp.MustCompile(`b-?\d{3,4}/[a-z]{2,4}/(?:per|part|com|ltd|pvt|pub)[a-z]*/\d{1,4}\+?/\d{1,2}/\d{3,5}/(?:19|20)\d\d`), "", "/per|/part|/com|/ltd|/pvt|/pub", true, [2]int{3, 5}},
	{"BD-BMET", regexp.MustCompile(`rl[-. ]?(?:no)?[-.: ]*\d{3,4}`), "", "rl", false, [2]int{3, 4}},
	{"LK-SLBFE", regexp.MustCompile(`\d{3,4}`), "slbfe|sbfe|la no|labour licence|l.l. no", "", false, [2]int{3, 4}},
	{"NP-DOFE", regexp.MustCompile(`\d{1,4}/\d{3}/\d{3}`), "", "/0", true, [2]int{3, 3}},
	{"PK-BEOE", regexp.MustCompile(`(?:mpd|opl?|oep)[-/ ]?\d{3,4}/[a-z]{3}(?:/\d{4})?`), "", "mpd|opl|op/|op |oep", true, [2]int{3, 4}},
	{"MM-MOL", regexp.MustCompile(`\d{1,4}/20\d\d`), "လိုင်စင်|အေဂျင်စီ", "/20", true, [2]int{4, 4}},
	{"KH-MLVT", regexp.MustCompile(`\d{1,4} ?(?:ក\.ប|ប្រក|k\.?b)[^\n]{0,12}`), "", "ក.ប|ប្រក|k.b|kb", false, [2]int{1, 4}},
	{"JP-MHLW", regexp.MustCompile(`\d{2}-ユ-\d{6}`), "", "ユ", false, [2]int{6, 6}},
	{"HK-LD", regexp.MustCompile(`\d{5}`), "ea licence|ea license|hk licence|职业介绍所牌照", "", false, [2]int{5, 5}},
}

// How much around a word for licence is looked at, in bytes of folded text.
const (
	reachLicence  = 56
	beforeLicence = 24
)

// maxLicences bounds the places where a number of a known form is looked for.
const maxLicences = 4

// knownLicence is the number near the word for licence at h that has the form of
// an authority's.
func (f *field) knownLicence(h hit) *Licence {
	s := f.Folded
	from, to := max(0, h.start-beforeLicence), min(len(s), h.end+reachLicence)
	for from > 0 && !utf8.RuneStart(s[from]) {
		from++
	}
	for to < len(s) && !utf8.RuneStart(s[to]) {
		to--
	}
	if i := strings.LastIndexByte(s[from:h.start], '\n'); i >= 0 {
		from += i + 1
	}
	if i := strings.IndexByte(s[h.end:to], '\n'); i >= 0 {
		to = h.end + i
	}
	near := s[from:h.end]
	slash, lengths := strings.IndexByte(s[h.start:to], '/') >= 0, runLengths(s[h.start:to])
	for k := range registers {
		r := &registers[k]
		if r.slash && !slash || lengths&(2<<r.run[1]-1<<r.run[0]) == 0 {
			continue
		}
		if r.needs != "" && !holdsOne(s[h.start:to], r.needs) || r.near != "" && !containsAny(s[from:to], near, r.near) || r.near == "" && r.needs == "" && !singapore(s[h.start:to]) {
			continue
		}
		for at := h.start; at < to; {
			found := r.form.FindStringIndex(s[at:to])
			if found == nil {
				break
			}
			i, j := at+found[0], at+found[1]
			at = j
			if i > 0 && isHandle(s[i-1]) || j < len(s) && isHandle(s[j]) || j+1 < len(s) && s[j] == '/' && isDigit(s[j+1]) {
				continue
			}
			return &Licence{Named: Named{Name: strings.TrimSpace(f.original(i, j)), Span: f.span(i, j)}, Authority: r.authority}
		}
	}
	return nil
}

// holdsOne reports one of the words apart by |.
func holdsOne(s, words string) bool {
	for words != "" {
		w, rest, _ := strings.Cut(words, "|")
		if strings.Contains(s, w) {
			return true
		}
		words = rest
	}
	return false
}

// singapore reports two digits, c or s, and a digit: the one form without a sign of its own.
func singapore(s string) bool {
	for i := 2; i+1 < len(s); i++ {
		if (s[i] == 'c' || s[i] == 's') && isDigit(s[i-1]) && isDigit(s[i-2]) && isDigit(s[i+1]) {
			return true
		}
	}
	return false
}

// containsAny reports one of the words apart by | in the word for licence and what
// stands before it or, of the longer ones, anywhere near.
func containsAny(all, near, words string) bool {
	for words != "" {
		w, rest, _ := strings.Cut(words, "|")
		if strings.Contains(near, w) || len(w) > 6 && strings.Contains(all, w) {
			return true
		}
		words = rest
	}
	return false
}

// runLengths is the lengths of the runs of digits of s, a bit each.
func runLengths(s string) (lengths int) {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		} else if n > 0 {
			lengths |= 1 << min(n, 31)
			n = 0
		}
	}
	if n > 0 {
		lengths |= 1 << min(n, 31)
	}
	return lengths
}

// threeIn reports a code: signs that stand together, three digits or more among them.
func threeIn(s string) bool {
	n := 0
	for i := range len(s) {
		switch b := s[i]; {
		case isDigit(b):
			if n++; n == 3 {
				return true
			}
		case b == '/' && n > 0:
			if n++; n == 3 {
				return true
			}
		case b == ' ' || b == '\n' || b == ',' || b == ':':
			n = 0
		}
	}
	return false
}

// licence is the number after a word for licence: letters and digits, three digits at least.
func (f *field) licence(h hit) *Licence {
	s := f.Folded
	k := h.end
	for n := 0; k < len(s) && n < 16 && !isDigit(s[k]) && s[k] != '\n'; n++ {
		if isWordByte(rune(s[k])) && startsCode(s, k) {
			break
		}
		k++
	}
	from := k
	digits := 0
	for k < len(s) && k-from < 32 && (isHandle(s[k]) || (s[k] == '-' || s[k] == '/' || s[k] == '.') && k+1 < len(s) && isHandle(s[k+1])) {
		if isDigit(s[k]) {
			digits++
		}
		k++
	}
	if digits < 3 {
		return nil
	}
	return &Licence{Named: Named{Name: strings.TrimSpace(f.original(from, k)), Span: f.span(from, k)}}
}

// startsCode reports letters at k that run on into digits.
func startsCode(s string, k int) bool {
	for n := 0; k < len(s) && n < 6; n++ {
		if isDigit(s[k]) {
			return n > 0
		}
		if !isWordByte(rune(s[k])) && s[k] != '-' {
			return false
		}
		k++
	}
	return false
}
