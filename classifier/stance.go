package classifier

import (
	"github.com/lurewatch/lurewatch/internal/post"
)

// voice is the stance and the weights that led to it.
type voice struct {
	stance                                                  post.Stance
	doubt                                                   bool // a question, and whether it is a fraud
	paid                                                    bool // it names an amount
	offer, warning, news, testimony, seeker, policy, joking int
}

// stanceClasses are the classes that tell who speaks, by index.
type stanceClasses struct {
	hire, job, apply, contact, salary, basePay, startWork, flight, lodging, food, visa, denial, money, handle, commission,
	warn, scam, advice, ngo, question, ifAsk, police, raid, rescue, affected, reported, frame,
	was, plea, help, locked, beat, ransom, seeker, policy, fiction, staff, interview, bring, jargon, trust, licensed, perHead, travelBan, debt, arrive, foreign, cross, licence, permit int
}

func (v *vocabulary) stanceClasses() stanceClasses {
	i := func(name string) int {
		if n, ok := v.classOf[name]; ok {
			return n
		}
		return v.none
	}
	return stanceClasses{
		hire: i("HIRE"), job: i("JOB"), apply: i("APPLY"), contact: i("CONTACT_ME"), salary: i("SALARY"), basePay: i("BASE_PAY"),
		startWork: i("START_WORK"), flight: i("FLIGHT"), lodging: i("LODGING"), food: i("FOOD"), visa: i("VISA"), denial: i("DENIAL"),
		money: i("MONEY"), handle: i("HANDLE"), commission: i("COMMISSION"), warn: i("WARN"), scam: i("SCAM_WORD"),
		advice: i("AUTHORITY_ADVICE"), ngo: i("NGO"), question: i("QUESTION"), ifAsk: i("IF_ASK"), police: i("POLICE"), raid: i("ARREST_RAID"),
		rescue: i("RESCUE"), affected: i("AFFECTED"), reported: i("REPORTED"), frame: i("NEWS_FRAME"), was: i("I_WAS"), plea: i("FAMILY_PLEA"),
		help: i("HELP_ME"), locked: i("LOCKED"), beat: i("BEAT"), ransom: i("RANSOM"), seeker: i("SEEKER"), policy: i("POLICY"),
		fiction: i("FICTION_JOKE"), staff: i("STAFF"), interview: i("INTERVIEW"), bring: i("BRING_PEOPLE"), jargon: i("SCAM_JARGON"),
		trust: i("TRUST"), licensed: i("LICENSED"), perHead: i("PER_HEAD"), travelBan: i("TRAVEL_BAN"), debt: i("DEBT"), arrive: i("ARRIVE"), foreign: i("FOREIGN_MONEY"), cross: i("CROSS"),
		licence: i("LICENCE"), permit: i("WORK_PERMIT"),
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
//
//nolint:gocognit // a list of small weights, one after the other: taken apart, each part would need all the others
func (c *Classifier) voiceOf(w *work, contacts int) voice {
	k := c.stances
	n := func(class int) int { return w.count(class, false) }
	said := func(class int) int { return w.count(class, true) }
	one := func(class int) int { return min(said(class), 1) }
	some := func(class int) bool { return class >= 0 && len(w.hits.by[class]) > 0 }
	var x voice
	handles, hire := min(contacts, 1), said(k.hire)
	reach := 2*handles + 2*one(k.contact) + said(k.apply)
	evidence, terms := c.evidence(w), c.terms(w)
	x.offer = 3*hire + one(k.job) + reach + 2*one(k.salary) + one(k.basePay) + one(k.startWork) +
		3*said(k.denial) + one(k.money) + one(k.commission) + one(k.interview) + 2*one(k.bring) + one(k.jargon) + evidence
	x.warning = 4*n(k.warn) + 2*n(k.scam) + 2*n(k.advice) + n(k.ngo) + one(k.ifAsk) + one(k.affected) + one(k.police)
	x.news = 2*n(k.police) + 3*n(k.raid) + 2*n(k.rescue) + 3*n(k.reported) + 2*n(k.frame) + 3*n(k.affected) + min(n(k.scam), 1)
	held := n(k.locked) + n(k.beat) + n(k.ransom)
	distress := held + n(k.help) + n(k.rescue) + n(k.scam) + n(k.affected)
	was, plea := 4*n(k.was), n(k.plea)
	if n(k.help) > 0 && len(w.hits.by[k.plea]) > 0 {
		plea = max(plea, 1)
	}
	if distress == 0 && (plea == 1 && (handles > 0 || terms > 0 || evidence > 2) || c.instructs(w)) {
		plea = 0 // sister, brother: so the reader is addressed
	}
	if distress == 0 && n(k.was) == 1 && (reach > 0 || hire > 0 || evidence > 1 || n(k.arrive) > 0 || c.instructs(w)) {
		was /= 2 // "once there" alone; and what to tell at the counter is told to one who is to go
	}
	x.testimony = was + 5*plea + 3*n(k.help)
	if reach == 0 && hire == 0 && n(k.denial) == 0 && n(k.beat) > 0 && held > 1 { // beaten and locked up, and no offer
		x.warning += 5
		if held > 2 {
			x.testimony += 4
		}
	}
	if some(k.plea) && hire == 0 && n(k.denial) == 0 && (held > 0 || n(k.plea) > 0 && (some(k.beat) || some(k.locked) || some(k.ransom) || some(k.cross) && handles == 0) || (some(k.cross) && reach == 0 || terms > 0 && w.laughs(k.fiction) == 0) && w.opens(k.plea)) {
		x.testimony += 8 // a brother who is beaten, is not let out or was taken over a river
	}
	if reach == 0 && hire == 0 && n(k.denial) == 0 && some(k.warn) && (some(k.ifAsk) || some(k.reported) || some(k.advice)) && !c.instructs(w) {
		x.warning += 4 // mind: if somebody asks you
	}
	if handles == 0 && hire == 0 && n(k.denial) == 0 { // who quotes an offer does not make it, nor who names two authorities
		if c.quotesOffer(w) {
			x.warning += 6
			x.offer = min(x.offer, x.warning)
		} else if n(k.police) > 1 {
			x.news += 2
			x.offer = min(x.offer, max(x.news, x.warning))
		}
	}
	if hire == 0 && n(k.denial) == 0 && (n(k.beat) > 0 && n(k.ransom) > 0 || n(k.locked) > 0 && n(k.police) > 0 && (handles == 0 || n(k.was) > 0)) {
		x.testimony += 8 // beaten until a ransom came, locked up until the police did
	}
	if reach == 0 && hire == 0 && n(k.scam) > 0 && n(k.denial)+n(k.jargon)+n(k.perHead) == 0 { // who names the crime does not offer it
		x.warning += 4
	}
	if n(k.was) > 0 && (handles == 0 || held > 0) && hire == 0 && n(k.denial) == 0 && terms > 0 && !c.instructs(w) { // one who was there, and nobody to write to, or held
		x.testimony = max(x.testimony, 8)
		x.offer = min(x.offer, x.testimony)
	}
	if n(k.reported)+n(k.frame) > 0 && n(k.police)+n(k.raid)+n(k.rescue) > 1 { // a report, in which those concerned are quoted
		x.testimony -= 6
	}
	if x.testimony > 0 {
		x.testimony += 2*held + min(n(k.scam), 1)
	}
	asked := w.asked(k)
	x.seeker = 8*n(k.seeker) + 3*n(k.question)
	x.doubt = n(k.question) > 1 || n(k.question) > 0 && n(k.scam) > 0 || asked && handles == 0
	x.policy = 3 * n(k.policy)
	x.joking = 3 * n(k.fiction)
	laughs, paid := w.laughs(k.fiction), n(k.money)+n(k.foreign) > 0
	x.paid = paid
	if handles > 0 && laughs > 1 && !paid && evidence+terms < 7 {
		x.joking += 6
	}
	if handles == 0 { // who laughs and can be written to may mean it
		if laughs > 0 && !paid && (evidence < 4 || len(w.hits.by[c.marks.far]) == 0) {
			laughs = 2
		}
		x.joking += 3 * laughs
		switch {
		case w.chapter(k) || evidence < 5 && x.news < 6 && w.narrated(k):
			x.joking += 6
		case n(k.fiction) > 0 && !paid: // of a film
			x.joking += 3
		}
	}
	if n(k.denial)+n(k.travelBan) > 0 { // a denial inside an offer speaks of scams and beatings too, an offer to the banned of the police
		x.warning -= 4
		x.news -= 3
	}
	if others := max(x.news, x.warning, x.testimony, x.seeker, x.policy, x.joking); others < 3 || others < 5 && terms > 2 { // nobody reports or warns: who sets the terms offers the place
		x.offer += 2 * terms
	}
	if reach == 0 && hire == 0 && max(x.news, x.warning, x.testimony) >= 3 { // nobody could take the offer up
		x.offer -= 3
	}
	if strong := c.strong(w); !x.doubt && (strong > 1 || strong > 0 && (handles > 0 || terms > 1) && x.seeker < 16 || n(k.perHead) > 0) {
		x.seeker = 0 // who looks for work does not speak of debts paid and kidneys, or pay for people
	}
	warned := n(k.warn) > 0 && n(k.scam)+n(k.advice)+n(k.ngo)+n(k.police) > 0 || n(k.warn) > 1
	others := some(k.advice) || n(k.warn) > 1 || n(k.reported)+n(k.seeker) > 0 || n(k.police) > 1 || x.testimony >= 8 || c.quotesOffer(w)
	switch solid := (handles > 0 || one(k.contact) > 0 && x.paid && hire > 0) && (hire > 0 && x.paid || hire > 0 && evidence+terms > 4 || x.paid && evidence+terms > 4); {
	case solid && !others: // one line of caution, news or fun under an offer that can be taken up
		x.warning, x.news = min(x.warning, x.offer/4), min(x.news, x.offer/4)
		x.seeker, x.joking, x.policy, x.doubt, asked, warned = 0, 0, 0, false, false, false
	case handles > 0 && hire == 0 && reach == 2 && (max(x.warning, x.news) >= 4 || (x.doubt || asked) && terms == 0): // a hotline under a warning, one's own number under a question
		handles, reach = 0, 0
		x.offer -= 5
	}
	x.stance = x.decide(hire, handles, reach, warned, asked && n(k.warn) < 2 && n(k.advice) < 2, n(k.reported) > 0 && !c.instructs(w))
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

// instructs reports what is only said to one who is to go: what to tell at the
// border, and whom not to tell.
func (c *Classifier) instructs(w *work) bool {
	for _, id := range [...]string{"immigration_coaching", "secrecy_instruction"} {
		if i, ok := c.conceptOf[id]; ok && w.hits.has(c.conceptClass(i)) {
			return true
		}
	}
	return false
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
func (x voice) decide(hire, handles, reach int, warned, asked, told bool) post.Stance {
	offers := hire > 0 && handles > 0
	closed := reach == 0 // nobody could take an offer up
	switch {
	case x.testimony >= 8 && x.testimony*3 >= x.offer*2 && x.testimony*4 >= x.news*3 && x.testimony*3 >= x.warning*2,
		x.testimony >= 4 && x.testimony >= x.offer && x.testimony >= x.news && x.testimony >= x.warning:
		return post.StanceTestimony
	case (handles == 0 || !x.paid) && x.joking >= 6 && x.joking*2 >= max(x.news, x.warning): // laughed at, and nobody to write to
		return post.StanceOther
	case asked && handles == 0 && x.seeker >= 3 && x.seeker*3 >= x.offer && x.news < 6:
		return post.StanceSeeker
	case closed && x.news >= 5 && x.news >= x.warning && x.news*5 >= x.offer*2,
		closed && told && hire == 0 && x.news >= 3 && x.news >= x.warning && x.news*2 >= x.offer:
		return post.StanceNews
	case closed && x.warning >= 4 && x.warning*2 >= x.offer:
		return post.StanceWarning
	case x.news >= 10 && x.news >= x.warning && (!offers || x.news > x.offer):
		return post.StanceNews
	case warned && (!offers || x.warning*2 >= x.offer*3):
		return post.StanceWarning
	case x.news >= 5 && x.news >= x.warning && x.news*3 >= x.offer*2 && !offers:
		return post.StanceNews
	case x.warning >= 6 && x.warning >= x.offer,
		x.warning >= 4 && x.warning > x.offer && hire == 0 && handles == 0:
		return post.StanceWarning
	case x.seeker >= 8 && hire == 0 && x.seeker*2 >= x.offer,
		x.seeker >= 16 && handles == 0 && x.seeker > x.offer:
		return post.StanceSeeker
	case x.doubt && handles == 0 && (closed || asked || x.seeker*3 >= x.offer),
		x.seeker >= 3 && hire == 0 && handles == 0 && x.seeker >= x.offer:
		return post.StanceSeeker
	case x.policy+x.joking >= 6 && x.policy+x.joking >= x.offer:
		return post.StanceOther
	case x.offer >= 1:
		return post.StanceOffer
	case x.news >= 5:
		return post.StanceNews
	}
	return post.StanceOther
}
