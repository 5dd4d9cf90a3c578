package facts

import (
	"errors"
	"fmt"
	"slices"
)

// SalaryTable is the file of pay, as loaded by [ParseSalary].
type SalaryTable struct {
	Year       int                 `yaml:"year"`
	Origins    map[string]string   `yaml:"origins"` // language to country
	FX         map[string]float64  `yaml:"fx"`      // units for one US dollar
	Benchmarks []Benchmark         `yaml:"benchmarks"`
	Notation   map[string]Notation `yaml:"notation"` // by language, and generic
	Words      map[string][]string `yaml:"words"`    // pay, base, extra, never, upto, from
	Periods    map[string][]string `yaml:"periods"`  // hour, day, week, month, year
	Observed   []ObservedOffer     `yaml:"observed"`
}

// Benchmark is ordinary pay in one country, in US dollars a month; zero is unknown.
type Benchmark struct {
	Country     string  `yaml:"country"`
	Currency    string  `yaml:"currency"`
	MinWageUSD  float64 `yaml:"min_wage_usd"`
	DeskLowUSD  float64 `yaml:"desk_low_usd"`
	DeskHighUSD float64 `yaml:"desk_high_usd"`
	Confidence  string  `yaml:"confidence"`
	Source      string  `yaml:"source"`
}

// Notation is how one language writes amounts.
type Notation struct {
	Currency string `yaml:"currency"` // meant when none is written
	Units    []Unit `yaml:"units"`
}

// Unit is what may stand beside a number.
type Unit struct {
	U          []string `yaml:"u"`
	Multiplier float64  `yaml:"multiplier"`
	Currency   string   `yaml:"currency"`
}

// ObservedOffer is an offer as reporting tells of it, for tests.
type ObservedOffer struct {
	Origin  string  `yaml:"origin"`
	Offered string  `yaml:"offered"`
	USDLow  float64 `yaml:"usd_low"`
	USDHigh float64 `yaml:"usd_high"`
}

// ParseSalary reads the file of pay strictly: an unknown key, a currency without a
// rate, a word list or period that nothing reads is an error.
func ParseSalary(b []byte) (*SalaryTable, error) {
	t := &SalaryTable{}
	if err := decodeStrict(b, t); err != nil {
		return nil, fmt.Errorf("parse salary: %w", err)
	}
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("parse salary: %w", err)
	}
	return t, nil
}

func (t *SalaryTable) check() error {
	if len(t.FX) == 0 || len(t.Notation) == 0 || len(t.Words["pay"]) == 0 || len(t.Periods["month"]) == 0 {
		return errors.New("fx, notation, words.pay and periods.month are needed")
	}
	for c, rate := range t.FX {
		if rate <= 0 {
			return fmt.Errorf("fx of %s is %v, want more than 0", c, rate)
		}
	}
	for lang, n := range t.Notation {
		if n.Currency != "" && t.FX[n.Currency] == 0 {
			return fmt.Errorf("notation %s: no fx rate for %s", lang, n.Currency)
		}
		for _, u := range n.Units {
			switch {
			case len(u.U) == 0:
				return fmt.Errorf("notation %s: a unit without a word", lang)
			case u.Currency == "" && u.Multiplier == 0:
				return fmt.Errorf("notation %s: unit %q has neither multiplier nor currency", lang, u.U)
			case u.Currency != "" && t.FX[u.Currency] == 0:
				return fmt.Errorf("notation %s: no fx rate for %s", lang, u.Currency)
			case u.Multiplier < 0:
				return fmt.Errorf("notation %s: unit %q has multiplier %v", lang, u.U, u.Multiplier)
			}
		}
	}
	for _, b := range t.Benchmarks {
		if len(b.Country) != 2 || b.DeskHighUSD <= 0 || b.DeskLowUSD > b.DeskHighUSD {
			return fmt.Errorf("benchmark of %q: want a country and desk_low_usd up to desk_high_usd", b.Country)
		}
	}
	for k := range t.Words {
		if !slices.Contains([]string{"pay", "base", "extra", "never", "upto", "from"}, k) {
			return fmt.Errorf("words: %q is none of pay, base, extra, never, upto, from", k)
		}
	}
	for k := range t.Periods {
		if periodOf(k) == 0 {
			return fmt.Errorf("periods: %q is none of hour, day, week, month, year", k)
		}
	}
	return nil
}

// period is what an amount is paid for.
type period uint8

const (
	perUnknown period = iota
	perHour
	perDay
	perWeek
	perMonth
	perYear
)

var periodNames = [...]string{"", "hour", "day", "week", "month", "year"}

func periodOf(name string) period { return period(max(slices.Index(periodNames[:], name), 0)) }

func (p period) String() string { return periodNames[p] }

// months is how often p comes in a month of 26 working days of 8 hours.
func (p period) months() float64 {
	switch p {
	case perHour:
		return 208
	case perDay:
		return 26
	case perWeek:
		return 4.33
	case perYear:
		return 1.0 / 12
	}
	return 1
}
