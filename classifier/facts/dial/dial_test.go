package dial

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"
)

func book(t testing.TB) *Book {
	t.Helper()
	b, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// library says what the library says.
func library(s, region string) (string, Grade) {
	n, err := phonenumbers.Parse(s, region)
	if err != nil {
		return "", None
	}
	e := phonenumbers.Format(n, phonenumbers.E164)
	switch {
	case phonenumbers.IsValidNumber(n):
		return e, Valid
	case phonenumbers.IsPossibleNumber(n):
		return e, Possible
	}
	return "", None
}

// TestEveryPatternCanBeRead makes the tables of all regions.
func TestEveryPatternCanBeRead(t *testing.T) {
	b := book(t)
	var slowest time.Duration
	states, total := 0, time.Duration(0)
	for _, list := range b.codes {
		for _, p := range list {
			began := time.Now()
			if err := p.build(); err != nil {
				t.Errorf("%s: %v", p.meta.GetId(), err)
				continue
			}
			took := time.Since(began)
			slowest, total = max(slowest, took), total+took
			states = max(states, len(p.numbers.next))
		}
	}
	t.Logf("most states %d, slowest %v, all %v", states, slowest, total)
	if len(b.Regions()) < 240 {
		t.Errorf("%d regions", len(b.Regions()))
	}
}

// TestSameAsLibrary holds random and nearly valid numbers of all regions beside what the library says.
func TestSameAsLibrary(t *testing.T) {
	b := book(t)
	r := rand.New(rand.NewPCG(1, 2))
	each := 1000
	if testing.Short() {
		each = 100
	}
	asked, valid := 0, 0
	check := func(digits, region string) {
		want, grade := library(digits, region)
		var got string
		var g Grade
		if strings.HasPrefix(digits, "+") {
			got, g = b.International(digits[1:])
		} else {
			got, g = b.National(digits, region)
		}
		asked++
		if grade == Valid {
			valid++
		}
		if got != want || g != grade {
			t.Errorf("%s in %s = %q, grade %d; the library says %q, %d", digits, region, got, g, want, grade)
		}
	}
	digits := func(n int) string {
		d := make([]byte, n)
		for i := range d {
			d[i] = byte('0' + r.IntN(10))
		}
		return string(d)
	}
	for _, region := range b.Regions() {
		code := b.region(region).code
		var examples []string
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.TOLL_FREE, phonenumbers.PREMIUM_RATE, phonenumbers.VOIP, phonenumbers.UAN} {
			if n := phonenumbers.GetExampleNumberForType(region, kind); n != nil {
				examples = append(examples, phonenumbers.GetNationalSignificantNumber(n))
			}
		}
		trunk := b.region(region).meta.GetNationalPrefix()
		for i := range each {
			if t.Failed() && i > 50 {
				return
			}
			var d string
			if len(examples) == 0 || r.IntN(4) == 0 {
				d = digits(2 + r.IntN(14))
			} else {
				x := []byte(examples[r.IntN(len(examples))])
				for range r.IntN(4) { // a digit or three are others
					x[r.IntN(len(x))] = byte('0' + r.IntN(10))
				}
				switch r.IntN(8) {
				case 0:
					x = x[:len(x)-1]
				case 1:
					x = append(x, byte('0'+r.IntN(10)))
				case 2:
					x = x[1:]
				}
				d = string(x)
			}
			switch r.IntN(6) {
			case 0:
				check("+"+code+d, "ZZ")
			case 1:
				check("+"+code+trunk+d, "ZZ")
			case 2:
				check(trunk+d, region)
			case 3:
				check(code+d, region)
			case 4:
				check([]string{"00", "011", "001", "0", "8", "9"}[r.IntN(6)]+[]string{"", code}[r.IntN(2)]+d, region)
			case 5:
				check(d, region)
			}
		}
	}
	for range 20 * each { // of no region in particular
		check("+"+digits(3+r.IntN(14)), "ZZ")
	}
	t.Logf("%d numbers, %d of them valid", asked, valid)
	if valid < asked/10 {
		t.Errorf("only %d of %d numbers are valid: the test is too easy", valid, asked)
	}
}

// FuzzSameAsLibrary is the same for whatever digits the fuzzer finds.
func FuzzSameAsLibrary(f *testing.F) {
	b := book(f)
	regions := b.Regions()
	seeds := []string{"0912000001", "6281200000001", "0066812345678", "15005550006", "0343715123456", "000212345", "2681234", "37066661212345"}
	if len(seeds) == 0 {
		f.Fatal("no seeds")
	}
	for i, s := range seeds {
		f.Add(s, uint16(i*31))
	}
	f.Fuzz(func(t *testing.T, digits string, n uint16) {
		if !isDigits(digits) {
			if e, g := b.National(digits, regions[int(n)%len(regions)]); g != None || e != "" {
				t.Fatalf("%q is a number: %q", digits, e)
			}
			return
		}
		region := regions[int(n)%len(regions)]
		want, grade := library(digits, region)
		if got, g := b.National(digits, region); got != want || g != grade {
			t.Fatalf("%s in %s = %q, grade %d; the library says %q, %d", digits, region, got, g, want, grade)
		}
		want, grade = library("+"+digits, "ZZ")
		if got, g := b.International(digits); got != want || g != grade {
			t.Fatalf("+%s = %q, grade %d; the library says %q, %d", digits, got, g, want, grade)
		}
	})
}

func TestWhatIsNoNumber(t *testing.T) {
	b := book(t)
	for name, in := range map[string]struct{ digits, region string }{
		"letters":           {"09l2000001", "VN"},
		"nothing":           {"", "VN"},
		"an unknown region": {"0912000001", "QQ"},
		"a worldwide one":   {"0912000001", "001"},
		"small letters":     {"0912000001", "vn"},
		"too many digits":   {strings.Repeat("1", 40), "VN"},
	} {
		if e, g := b.National(in.digits, in.region); g != None || e != "" {
			t.Errorf("%s: %q, %d", name, e, g)
		}
		if e, g := b.International(in.digits); name != "an unknown region" && g == Valid {
			t.Errorf("%s, international: %q, %d", name, e, g)
		}
	}
}

func BenchmarkNational(b *testing.B) {
	x := book(b)
	for b.Loop() {
		x.National("0912000001", "VN")
	}
}

func BenchmarkInternational(b *testing.B) {
	x := book(b)
	for b.Loop() {
		x.International("6281200000001")
	}
}
