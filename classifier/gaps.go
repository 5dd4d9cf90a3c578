package classifier

// A line that speaks for itself may stand in the middle of a lure too. Who warns or
// reports does it in more lines than one, and describes an offer without saying how it
// is taken up. So one line that warns, reports or asks is left out wherever it stands,
// and the rest has to name its pay and somebody to write to.

// between adds what is left without one such line, equal ones taken together.
func (r *ruler) between() {
	p := part{view: everything(), gap: true}
	if r.found.licensed {
		return // an agency that shows its licence warns of others
	}
	k, n, line := &r.c.stances, 0, ""
	for i, l := range r.lines {
		if !r.reports(l) || r.some(l, k.licence, k.permit) || r.address(l) || r.offers(l) {
			continue
		}
		if n == maxGaps || n > 0 && r.line(i) != line {
			return
		}
		p.gaps[n], line = span32{l.from, l.to}, r.line(i)
		n++
	}
	if n > 0 && n < len(r.lines) {
		r.add(p)
	}
}

// reports is true of a line that warns of something or tells news.
func (r *ruler) reports(l view) bool {
	k := &r.c.stances
	return r.some(l, k.warn, k.scam, k.raid, k.rescue, k.affected, k.reported, k.frame, k.question)
}

// offers reports a line that also says how an offer is taken up.
func (r *ruler) offers(l view) bool {
	k := &r.c.stances
	if r.some(l, k.contact, k.hire) {
		return true
	}
	for _, at := range r.found.contactsAt {
		if at.end > 0 && l.holds(at.start, at.end) {
			return true
		}
	}
	return false
}
