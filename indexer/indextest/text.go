package indextest

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lurewatch/lurewatch/indexer"
	"github.com/lurewatch/lurewatch/internal/post"
)

// textQueries finds posts of the corpus by their words.
func textQueries() map[string][]string {
	return map[string][]string{
		"ticket":                        {"en1", "tl1"},
		"Ticket VISA":                   {"en1"},
		"ＴＩＣＫＥＴ":                        {"en1", "tl1"},
		"free ticket OR nurse":          {"en1", "en2"},
		`"free air ticket"`:             {"en1"},
		`"air free ticket"`:             {},
		`"ticket earn"`:                 {}, // title and text are two fields
		`"without gap golden"`:          {},
		"regist*":                       {"en2"},
		`"free fl"*`:                    {"en1"},
		"free -visa":                    {},
		"free -nurse":                   {"en1"},
		"-golden -mae":                  every(3, 2),
		"(nurse OR gratis) NOT kamboja": {"en2"},
		"part-time":                     {"en1"},
		"parttime":                      {},
		"1500":                          {"en1"},
		"1,500 usd":                     {"en1"},
		"30.000":                        {"th1", "zh1"},
		"80000":                         {"hi1"},
		"@sea_jobs88":                   {"en1"},
		"sea_jobs88":                    {"en1"},
		"+66 53 123 456":                {"en2"},
		"6653123456":                    {"en2"},
		"0912345678":                    {"vi1"},
		"0912-345-678":                  {"vi1"},
		"09171234567":                   {"tl1"},
		"board.example":                 {},
		"westview poster":               {"en2"}, // read from a picture
		`"clinic wall"`:                 {"en2"},
		"nurse2":                        {"en2"}, // and from a code

		"招聘":      {"zh1"},
		"高薪招聘":    {"zh1"},
		"招":       {"zh1"},
		"包机票包吃住":  {"zh1"},
		"包吃 机票":   {"zh1"},
		"吃住月薪":    {}, // a comma stands between
		"園區":      {"zh2"},
		"護照由公司":   {"zh2"},
		"公司":      {"zh1", "zh2"},
		"住":       {"zh1"},
		"งานสบาย": {"th1"},
		"ตั๋วเครื่องบิน":       {"th1"},
		"เครื่องบิน":           {"th1"},
		"ที่พัก":               {"th1"},
		"แอดมิน":               {"th1"},
		"ប្រាក់ខែ":             {"km1"},
		"បទពិសោធន៍":            {"km1"},
		"អាហារ":                {"km1"},
		"ឥតគិតថ្លៃ":            {"km1"},
		"ជ្រើសរើស":             {"km1"},
		"လစာ":                  {"my1"},
		"အခမဲ့":                {"my1"},
		"ဝန်ထမ်း":              {"my1"},
		"ထိုင်း":               {"my1"},
		"ເງິນເດືອນ":            {"lo1"},
		"ທີ່ພັກ":               {"lo1"},
		"ສາມຫຼ່ຽມ":             append(every(3, 2), "lo1"),
		"việc nhẹ lương cao":   {"vi1"},
		"viec nhe luong cao":   {"vi1"},
		`"VIỆC NHẸ LƯƠNG CAO"`: {"vi1"},
		`"nhẹ việc"`:           {},
		"tuyển nhân viên":      {"vi1"},
		"アルバイト":                {"ja1"},
		"ｱﾙﾊﾞｲﾄ":               {"ja1"},
		"航空券":                  {"ja1"},
		"未経験者歓迎":               {"ja1"},
		"고수익":                  {"ko1"},
		"알바":                   {"ko1"},
		"항공권":                  {"ko1"},
		"숙식제공 캄보디아":            {"ko1"},
		"راتب":                 {"ar1"},
		"رَاتِب":               {"ar1"},
		"سفر مجانيه":           {"ar1"},
		"नौकरी":                {"hi1"},
		"हवाई टिकट":            {"hi1"},
		"पासपोर्ट":             {"hi1"},
		"tiket pesawat":        {"id1"},
		"бесплатный перелет":   {"ru1"},
		"ЖИЛЬЁ":                {"ru1"},
		"опыт зарплат*":        {"ru1"},
		"Libre tirahan":        {"tl1"},
		"pass\u200bport":       {},
		"tick\u200bet":         {"en1", "tl1"},
		"recruiter_3":          {"zh2"},
		"+66812345004":         {"th1"},
		"golden -offline zzz":  {},
	}
}

// every names each n-th post of the corpus from the r-th on.
func every(n, r int) []string {
	return matching(func(i int, _ post.Judged) bool { return i%n == r })
}

func testText(t *testing.T, x indexer.Index) {
	for _, text := range slices.Sorted(maps.Keys(textQueries())) {
		want := slices.Compact(slices.Sorted(slices.Values(textQueries()[text])))
		expect(t, x, indexer.Query{Text: text}, want...)
		expect(t, x, indexer.Query{Text: text, Sort: indexer.Relevance}, want...)
	}
}

func testHighlight(t *testing.T, x indexer.Index) {
	for text, want := range map[string][]string{
		"ticket":             {"title:ticket"},
		`"free air ticket"`:  {"title:free air ticket"},
		"free -nurse":        {"title:free", "text:Free"},
		"flig* visa":         {"text:flight", "text:visa"},
		"包机票":                {"text:包机票"},
		"招":                  {"title:招", "text:招"},
		"เครื่องบิน":         {"text:เครื่องบิน"},
		`"luong cao"`:        {"text:lương cao"},
		"0912345678":         {"text:0912 345 678"},
		"고수익":                {"title:고수익"},
		"1500usd":            {"text:1,500 USD"},
		"бесплатный перелет": {"text:бесплатный", "text:перелёт"},
		"ប្រាក់ខែ":           {"text:ប្រាក់ខែ"},
	} {
		page := search(t, x, indexer.Query{Text: text, Highlight: true})
		if len(page.Hits) == 0 {
			t.Errorf("search %q: nothing found", text)
			continue
		}
		doc := page.Hits[len(page.Hits)-1].Doc // the oldest, for some find two
		var got []string
		for _, h := range page.Hits[len(page.Hits)-1].Highlights {
			got = append(got, h.Field+":"+map[string]string{"title": doc.Post.Title, "text": doc.Post.Text}[h.Field][h.Start:h.End])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("highlight %q (-want +got):\n%s", text, diff)
		}
	}
	if h := search(t, x, indexer.Query{Text: "ticket"}).Hits[0].Highlights; h != nil {
		t.Errorf("highlights without being asked for: %v", h)
	}
}

func testWrong(t *testing.T, x indexer.Index) {
	good := search(t, x, indexer.Query{Limit: 2})
	for name, c := range map[string]struct {
		q    indexer.Query
		want error
	}{
		"open quotation":         {indexer.Query{Text: `"free`}, indexer.ErrQuery},
		"open group":             {indexer.Query{Text: `(free`}, indexer.ErrQuery},
		"nothing to find":        {indexer.Query{Text: `!!!`}, indexer.ErrQuery},
		"limit too large":        {indexer.Query{Limit: indexer.MaxLimit + 1}, indexer.ErrQuery},
		"unknown sort":           {indexer.Query{Sort: "best"}, indexer.ErrQuery},
		"unknown facet":          {indexer.Query{Facets: []indexer.Facet{"color"}}, indexer.ErrQuery},
		"unknown interval":       {indexer.Query{Histogram: "year"}, indexer.ErrQuery},
		"unknown level":          {indexer.Query{Filter: indexer.Filter{MinLevel: "huge"}}, indexer.ErrQuery},
		"cursor of nobody":       {indexer.Query{Cursor: "%%%"}, indexer.ErrCursor},
		"cursor of another text": {indexer.Query{Cursor: good.Next, Text: "ticket"}, indexer.ErrCursor},
		"cursor of another sort": {indexer.Query{Cursor: good.Next, Sort: indexer.Oldest}, indexer.ErrCursor},
	} {
		if _, err := x.Search(t.Context(), c.q); !errors.Is(err, c.want) {
			t.Errorf("%s: error = %v, want %v", name, err, c.want)
		}
	}
}
