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

// speaker is what was counted of who speaks, while the weights are made of it.
type speaker struct {
	voice
	c *Classifier
	w *work
	k *stanceClasses

	handles  int // 1 when somebody can be written to
	hire     int // words of hiring
	reach    int // ways to take the offer up
	evidence int // concepts of what is offered
	terms    int // concepts of route, control and insider words
	held     int // words of being held
	asked    bool
	warned   bool
	seeks    bool // people are sought without a word of hiring
}

// voiceOf weighs the classes found and decides who speaks. The order matters: later
// pieces correct what earlier ones made of a word that has two sides.
func (c *Classifier) voiceOf(w *work, contacts int) voice {
	s := &speaker{c: c, w: w, k: &c.stances, handles: min(contacts, 1), evidence: c.evidence(w), terms: c.terms(w)}
	k := s.k
	s.hire, s.held = s.said(k.hire), s.n(k.locked)+s.n(k.beat)+s.n(k.ransom)
	s.reach = 2*s.handles + 2*s.one(k.contact) + s.said(k.apply)
	if s.seeks = (s.n(k.was) == 0 || s.reach > 0) && c.seeks(w); s.seeks {
		s.hire = max(s.hire, 1)
	}
	s.paid, s.asked = s.n(k.money)+s.n(k.foreign) > 0, w.asked(*k)
	s.weigh()
	s.tells()
	s.unoffered()
	s.asks()
	s.jokes()
	s.terse()
	s.solid()
	s.stance = s.decide(s.hire, s.handles, s.reach, s.warned, s.asked && s.n(k.warn) < 2 && s.n(k.advice) < 2, s.n(k.reported) > 0 && !c.instructs(w))
	return s.voice
}

// n counts the words of a class, said those outside of quotations, one whether there
// are any of them, some whether there is one at all, ambiguous or not.
func (s *speaker) n(class int) int     { return s.w.count(class, false) }
func (s *speaker) said(class int) int  { return s.w.count(class, true) }
func (s *speaker) one(class int) int   { return min(s.said(class), 1) }
func (s *speaker) some(class int) bool { return class >= 0 && len(s.w.hits.by[class]) > 0 }

// unhired reports that nobody is hired, and nothing denied as only an offer denies it.
func (s *speaker) unhired() bool { return s.hire == 0 && s.n(s.k.denial) == 0 }

// weigh adds up what speaks for an offer, a warning and a report.
func (s *speaker) weigh() {
	k := s.k
	s.offer = 3*s.hire + s.one(k.job) + s.reach + 2*s.one(k.salary) + s.one(k.basePay) + s.one(k.startWork) +
		3*s.said(k.denial) + s.one(k.money) + s.one(k.commission) + s.one(k.interview) + 2*s.one(k.bring) + s.one(k.perHead) + s.one(k.jargon) + s.evidence
	s.warning = 4*s.n(k.warn) + 2*s.n(k.scam) + 2*s.n(k.advice) + s.n(k.ngo) + s.one(k.ifAsk) + s.one(k.affected) + s.one(k.police)
	s.news = 2*s.n(k.police) + 3*s.n(k.raid) + 2*s.n(k.rescue) + 3*s.n(k.reported) + 2*s.n(k.frame) + 3*s.n(k.affected) + min(s.n(k.scam), 1)
}

// tells weighs what somebody tells of himself or of one of the family.
func (s *speaker) tells() {
	k := s.k
	was, plea, help := 4*s.n(k.was), s.n(k.plea), s.n(k.help)
	if help > 0 && s.some(k.plea) {
		plea = max(plea, 1)
	}
	if s.held == 0 && s.seeks {
		plea, help = 0, 0 // "help me find two who take my place"
	}
	distress := s.held + help + s.n(k.rescue) + s.n(k.scam) + s.n(k.affected)
	instructs := s.c.instructs(s.w)
	if distress == 0 && (plea == 1 && (s.handles > 0 || s.terms > 0 || s.evidence > 2) || instructs) {
		plea = 0 // sister, brother: so the reader is addressed
	}
	if distress == 0 && s.n(k.was) == 1 && (s.reach > 0 || s.hire > 0 || s.evidence > 1 || s.n(k.arrive) > 0 || instructs) {
		was /= 2 // "once there" alone; and what to tell at the counter is told to one who is to go
	}
	s.testimony = was + 5*plea + 3*help
	if s.reach == 0 && s.unhired() && s.n(k.beat) > 0 && s.held > 1 { // beaten and locked up, and no offer
		s.warning += 5
		if s.held > 2 {
			s.testimony += 4
		}
	}
	if s.some(k.plea) && s.unhired() && s.ofKin() {
		s.testimony += 8 // a brother who is beaten, is not let out or was taken over a river
	}
}

// ofKin reports that something was done to who is called brother or sister.
func (s *speaker) ofKin() bool {
	k := s.k
	harmed := s.some(k.beat) || s.some(k.locked) || s.some(k.ransom) || s.some(k.cross) && s.handles == 0
	taken := s.some(k.cross) && s.reach == 0 || s.terms > 0 && s.w.laughs(k.fiction) == 0 && (s.reach == 0 || !s.c.instructs(s.w))
	return s.held > 0 || s.n(k.plea) > 0 && harmed || taken && s.w.opens(k.plea)
}

// unoffered weighs what is said where nobody hires, or nobody can be reached.
func (s *speaker) unoffered() {
	k := s.k
	if s.reach == 0 && s.unhired() && s.some(k.warn) && (s.some(k.ifAsk) || s.some(k.reported) || s.some(k.advice)) && !s.c.instructs(s.w) {
		s.warning += 4 // mind: if somebody asks you
	}
	if s.handles == 0 && s.unhired() { // who quotes an offer does not make it, nor who names two authorities
		if s.c.quotesOffer(s.w) {
			s.warning += 6
			s.offer = min(s.offer, s.warning)
		} else if s.n(k.police) > 1 {
			s.news += 2
			s.offer = min(s.offer, max(s.news, s.warning))
		}
	}
	if s.unhired() && (s.n(k.beat) > 0 && s.n(k.ransom) > 0 || s.n(k.locked) > 0 && s.n(k.police) > 0 && (s.handles == 0 || s.n(k.was) > 0)) {
		s.testimony += 8 // beaten until a ransom came, locked up until the police did
	}
	if s.reach == 0 && s.hire == 0 && s.n(k.scam) > 0 && s.n(k.denial)+s.n(k.jargon)+s.n(k.perHead) == 0 { // who names the crime does not offer it
		s.warning += 4
	}
	if s.n(k.was) > 0 && (s.handles == 0 || s.held > 0) && s.unhired() && s.terms > 0 && !s.c.instructs(s.w) { // one who was there, and nobody to write to, or held
		s.testimony = max(s.testimony, 8)
		s.offer = min(s.offer, s.testimony)
	}
	if s.n(k.reported)+s.n(k.frame) > 0 && s.n(k.police)+s.n(k.raid)+s.n(k.rescue) > 1 { // a report, in which those concerned are quoted
		s.testimony -= 6
	}
	if s.testimony > 0 {
		s.testimony += 2*s.held + min(s.n(k.scam), 1)
	}
}

// asks weighs questions, looking for work, and the words of laws.
func (s *speaker) asks() {
	k := s.k
	s.seeker = 8*s.n(k.seeker) + 3*s.n(k.question)
	s.doubt = s.n(k.question) > 1 || s.n(k.question) > 0 && s.n(k.scam) > 0 || s.asked && s.handles == 0
	s.policy = 3 * s.n(k.policy)
}

// jokes weighs laughter and stories: who can be written to may mean it.
func (s *speaker) jokes() {
	k := s.k
	s.joking = 3 * s.n(k.fiction)
	laughs := s.w.laughs(k.fiction)
	if s.handles > 0 {
		if laughs > 1 && !s.paid && s.evidence+s.terms < 7 {
			s.joking += 6
		}
		return
	}
	taken := s.reach > 1 && s.terms+s.evidence > 3 && s.some(s.c.marks.far) // laughed over, and still to be taken up
	if laughs > 0 && !s.paid && !taken && (s.evidence < 4 || !s.some(s.c.marks.far)) {
		laughs = 2
	}
	s.joking += 3 * laughs
	switch {
	case s.w.chapter(*k) || s.evidence < 5 && s.news < 6 && s.w.narrated(*k):
		s.joking += 6
	case s.n(k.fiction) > 0 && !s.paid: // of a film
		s.joking += 3
	}
}

// terse corrects the weights where little is said beside the terms of an offer.
func (s *speaker) terse() {
	k := s.k
	if s.n(k.denial)+s.n(k.travelBan) > 0 { // a denial inside an offer speaks of scams and beatings too, an offer to the banned of the police
		s.warning -= 4
		s.news -= 3
	}
	if others := max(s.news, s.warning, s.testimony, s.seeker, s.policy, s.joking); others < 3 || others < 5 && s.terms > 2 { // nobody reports or warns: who sets the terms offers the place
		s.offer += 2 * s.terms
	}
	if s.reach == 0 && s.hire == 0 && max(s.news, s.warning, s.testimony) >= 3 { // nobody could take the offer up
		s.offer -= 3
	}
	if strong := s.c.strong(s.w); !s.doubt && (strong > 1 || strong > 0 && (s.handles > 0 || s.terms > 1) && s.seeker < 16 || s.n(k.perHead) > 0) {
		s.seeker = 0 // who looks for work does not speak of debts paid and kidneys, or pay for people
	}
	s.warned = s.n(k.warn) > 0 && s.n(k.scam)+s.n(k.advice)+s.n(k.ngo)+s.n(k.police) > 0 || s.n(k.warn) > 1
}

// solid lets an offer that can be taken up outweigh one line of caution, news or fun
// under it, and takes the hotline under a warning for no such offer.
func (s *speaker) solid() {
	k := s.k
	much := s.evidence+s.terms > 4
	up := (s.handles > 0 || s.one(k.contact) > 0 && s.paid && s.hire > 0) && (s.hire > 0 && s.paid || s.hire > 0 && much || s.paid && much)
	others := s.some(k.advice) || s.n(k.warn) > 1 || s.n(k.reported)+s.n(k.seeker) > 0 || s.n(k.police) > 1 || s.testimony >= 8 || s.c.quotesOffer(s.w)
	switch {
	case up && !others:
		s.warning, s.news = min(s.warning, s.offer/4), min(s.news, s.offer/4)
		s.seeker, s.joking, s.policy, s.doubt, s.asked, s.warned = 0, 0, 0, false, false, false
	case s.handles > 0 && s.hire == 0 && s.reach == 2 && (max(s.warning, s.news) >= 4 || (s.doubt || s.asked) && s.terms == 0): // a hotline under a warning, one's own number under a question
		s.handles, s.reach = 0, 0
		s.offer -= 5
	}
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

// seeks reports that people are sought in words that do not hire: to take a place, to
// watch over others, as a crew, or from middlemen.
func (c *Classifier) seeks(w *work) bool {
	for _, id := range [...]string{"swapped_for", "enforcers_sought", "crew_ad", "middlemen_paid"} {
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
