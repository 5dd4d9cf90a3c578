package source

import (
	"regexp"
	"strings"
	"testing"
)

// The expressions that the sets of words stand for.
var (
	postPathRE  = regexp.MustCompile(`(?i)(?:^|[/_.-])(?:jobs?|job[_-]?(?:detail|view|post|ad|opening)s?|vacanc(?:y|ies)|vacature|career|careers|position|opening|offer|offre|oferta|oferty|praca|emplois?|empleos?|empregos?|vagas?|stellenangebote?|stelle|jobangebot|nabidka|nabidky|prace|viec-lam|tuyen-dung|lowongan|loker|kerja|pekerjaan|ilan|is-ilan|rabota|vakans(?:ii|iya|iia|y)|classifieds?|ads?|advert|listing|announce(?:ment)?|anuncio|annonce|anzeige|zhaopin|hr|recruit|qiuzhi|kariera|trabajo|lavoro|munka|hang-job|remote-jobs|opportunit(?:y|ies)|thread|topic|viewtopic|showthread|posts?|p|d|item)(?:[/_.-]|$)`)
	notPostRE   = regexp.MustCompile(`(?i)(?:^|[/_.-])(?:login|log-in|signin|sign-in|signup|register|registration|account|auth|password|logout|contact|about|privacy|terms|policy|faq|help|sitemap|search|filter|cart|checkout|rss|feed|tag|tags|category|categories|cat|author|user|users|member|memberlist|profile|company|companies|company_list|employers?|apply|share|print|report|save|bookmark|compare|lang|language|switch_language|resume|cv|pricing|blog|news|location|locations|job_list|job_category|job_location)(?:[/_.?&=-]|$)`)
	nextWordsRE = regexp.MustCompile(`(?i)^(?:next(?: page)?|older(?: posts)?|more(?: jobs| results)?|load more|weiter|nächste(?: seite)?|suivante?|siguiente|próxima|avanti|successiv[oa]|další|następna|далее|следующая|вперед|下一页|下一頁|下页|次へ|次のページ|다음|ถัดไป|หน้าถัดไป|trang sau|tiếp|sau|berikutnya|selanjutnya|sonraki|susunod|បន្ទាប់|နောက်|अगला|التالي|»|›|>|>>|→)\s*[»›→>]*$`)
)

var pathSeeds = []string{
	"", "/", "/jobs/1", "/JOBS", "/job-details/x", "/jobdetail", "/job_detail_1.html", "/jobber", "/my-job", "/a.job", "/viec-lam/x", "/viec", "/vakansy", "/vakans", "/p", "/d/", "/pd",
	"/remote-jobs", "/remotejobs", "/is-ilan-1", "/switch_language", "/tags?x", "/search&q", "/about=", "/abouts", "/locations", "next", "Next »", "NÄCHSTE SEITE", "suivante>", ">>", "» ›", "» > >",
	"下一页", "下一页→", "›", "more jobs", "more  jobs", "next next", "\xff/jobs", "/\xd0\xb0.jobs-\xff",
}

// FuzzPathWords holds the sets of words against the expressions.
func FuzzPathWords(f *testing.F) {
	if len(pathSeeds) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range pathSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\u017f\u212a") { // the two letters beyond ASCII that fold to s and k
			t.Skip()
		}
		if got, want := postPath.in(s), postPathRE.MatchString(s); got != want {
			t.Errorf("postPath %q: %v, want %v", s, got, want)
		}
		if got, want := notPost.in(s), notPostRE.MatchString(s); got != want {
			t.Errorf("notPost %q: %v, want %v", s, got, want)
		}
		if s = strings.TrimSpace(s); leadsOn(s) != nextWordsRE.MatchString(s) {
			t.Errorf("leadsOn %q: %v", s, leadsOn(s))
		}
		if got, want := hasID(s), regexp.MustCompile(`\d{3}`).MatchString(s); got != want {
			t.Errorf("hasID %q: %v", s, got)
		}
	})
}
