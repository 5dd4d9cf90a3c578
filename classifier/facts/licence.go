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
}

// registers are tried in order. The forms begin and end at the edges of words.
var registers = []register{
	{"PH-DMW", regexp.MustCompile(`(?:(?:poea|dmw)[- ]?)?\d{3}-(?:lb|sb)-\d{6,8}-(?:r|ul|pl|tl|uml|f|p|n)`), ""},
	{"ID-KP2MI", regexp.MustCompile(`\d{1,4}/(?:[a-z0-9.-]{1,12}/){1,4}(?:19|20)\d\d`), "izin|sippmi|sip3mi|sip2mi|siuppak|siup|p3mi|p2mi|bp2mi|kp2mi|kemnaker"},
	{"ID-KP2MI", regexp.MustCompile(`(?:kep[-. ]?)?\d{2,4}[/ ]\d{2,4}`), "sippmi|sip3mi|sip2mi|siuppak"},
	{"VN-DOLAB", regexp.MustCompile(`\d{1,4}/(?:\d{4}/)?(?:b?l[đd]tbxh|bnv|qlld|qlldnn)(?:-gp|-gphd)?`), ""},
	{"TH-DOE", regexp.MustCompile(`(?:(?:ท|ต|น|นจ|กจ)\.? ?)?\d{1,4}/25\d\d`), "ใบอนุญาต|กรมการจัดหางาน|จัดหางาน"},
	{"SG-MOM", regexp.MustCompile(`\d{2}[cs]\d{4}`), ""},
	{"SG-MOM", regexp.MustCompile(`r\d{7}`), "ea reg|ea personnel|reg no|reg. no|registration no|mom|ea "},
	{"MY-JTK", regexp.MustCompile(`jtk(?:sm)?[-/ ]?\d{2,4}[a-z]?(?:/\d{2,4})*`), ""},
	{"CN-MOFCOM", regexp.MustCompile(`lw\d{10,12}`), ""},
	{"CN-MOHRSS", regexp.MustCompile(`\(?\p{Han}?\)? ?人服证字 ?[\[(〔]?\d{4}[\])〕]?(?: ?第)? ?\d{4,12}`), ""},
	{"CN-MOHRSS", regexp.MustCompile(`\d{12}`), "人力资源服务许可|许可证"},
	{"TW-MOL", regexp.MustCompile(`(?:北|新北|桃|中|南|高)?\p{Han}{0,6}(?:私立)?就業?服?務?字?第 ?\d{4} ?號`), ""},
	{"TW-MOL", regexp.MustCompile(`\d{4}`), "私立就业服务|许可证字号|许可证号|仲介许可"},
	{"IN-MEA", regexp.MustCompile(`b-?\d{3,4}/[a-z]{2,4}/(?:per|part|com|ltd|pvt|pub)[a-z]*/\d{1,4}\+?/\d{1,2}/\d{3,5}/(?:19|20)\d\d`), ""},
	{"BD-BMET", regexp.MustCompile(`rl[-. ]?(?:no)?[-.: ]*\d{3,4}`), ""},
	{"LK-SLBFE", regexp.MustCompile(`\d{3,4}`), "slbfe|sbfe|la no|labour licence|l.l. no"},
	{"NP-DOFE", regexp.MustCompile(`\d{1,4}/\d{3}/\d{3}`), ""},
	{"PK-BEOE", regexp.MustCompile(`(?:mpd|opl?|oep)[-/ ]?\d{3,4}/[a-z]{3}(?:/\d{4})?`), ""},
	{"MM-MOL", regexp.MustCompile(`\d{1,4}/20\d\d`), "လိုင်စင်|အေဂျင်စီ"},
	{"KH-MLVT", regexp.MustCompile(`\d{1,4} ?(?:ក\.ប|ប្រក|k\.?b)[^\n]{0,12}`), ""},
	{"JP-MHLW", regexp.MustCompile(`\d{2}-ユ-\d{6}`), ""},
	{"HK-LD", regexp.MustCompile(`\d{5}`), "ea licence|ea license|hk licence|职业介绍所牌照"},
}

// How much around a word for licence is looked at, in bytes of folded text.
const (
	reachLicence  = 64
	beforeLicence = 24
)

// maxLicences bounds the places where a number of a known form is looked for.
const maxLicences = 8

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
	for _, r := range registers {
		if r.near != "" && !containsAny(s[from:to], near, r.near) {
			continue
		}
		for _, at := range r.form.FindAllStringIndex(s[h.start:to], 4) {
			i, j := h.start+at[0], h.start+at[1]
			if i > 0 && isHandle(s[i-1]) || j < len(s) && isHandle(s[j]) || j+1 < len(s) && s[j] == '/' && isDigit(s[j+1]) {
				continue
			}
			return &Licence{Named: Named{Name: strings.TrimSpace(f.original(i, j)), Span: f.span(i, j)}, Authority: r.authority}
		}
	}
	return nil
}

// containsAny reports one of the words apart by | in the word for licence and what
// stands before it or, of the longer ones, anywhere near.
func containsAny(all, near, words string) bool {
	for w := range strings.SplitSeq(words, "|") {
		if strings.Contains(near, w) || len(w) > 6 && strings.Contains(all, w) {
			return true
		}
	}
	return false
}

// threeIn reports three digits or more.
func threeIn(s string) bool {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n >= 3
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
