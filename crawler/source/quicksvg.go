package source

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// SVG inside a page is read by the rules for foreign elements, 13.2.6.5: names keep
// their capitals, tags may close themselves, and nothing is implied. HTML inside SVG is
// not in order; MathML is left to the full parser.

func (q *quick) startSVG(t tag) bool {
	q.spellSVG(&t)
	return q.pushSVG(t)
}

func (q *quick) pushSVG(t tag) bool {
	ok := q.push(t)
	q.top().Namespace = "svg"
	if t.self {
		q.open = q.open[:len(q.open)-1]
	}
	return ok
}

// startForeign takes a start tag inside SVG.
func (q *quick) startForeign(t tag) bool {
	switch q.top().Data {
	case "desc", "foreignObject", "title": // HTML may stand there
		return false
	}
	if breaksOut[t.name] || t.atom == atom.Font {
		return false
	}
	if name := svgNames[t.name]; name != "" {
		t.name, t.atom = name, atomOf(name)
	}
	q.spellSVG(&t)
	return q.pushSVG(t)
}

// endForeign takes an end tag inside SVG: of an element of it.
func (q *quick) endForeign(t tag) bool {
	for i := len(q.open) - 1; q.open[i].Namespace != ""; i-- {
		if strings.EqualFold(q.open[i].Data, t.name) {
			q.open = q.open[:i]
			return true
		}
	}
	return false
}

// spellSVG gives attributes their capitals and name spaces.
func (q *quick) spellSVG(t *tag) {
	for i := range t.attr {
		a := &t.attr[i]
		if name := svgAttributes[a.Key]; name != "" {
			a.Key = name
		}
		switch a.Key {
		case "xlink:actuate", "xlink:arcrole", "xlink:href", "xlink:role", "xlink:show", "xlink:title", "xlink:type", "xml:lang", "xml:space", "xmlns:xlink":
			a.Namespace, a.Key, _ = strings.Cut(a.Key, ":")
		}
	}
}

// svgNames and svgAttributes give the names that have capitals, by those that have none.
var (
	svgNames = capitals(`altGlyph altGlyphDef altGlyphItem animateColor animateMotion animateTransform clipPath feBlend feColorMatrix feComponentTransfer feComposite
	feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode
	feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence foreignObject glyphRef linearGradient radialGradient textPath`)
	svgAttributes = capitals(`attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant edgeMode filterUnits glyphRef gradientTransform
	gradientUnits kernelMatrix kernelUnitLength keyPoints keySplines keyTimes lengthAdjust limitingConeAngle markerHeight markerUnits markerWidth
	maskContentUnits maskUnits numOctaves pathLength patternContentUnits patternTransform patternUnits pointsAtX pointsAtY pointsAtZ preserveAlpha
	preserveAspectRatio primitiveUnits refX refY repeatCount repeatDur requiredExtensions requiredFeatures specularConstant specularExponent spreadMethod
	startOffset stdDeviation stitchTiles surfaceScale systemLanguage tableValues targetX targetY textLength viewBox viewTarget xChannelSelector
	yChannelSelector zoomAndPan`)
)

// breaksOut are elements that end all SVG around them.
var breaksOut = func() map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq(`b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p pre ruby s small span strong
	strike sub sup table tt u ul var`) {
		m[name] = true
	}
	return m
}()

func capitals(names string) map[string]string {
	m := map[string]string{}
	for name := range strings.FieldsSeq(names) {
		m[strings.ToLower(name)] = name
	}
	return m
}
