package dial

import (
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// plan is the numbering plan of one region.
type plan struct {
	meta *phonenumbers.PhoneMetadata
	code string // country code, digits

	once    sync.Once // guards what follows
	numbers *machine  // bit 0: the region's numbers; the others: numbers of some use
	lengths [16]uint32
	local   uint32 // lengths that are dialled within an area only
	least   int    // of the possible lengths
	most    int
	abroad  *machine       // what is dialled before a country code, nil for nothing
	trunk   *machine       // what is dialled before a number within the country, nil for nothing
	change  *regexp.Regexp // the same with its groups, where the number is rewritten
	groups  int
	leading *machine // what numbers of the region begin with, nil when it is not said
}

// anyLength stands for the lengths of the region's numbers.
const anyLength = ^uint32(0)

// ready makes the tables at the first call.
func (p *plan) ready() *plan {
	p.once.Do(func() {
		if err := p.build(); err != nil {
			p.numbers = nil // a region without numbers; the test of all patterns rules it out
		}
	})
	return p
}

func (p *plan) build() error {
	m := p.meta
	patterns := []string{m.GetGeneralDesc().GetNationalNumberPattern()}
	uses := []*phonenumbers.PhoneNumberDesc{
		m.GetPremiumRate(), m.GetTollFree(), m.GetSharedCost(), m.GetVoip(), m.GetPersonalNumber(),
		m.GetPager(), m.GetUan(), m.GetVoicemail(), m.GetFixedLine(),
	}
	if !m.GetSameMobileAndFixedLinePattern() {
		uses = append(uses, m.GetMobile())
	}
	p.lengths[0] = lengthsOf(m.GetGeneralDesc().GetPossibleLength(), anyLength)
	for _, u := range uses {
		n := lengthsOf(u.GetPossibleLength(), anyLength)
		if u.GetNationalNumberPattern() == "" || n == 0 {
			continue
		}
		p.lengths[len(patterns)] = n
		patterns = append(patterns, u.GetNationalNumberPattern())
	}
	p.local = lengthsOf(m.GetGeneralDesc().GetPossibleLengthLocalOnly(), 0)
	if list := m.GetGeneralDesc().GetPossibleLength(); len(list) > 0 {
		p.least, p.most = int(list[0]), int(list[len(list)-1])
	}
	var err error
	if p.numbers, err = whole(patterns...); err != nil {
		return err
	}
	for _, x := range []struct {
		pattern string
		into    **machine
	}{
		{m.GetInternationalPrefix(), &p.abroad}, {m.GetNationalPrefixForParsing(), &p.trunk}, {m.GetLeadingDigits(), &p.leading},
	} {
		if x.pattern == "" {
			continue
		}
		if *x.into, err = prefix(x.pattern); err != nil {
			return err
		}
	}
	if m.GetNationalPrefixTransformRule() != "" {
		if p.change, err = regexp.Compile("^(?:" + m.GetNationalPrefixForParsing() + ")"); err != nil {
			return err
		}
		p.groups = p.change.NumSubexp()
	}
	return nil
}

// lengthsOf is a bit for each length, or none for no list.
func lengthsOf(list []int32, none uint32) uint32 {
	if len(list) == 0 {
		return none
	}
	var out uint32
	for _, l := range list {
		if l >= 0 && l < 32 {
			out |= 1 << l
		}
	}
	return out
}

// general reports whether digits fit the pattern of all numbers of the region,
// their length apart.
func (p *plan) general(digits string) bool { return p.numbers.match(digits)&1 != 0 }

// valid reports a number that is given out for some use.
func (p *plan) valid(digits string) bool {
	got := p.numbers.match(digits)
	if got&1 == 0 || p.lengths[0]>>len(digits)&1 == 0 {
		return false
	}
	for got >>= 1; got != 0; got &= got - 1 {
		if p.lengths[1+trailing(got)]>>len(digits)&1 != 0 {
			return true
		}
	}
	return false
}

func trailing(v uint16) int {
	n := 0
	for ; v&1 == 0; v >>= 1 {
		n++
	}
	return n
}

// How long a number is, against what is possible in a region.
type fit uint8

const (
	fits fit = iota
	fitsLocally
	tooShort
	tooLong
	fitsNot // between the shortest and the longest
)

func (p *plan) fit(n int) fit {
	switch {
	case p.most == 0: // no numbers at all
		return fitsNot
	case p.local>>n&1 != 0:
		return fitsLocally
	case n < p.least:
		return tooShort
	case n > p.most:
		return tooLong
	case p.lengths[0]>>n&1 != 0:
		return fits
	}
	return fitsNot
}

// cut takes away what is dialled before the number within the country.
func (p *plan) cut(digits string) string {
	if p.trunk == nil || digits == "" {
		return digits
	}
	n := p.trunk.lead(digits)
	if n < 0 {
		return digits
	}
	rest := digits[n:]
	if p.change != nil {
		at := p.change.FindStringSubmatchIndex(digits)
		if at != nil && at[2*p.groups] >= 0 {
			rest = p.change.ReplaceAllString(digits, p.meta.GetNationalPrefixTransformRule())
		}
	}
	if p.general(digits) && !p.general(rest) {
		return digits
	}
	return rest
}

// Book holds the plans of all regions. It is safe for concurrent use.
type Book struct {
	regions [26 * 26]*plan
	codes   [1000][]*plan // by country code, the main region first
}

// New makes a book of the plans that the library carries. The table of a region is
// made when it is first needed, which takes about a millisecond.
func New() (*Book, error) {
	list, err := phonenumbers.MetadataCollection()
	if err != nil {
		return nil, err
	}
	b := &Book{}
	all := map[string]*plan{}
	for _, m := range list.GetMetadata() {
		p := &plan{meta: m, code: strconv.Itoa(int(m.GetCountryCode()))}
		if id := m.GetId(); id == worldwide {
			all[id+p.code] = p
		} else {
			all[id] = p
			b.regions[place(id)] = p
		}
	}
	for code := range b.codes {
		for _, region := range phonenumbers.GetRegionCodesForCountryCode(code) {
			if region == worldwide {
				region += strconv.Itoa(code)
			}
			if p := all[region]; p != nil {
				b.codes[code] = append(b.codes[code], p)
			}
		}
	}
	return b, nil
}

// worldwide is the region of country codes that no country has.
const worldwide = "001"

// place is the index of a region of two letters, or -1.
func place(region string) int {
	if len(region) != 2 {
		return -1
	}
	a, z := region[0]-'A', region[1]-'A'
	if a > 25 || z > 25 {
		return -1
	}
	return int(a)*26 + int(z)
}

func (b *Book) region(region string) *plan {
	i := place(region)
	if i < 0 || b.regions[i] == nil {
		return nil
	}
	return b.regions[i].ready()
}

// Regions lists the regions that the book has a plan of, sorted.
func (b *Book) Regions() []string {
	var out []string
	for _, p := range b.regions {
		if p != nil {
			out = append(out, p.meta.GetId())
		}
	}
	slices.Sort(out)
	return out
}
