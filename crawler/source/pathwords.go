package source

import "strings"

// pathWords is a set of words that the parts of a path are compared with. A word
// counts where it stands between two of "/_.-", or at an end of the path.
type pathWords struct {
	by  [256][]string // the words by their first byte, lower case
	end string        // what may follow a word, besides the end
}

// newPathWords reads words divided by white space. A "?" makes the letter before
// it optional, a "~" stands for a dash, an underscore or nothing.
func newPathWords(end, list string) *pathWords {
	w := &pathWords{end: end}
	var add func(s string)
	add = func(s string) {
		if head, tail, ok := strings.Cut(s, "?"); ok {
			add(head[:len(head)-1] + tail)
			add(head + tail)
		} else if head, tail, ok := strings.Cut(s, "~"); ok {
			for _, sep := range []string{"", "-", "_"} {
				add(head + sep + tail)
			}
		} else {
			w.by[s[0]] = append(w.by[s[0]], s)
		}
	}
	for s := range strings.FieldsSeq(list) {
		add(s)
	}
	return w
}

// in reports whether path holds one of the words.
func (w *pathWords) in(path string) bool {
	for i := range len(path) {
		if i > 0 && strings.IndexByte("/_.-", path[i-1]) < 0 {
			continue
		}
		for _, word := range w.by[lowerByte(path[i])] {
			j := i + len(word)
			if j <= len(path) && (j == len(path) || strings.IndexByte(w.end, path[j]) >= 0) && strings.EqualFold(path[i:j], word) {
				return true
			}
		}
	}
	return false
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

var (
	// postPath speaks of a post.
	postPath = newPathWords("/_.-", `jobs? job~details? job~views? job~posts? job~ads? job~openings? vacancy vacancies vacature careers? position opening offer offre oferta oferty
praca emplois? empleos? empregos? vagas? stellenangebote? stelle jobangebot nabidka nabidky prace viec-lam tuyen-dung lowongan loker kerja pekerjaan ilan is-ilan rabota
vakansii vakansiya vakansiia vakansy classifieds? ads? advert listing announce announcement anuncio annonce anzeige zhaopin hr recruit qiuzhi kariera trabajo lavoro munka hang-job
remote-jobs opportunity opportunities thread topic viewtopic showthread posts? p d item`)
	// notPost speaks of a page that shows no single post.
	notPost = newPathWords("/_.?&=-", `login log-in signin sign-in signup register registration account auth password logout contact about privacy terms policy faq help sitemap search filter
cart checkout rss feed tags? category categories cat author users? member memberlist profile company companies company_list employers? apply share print report save bookmark compare
lang language switch_language resume cv pricing blog news locations? job_list job_category job_location`)
	// onWords are the words of links that lead to the next page of a listing.
	onWords = setOf("next|next page|older|older posts|more|more jobs|more results|load more|weiter|nächste|nächste seite|suivant|suivante|siguiente|próxima|avanti|successivo|successiva|další|następna|далее|следующая|вперед|下一页|下一頁|下页|次へ|次のページ|다음|ถัดไป|หน้าถัดไป|trang sau|tiếp|sau|berikutnya|selanjutnya|sonraki|susunod|បន្ទាប់|နောက်|अगला|التالي|»|›|>|>>|→")
)

func setOf(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.SplitSeq(list, "|") {
		m[w] = true
	}
	return m
}

// leadsOn reports the words of a link to the next page; arrows may follow them.
func leadsOn(words string) bool {
	s := strings.TrimRight(strings.TrimRight(words, "»›→>"), " \t\n\f\r")
	return s == "" && words != "" || onWords[strings.ToLower(s)]
}

// hasID reports three digits in a row: the number of a post.
func hasID(s string) bool {
	run := 0
	for i := range len(s) {
		if run++; s[i] < '0' || s[i] > '9' {
			run = 0
		} else if run == 3 {
			return true
		}
	}
	return false
}
