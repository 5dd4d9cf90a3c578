package facts

import (
	"testing"

	"github.com/lurewatch/lurewatch/internal/post"
)

func TestStatedPay(t *testing.T) {
	x := open(t)
	for name, c := range map[string]struct {
		in        post.Salary
		low, high float64 // of dollars a month
	}{
		"a range in dollars a month":              {post.Salary{Min: 800, Max: 1000, Currency: "USD", Period: "month"}, 900, 900},
		"an hourly wage is of 208 hours a month":  {post.Salary{Min: 10, Max: 10, Currency: "USD", Period: "hour"}, 2080, 2080},
		"a yearly salary is divided":              {post.Salary{Min: 24000, Max: 24000, Currency: "USD", Period: "year"}, 1999, 2001},
		"no period is taken for a month":          {post.Salary{Min: 33000, Currency: "THB"}, 900, 1100},
		"only an upper end counts by half":        {post.Salary{Max: 2000, Currency: "USD", Period: "month"}, 1000, 1000},
		"an unknown currency is left alone":       {post.Salary{Min: 5, Currency: "XTS", Period: "month"}, 0, 0},
		"no amount is left alone":                 {post.Salary{Currency: "USD", Period: "month"}, 0, 0},
		"what is known already is not worked out": {post.Salary{Min: 1, Currency: "USD", USDMonth: 7}, 7, 7},
	} {
		t.Run(name, func(t *testing.T) {
			got := x.Stated(c.in, "en", "")
			if got.USDMonth < c.low || got.USDMonth > c.high {
				t.Errorf("Stated(%+v) = %v USD a month, want %v to %v", c.in, got.USDMonth, c.low, c.high)
			}
		})
	}
}
