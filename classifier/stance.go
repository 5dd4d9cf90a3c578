package classifier

import "github.com/lurewatch/lurewatch/internal/post"

// voice is the stance and the weights that led to it, for `rules explain` and tests.
type voice struct {
	stance                                                  post.Stance
	offer, warning, news, testimony, seeker, policy, joking int
}

// stanceClasses are the classes that tell who speaks, by index.
type stanceClasses struct {
	hire, job, apply, contact, salary, basePay, startWork, flight, lodging, food, visa, denial, money, handle, commission,
	warn, scam, advice, ngo, question, ifAsk, police, raid, rescue, affected, reported, frame,
	was, plea, help, locked, beat, ransom, seeker, policy, fiction, staff, interview, bring int
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
		fiction: i("FICTION_JOKE"), staff: i("STAFF"), interview: i("INTERVIEW"), bring: i("BRING_PEOPLE"),
	}
}

// voiceOf weighs the classes found. Each class counts its different words, twice
// at most, so that length and repetition say nothing; the largest weight wins,
// and what may hurt most when mistaken is asked first.
func (c *Classifier) voiceOf(w *work, contacts int) voice {
	k := c.stances
	n := func(class int) int {
		if class < 0 {
			return 0
		}
		list := w.hits.by[class]
		switch {
		case distinct(list, 2):
			return 2
		case distinct(list, 1):
			return 1
		}
		return 0
	}
	one := func(class int) int { return min(n(class), 1) }
	var x voice
	handles := min(contacts, 1)
	x.offer = 3*n(k.hire) + one(k.job) + n(k.apply) + 2*one(k.contact) + 2*handles + 2*one(k.salary) + one(k.basePay) + one(k.startWork) +
		one(k.flight) + one(k.lodging) + one(k.food) + one(k.visa) + 3*n(k.denial) + one(k.money) + one(k.commission) + one(k.interview) + 2*one(k.bring)
	x.warning = 4*n(k.warn) + 2*n(k.scam) + 2*n(k.advice) + one(k.ngo) + one(k.question) + one(k.ifAsk) + one(k.affected)
	x.news = 2*n(k.police) + 3*n(k.raid) + 2*n(k.rescue) + 3*n(k.reported) + 2*n(k.frame) + 3*n(k.affected) + one(k.scam)
	x.testimony = 4*n(k.was) + 5*n(k.plea) + 3*n(k.help)
	if x.testimony > 0 {
		x.testimony += 2*n(k.locked) + 2*n(k.beat) + 2*n(k.ransom) + one(k.scam)
	}
	x.seeker = 6 * n(k.seeker)
	x.policy = 3 * n(k.policy)
	x.joking = 3 * n(k.fiction)
	// A denial inside an offer speaks of scams and beatings too.
	if n(k.denial) > 0 {
		x.warning -= 3
		x.news -= 2
	}
	// News and warnings seldom say where to apply.
	if handles == 0 && n(k.contact) == 0 {
		x.offer -= 1
	}
	x.stance = x.decide(n(k.hire), n(k.warn))
	return x
}

func (x voice) decide(hire, warn int) post.Stance {
	best := max(x.offer, x.warning, x.news, x.testimony, x.seeker)
	switch {
	case best <= 2:
		return post.StanceOther
	case x.testimony >= 8 && x.testimony*3 >= x.offer*2 && x.testimony*3 >= x.news*2,
		x.testimony >= 4 && x.testimony >= x.offer && x.testimony >= x.news && x.testimony >= x.warning:
		return post.StanceTestimony
	case x.news >= 8 && x.news*3 >= x.offer*2 && x.news >= x.warning:
		return post.StanceNews
	case x.warning >= 6 && x.warning*3 >= x.offer*2 && (warn > 0 || x.warning > x.offer):
		return post.StanceWarning
	case x.news >= 5 && x.news >= x.offer && x.news >= x.seeker:
		return post.StanceNews
	case x.seeker >= 6 && hire == 0 && x.seeker*3 >= x.offer*2:
		return post.StanceSeeker
	case x.policy+x.joking >= 6 && x.policy+x.joking >= x.offer:
		return post.StanceOther
	case x.offer >= 4:
		return post.StanceOffer
	}
	return post.StanceOther
}
