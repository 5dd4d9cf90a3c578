package classifier

import (
	"strings"
	"unicode/utf8"

	"github.com/lurewatch/lurewatch/internal/post"
)

// voice is the stance and the weights that led to it.
type voice struct {
	stance                                                  post.Stance
	doubt                                                   bool // a question, and whether it is a fraud
	offer, warning, news, testimony, seeker, policy, joking int
}

// stanceClasses are the classes that tell who speaks, by index.
type stanceClasses struct {
	hire, job, apply, contact, salary, basePay, startWork, flight, lodging, food, visa, denial, money, handle, commission,
	warn, scam, advice, ngo, question, ifAsk, police, raid, rescue, affected, reported, frame,
	was, plea, help, locked, beat, ransom, seeker, policy, fiction, staff, interview, bring, jargon int
}

func (v *vocabulary) stanceClasses() stanceClasses {
	i := func(name string) int {
		n, ok := v.classOf[name]
		if !ok {
			return -1
		}
		return n
	}
	return stanceClasses{
		hire: i("HIRE"), job: i("JOB"), apply: i("APPLY"), contact: i("CONTACT_ME"), salary: i("SALARY"), basePay: i("BASE_PAY"),
		startWork: i("START_WORK"), flight: i("FLIGHT"), lodging: i("LODGING"), food: i("FOOD"), visa: i("VISA"), denial: i("DENIAL"),
		money: i("MONEY"), handle: i("HANDLE"), commission: i("COMMISSION"), warn: i("WARN"), scam: i("SCAM_WORD"),
		advice: i("AUTHORITY_ADVICE"), ngo: i("NGO"), question: i("QUESTION"), ifAsk: i("IF_ASK"), police: i("POLICE"), raid: i("ARREST_RAID"),
		rescue: i("RESCUE"), affected: i("AFFECTED"), reported: i("REPORTED"), frame: i("NEWS_FRAME"), was: i("I_WAS"), plea: i("FAMILY_PLEA"),
		help: i("HELP_ME"), locked: i("LOCKED"), beat: i("BEAT"), ransom: i("RANSOM"), seeker: i("SEEKER"), policy: i("POLICY"),
		fiction: i("FICTION_JOKE"), staff: i("STAFF"), interview: i("INTERVIEW"), bring: i("BRING_PEOPLE"), jargon: i("SCAM_JARGON"),
	}
}

// count is how many different words of a class were found, ambiguous ones aside:
// 0, 1 or 2. Length and repetition say nothing of who speaks. With spoken set,
// what stands in quotation marks does not count: who warns of an offer quotes it.
func (w *work) count(class int, spoken bool) int {
	if class < 0 {
		return 0
	}
	first := int32(-2)
	for _, h := range w.hits.by[class] {
		if h.amb || spoken && w.quoted(h) {
			continue
		}
		switch first {
		case -2:
			first = h.value
		case h.value:
		default:
			return 2
		}
	}
	return min(int(first)+2, 1)
}

// voiceOf weighs the classes found and decides who speaks.
func (c *Classifier) voiceOf(w *work, contacts int) voice {
	k := c.stances
	n := func(class int) int { return w.count(class, false) }
	said := func(class int) int { return w.count(class, true) }
	one := func(class int) int { return min(said(class), 1) }
	var x voice
	handles := min(contacts, 1)
	reach := 2*handles + 2*one(k.contact) + said(k.apply)
	x.offer = 3*said(k.hire) + one(k.job) + reach + 2*one(k.salary) + one(k.basePay) + one(k.startWork) +
		3*said(k.denial) + one(k.money) + one(k.commission) + one(k.interview) + 2*one(k.bring) + one(k.jargon) + c.evidence(w)
	x.warning = 4*n(k.warn) + 2*n(k.scam) + 2*n(k.advice) + n(k.ngo) + one(k.ifAsk) + one(k.affected) + one(k.police)
	x.news = 2*n(k.police) + 3*n(k.raid) + 2*n(k.rescue) + 3*n(k.reported) + 2*n(k.frame) + 3*n(k.affected) + min(n(k.scam), 1)
	x.testimony = 4*n(k.was) + 5*n(k.plea) + 3*n(k.help)
	if x.testimony > 0 {
		x.testimony += 2*n(k.locked) + 2*n(k.beat) + 2*n(k.ransom) + min(n(k.scam), 1)
	}
	x.seeker = 8*n(k.seeker) + 3*n(k.question)
	x.doubt = n(k.question) > 1 || n(k.question) > 0 && n(k.scam) > 0
	x.policy = 3 * n(k.policy)
	x.joking = 3 * n(k.fiction)
	if n(k.denial) > 0 { // a denial inside an offer speaks of scams and beatings too
		x.warning -= 4
		x.news -= 3
	}
	if max(x.news, x.warning, x.testimony, x.seeker, x.policy, x.joking) < 3 { // nobody reports or warns: who sets the terms offers the place
		x.offer += c.terms(w)
	}
	if reach == 0 && said(k.hire) == 0 && max(x.news, x.warning, x.testimony) >= 3 { // nobody could take the offer up
		x.offer -= 3
	}
	if c.strong(w) > 1 && !x.doubt { // who looks for work does not speak of debts paid and kidneys
		x.seeker = 0
	}
	warned := n(k.warn) > 0 && n(k.scam)+n(k.advice)+n(k.ngo)+n(k.police) > 0 || n(k.warn) > 1
	x.stance = x.decide(said(k.hire), handles, reach, warned)
	return x
}

// evidence counts the concepts that say what is offered: pay, perks and roles. Six
// at most: after that, more says nothing.
func (c *Classifier) evidence(w *work) int {
	n := 0
	for i := range c.concepts {
		if !c.weights[i].offers || !w.hits.has(c.conceptClass(i)) {
			continue
		}
		for _, h := range w.hits.by[c.conceptClass(i)] {
			if !w.quoted(h) {
				n++
				break
			}
		}
	}
	return min(n, 6)
}

// terms counts the concepts of route, control and insider words.
func (c *Classifier) terms(w *work) int {
	n := 0
	for i := range c.concepts {
		if c.weights[i].terms && w.hits.has(c.conceptClass(i)) {
			n++
		}
	}
	return n
}

// strong counts the strong concepts found.
func (c *Classifier) strong(w *work) int {
	n := 0
	for i := range c.concepts {
		if c.weights[i].strong && w.hits.has(c.conceptClass(i)) {
			n++
		}
	}
	return n
}

// decide asks first what would hurt most when mistaken for an offer.
func (x voice) decide(hire, handles, reach int, warned bool) post.Stance {
	offers := hire > 0 && handles > 0
	closed := reach == 0 // nobody could take an offer up
	switch {
	case x.testimony >= 8 && x.testimony*3 >= x.offer*2 && x.testimony*3 >= x.news*2,
		x.testimony >= 4 && x.testimony >= x.offer && x.testimony*3 >= x.news*2 && x.testimony >= x.warning:
		return post.StanceTestimony
	case closed && x.news >= 5 && x.news >= x.warning && x.news*5 >= x.offer*2:
		return post.StanceNews
	case closed && x.warning >= 4 && x.warning*2 >= x.offer:
		return post.StanceWarning
	case x.news >= 10 && x.news >= x.warning && (!offers || x.news > x.offer):
		return post.StanceNews
	case warned && (!offers || x.warning*2 >= x.offer*3):
		return post.StanceWarning
	case x.news >= 5 && x.news >= x.warning && x.news*3 >= x.offer*2 && !offers:
		return post.StanceNews
	case x.warning >= 6 && x.warning >= x.offer:
		return post.StanceWarning
	case x.seeker >= 8 && hire == 0 && x.seeker*2 >= x.offer:
		return post.StanceSeeker
	case x.doubt && handles == 0 && (closed || x.seeker*3 >= x.offer),
		x.seeker >= 3 && hire == 0 && handles == 0 && x.seeker >= x.offer:
		return post.StanceSeeker
	case x.policy+x.joking >= 6 && x.policy+x.joking >= x.offer:
		return post.StanceOther
	case x.offer >= 2:
		return post.StanceOffer
	case x.news >= 5:
		return post.StanceNews
	}
	return post.StanceOther
}

// quotes finds what stands in quotation marks, at most 600 bytes at a time. A text
// that is mostly quotation quotes nothing.
func (w *work) quotes(text string, shift int32) {
	from := len(w.quote)
	var total int32
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		closer := closing(r)
		if closer == 0 {
			i += n
			continue
		}
		rest := text[i+n : min(len(text), i+n+600)]
		end := strings.IndexRune(rest, closer)
		if end < 0 {
			i += n
			continue
		}
		w.quote = append(w.quote, span32{int32(i) + shift, int32(i+n+end) + shift})
		total += int32(n + end)
		i += n + end + 1
	}
	if int(total)*10 > len(text)*7 {
		w.quote = w.quote[:from]
	}
}

// closing is the mark that ends a quotation which r begins, or 0.
func closing(r rune) rune {
	switch r {
	case '"':
		return '"'
	case '«':
		return '»'
	case '「':
		return '」'
	case '『':
		return '』'
	case '“':
		return '”'
	case '„':
		return '“'
	case '《':
		return '》'
	}
	return 0
}

// quoted reports whether h lies inside quotation marks.
func (w *work) quoted(h hit) bool {
	for _, q := range w.quote {
		if h.start >= q.start && h.end <= q.end+3 {
			return true
		}
	}
	return false
}
