package sigma

import "fmt"

// Extra is what lurewatch keeps in a rule under the one key `lurewatch`, which
// other Sigma tools carry along as a custom attribute.
type Extra struct {
	Confidence string   // high | medium | low: how often a reviewer is expected to agree
	Indicators []string // concept ids of the indicator catalogue that the rule stands for
	ILO        []string // ILO indicators of forced labour that it foreshadows
	// WithoutStance says why a rule does not ask for stance: offer. Only such a
	// rule may leave it out.
	WithoutStance string
	Examples      Examples
}

// Examples are the proof that travels with a rule: posts on which it must fire,
// and posts that look alike on which it must not.
type Examples struct {
	Match, Ignore []Example
}

// Example is one post, made up by the author of the rule. Only Text is required.
type Example struct {
	Text, Title, Lang              string
	Company, Location, URL, Source string
	Note                           string // why it is here
	Line                           int
}

func (p *parser) extra(kv pair) (e Extra) {
	if kv.val.kind != kindMap {
		p.fail(kv.line, "lurewatch", "must be a map", "see docs/rules.md")
		return e
	}
	for _, x := range kv.val.pairs {
		at := pair{key: "lurewatch." + x.key, line: x.line, val: x.val}
		switch x.key {
		case "confidence":
			e.Confidence = p.word(at, "high", "medium", "low")
		case "indicators":
			e.Indicators = p.texts(at)
		case "ilo":
			e.ILO = p.texts(at)
		case "without_stance":
			e.WithoutStance = p.text(at, 1024)
		case "examples":
			e.Examples = p.examples(at)
		default:
			p.fail(x.line, at.key, "there is no such key", "use confidence, indicators, ilo, without_stance or examples")
		}
	}
	return e
}

func (p *parser) examples(kv pair) (e Examples) {
	if kv.val.kind != kindMap {
		p.fail(kv.line, kv.key, "must be a map with match and ignore", "")
		return e
	}
	for _, x := range kv.val.pairs {
		switch x.key {
		case "match":
			e.Match = p.exampleList(kv.key+".match", x)
		case "ignore":
			e.Ignore = p.exampleList(kv.key+".ignore", x)
		default:
			p.fail(x.line, kv.key+"."+x.key, "there is no such key", "use match and ignore")
		}
	}
	return e
}

func (p *parser) exampleList(path string, kv pair) []Example {
	if kv.val.kind != kindList {
		p.fail(kv.line, path, "must be a list of maps with text", "put a dash before each example")
		return nil
	}
	var out []Example
	for i, v := range kv.val.list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if v.kind != kindMap {
			p.fail(v.line, at, "must be a map with text", "write - text: …")
			continue
		}
		ex := Example{Line: v.line}
		into := map[string]*string{
			"text": &ex.Text, "title": &ex.Title, "lang": &ex.Lang, "company": &ex.Company,
			"location": &ex.Location, "url": &ex.URL, "source": &ex.Source, "note": &ex.Note,
		}
		for _, f := range v.pairs {
			dst, ok := into[f.key]
			if !ok {
				p.fail(f.line, at+"."+f.key, "there is no such key", "use text, title, lang, company, location, url, source or note")
				continue
			}
			*dst = p.text(pair{key: at + "." + f.key, line: f.line, val: f.val}, 16_384)
		}
		if ex.Text == "" && ex.Title == "" {
			p.fail(v.line, at, "has no text", "write what the post says")
			continue
		}
		out = append(out, ex)
	}
	return out
}
