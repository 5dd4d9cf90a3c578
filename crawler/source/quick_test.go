package source

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// outline writes a tree down to the last attribute. It goes no deeper than parsers do.
func outline(n *html.Node) string {
	var b strings.Builder
	depth := 0
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		b.WriteString(strings.Repeat(" ", depth))
		b.WriteString(n.Type.String() + " " + n.DataAtom.String() + " " + n.Namespace + " " + strings.ReplaceAll(n.Data, "\n", "\\n"))
		for _, a := range n.Attr {
			b.WriteString(" [" + a.Namespace + ":" + a.Key + "=" + a.Val + "]")
		}
		b.WriteByte('\n')
		depth++
		var before *html.Node
		for c := n.FirstChild; c != nil; before, c = c, c.NextSibling {
			if c.Parent != n || c.PrevSibling != before {
				b.WriteString("TORN ")
			}
			walk(c)
		}
		if n.LastChild != before {
			b.WriteString("TORN ")
		}
		depth--
	}
	walk(n)
	return b.String()
}

// agree compares both parsers on one page, and reports whether the quick one took it.
func agree(t *testing.T, page string) bool {
	t.Helper()
	in := idle.take()
	defer idle.release(in)
	got, ok := quickHTML(page, in)
	if !ok {
		return false
	}
	want, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("the quick parser takes what the full one refuses: %v\n%.2000q", err, page)
	}
	if g, w := outline(got), outline(want); g != w {
		gs, ws := strings.Split(g, "\n"), strings.Split(w, "\n")
		for i := range min(len(gs), len(ws)) {
			if gs[i] != ws[i] {
				t.Fatalf("line %d of the trees differ:\nquick %s\nfull  %s\n%.2000q", i, gs[i], ws[i], page)
			}
		}
		t.Fatalf("trees of %d and %d lines\n%.2000q", len(gs), len(ws), page)
	}
	return true
}

// quickPages are pages with one thing each; the flag tells whether it is in good order.
var quickPages = map[string]bool{
	"<!doctype html><html><head></head><body></body></html>":                                    true,
	"<!DOCTYPE html>\n<HTML lang=en>\r\n<Head>\r\n</head>\n<!--x-->\n<body>a</body>\n</html>\n": true,
	`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><head/></head><body/></body></html>`: true,
	"<html><head><title>a &amp; b</title><meta charset=utf-8/><script>a<b</script><style></style></head><body>":                                                                                               true,
	"<html><head><noscript><img src=x></noscript></head><body><noscript><p>x</noscript>":                                                                                                                      true,
	"<html><head></head><body><p>a<p>b<div>c<p>d</div><ul><li>x<li>y</ul><h1>z</h1>":                                                                                                                          true,
	"<html><head></head><body><dl><dt>a<dd>b<dt>c</dl></p>x<hr>y<br/>":                                                                                                                                        true,
	"<html><head></head><body><a href='/?a=1&b=2&copy=3&amp;d=%20&lt;&nosuch;&#65;' class=x>&copy; &amp;c</a>":                                                                                                true,
	"<html><head></head><body><b id=2 class=1><i>x</i></b><span>a<em>b</em></span><custom-tag a a=2>z</custom-tag>":                                                                                           true,
	"<html><head></head><body><table><caption>c</caption><colgroup><col><col></colgroup><thead><tr><th>a</thead><tbody><tr><td>b<td>c</tr><tr></table>x":                                                      true,
	"<html><head></head><body><table> <tr> <td>a<table><tr><td>b</table></td> </tr> </table>":                                                                                                                 true,
	"<html><head></head><body><form><select><option>a<option>b<optgroup><option>c</select><input></form></form>":                                                                                              true,
	"<html><head></head><body><textarea>\n&lt;x</textarea><pre>\n\nx</pre><!--a&amp;b--> a < b <3 <":                                                                                                          true,
	"<html><head></head><body><div>x</span></div></div></b-x>y<button>z</button>":                                                                                                                             true,
	"<html><head></head><body><p><table></table>":                                                                                                                                                             false,
	"<html><head></head><body><b><p>x</b></p>":                                                                                                                                                                false,
	"<html><head></head><body><a>x<a>y":                                  false,
	"<html><head></head><body><div><b>x</div>":                           false,
	"<html><head></head><body><table>x<tr></table>":                      false,
	"<html><head></head><body><svg><path/></svg>":                        true,
	"<html><head></head><body><script><!--<script></script>--></script>": false,
	"<html><head></head><body><a href='?a&notit;b'>x</a>":                false,
	"<html><head></head><body>x</body>y":                                 true,
	"<html><body>x":                                                      true,
	"<p>x":                                                               true,
	"<html><head></head><body>x\x00":                                     false,
	"<html><head></head><body><p a=\"":                                   false,
	"":                                                                   false,

	"a<!doctype html>b<head c><html d=1 lang=x><body e=1><body e=2 f><html d=2 g>":                        true,
	" <?xml version='1.0'?> <!DOCTYPE html> x":                                                            true,
	"<!doctype html> <meta charset=utf-8><title>x</title> y <p>z":                                         true,
	"<head></head> <!--a--> <style>x</style> <link> <!--b--> <div>y":                                      true,
	"<html><head></head>\n x<body class=a>y</body> <!--a-->\n</html> <!--b-->z<p>u</html></html><!--c-->": true,
	"<body><div>x</body></div>y</html>z</p>":                                                              true,
	"<body><svg viewBox='0 0 1 1' xmlns:xlink='a' xml:lang=x><defs><clipPath id=a><lineargradient/></CLIPPATH></defs><a xlink:href=#a><use xlink:href='#b'/></a><title>x &amp; y</title><style>p{}</style>t<!--c--></svg>z": true,
	"<a href=x><svg><path d=M0/></svg></a><button><svg/></button><svg><g>": true,
	"<p><svg><g><path></svg>x</p>":                                         true,
	"<svg><p>x</svg>":                                                      false,
	"<svg></p>":                                                            false,
	"<svg><title><b>x</b></title></svg>":                                   false,
	"<svg><foreignObject><p>x</p></foreignObject></svg>":                   false,
	"<svg><![CDATA[x]]></svg>":                                             false,
	"<math><mi>x</mi></math>":                                              false,
	"<table><svg></svg></table>":                                           false,
	"<script><!-- x //--></script><script><!--//--><![CDATA[//><!--\n a<b //--><!]]></script>z": true,
	"x</br>y<image src=a>":    true,
	"<template>x</template>":  false,
	"<frameset><frame>":       false,
	"<body><frameset><frame>": false,
}

// TestBothParsersAgree on pages made for it.
func TestBothParsersAgree(t *testing.T) {
	for page, want := range quickPages {
		t.Run(page, func(t *testing.T) {
			if agree(t, page) != want {
				t.Errorf("in good order: want %v", want)
			}
		})
	}
	if !agree(t, string(jobPage("Typing skills"))) {
		t.Error("a page as boards serve them is not taken")
	}
}

// TestBothParsersAgreeOnRealPages of the corpus and of testdata.
func TestBothParsersAgreeOnRealPages(t *testing.T) {
	taken, pages := 0, 0
	for _, dir := range []string{"testdata", corpus(t)} {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasPrefix(filepath.Ext(path), ".htm") {
				return err
			}
			body, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text, _ := Decode(body, "text/html")
			if pages++; agree(t, text) {
				taken++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if t.Logf("%d of %d pages are in good order", taken, pages); pages < 100 || taken*4 < pages*3 {
		t.Errorf("%d of %d pages are taken: want three in four", taken, pages)
	}
}

// soup is what random pages are cooked from.
var soup = strings.Fields(`<div> </div> <div> </div> <p> </p> <p> </p> <span> </span> <ul> </ul> <ol> </ol> <li> </li> <dl> </dl> <dt> <dd> </dd> <h1> </h1> <h2> </h2>
<table> </table> <tbody> </tbody> <thead> </thead> <tfoot> <tr> </tr> <tr> <td> </td> <td> </td> <th> </th> <caption> </caption> <colgroup> <col> </colgroup>
<a> </a> <b> </b> <i> </i> <b> </b> <form> </form> <select> </select> <option> </option> <optgroup> </optgroup> <button> </button> <input> <br> <hr> <img/> </br>
<pre> </pre> <section> </section> <label> </label> <x-y> </x-y> <address> </address> <menu> </menu> <fieldset> </fieldset> <article> </article> <nav> </nav>
<script>a<b</script> <style></style> <textarea>x</textarea> <title>y</title> <noscript><p></noscript> <iframe></iframe> <link> <meta> <!--c--> text text &amp; </body> </html>
<svg> </svg> <svg/> <g> </g> <path/> <clippath> </clippath> <use xlink:href="#a" viewbox=b /> <desc> </desc> <html> <head> <body a=b> <image> <!doctype> <?pi> </head>
<rt> <ruby> <object> <template> <frame> <nobr> <math>`)

// TestBothParsersAgreeOnTagSoup: random pages, most of them in poor order.
func TestBothParsersAgreeOnTagSoup(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 80_000 {
		var b strings.Builder
		b.WriteString([]string{"<html><head></head><body>", "<html><head></head><body>", "<html><head>", "<!doctype html>", ""}[r.IntN(5)])
		var open []string
		for range 3 + r.IntN(22) {
			w := soup[r.IntN(len(soup))]
			switch {
			case len(open) > 0 && r.IntN(5) < 3: // now and then, what was opened is closed
				w, open = "</"+open[len(open)-1], open[:len(open)-1]
			case strings.HasSuffix(w, ">") && !strings.Contains(w[1:], "<") && w[1] != '/' && w[1] != '!':
				open = append(open, w[1:])
			}
			b.WriteString(w)
			if r.IntN(6) == 0 {
				b.WriteString(" ")
			}
		}
		if agree(t, b.String()) {
			taken++
		}
	}
	if t.Logf("%d pages were taken", taken); taken < 2000 {
		t.Errorf("only %d pages were taken: the test says little", taken)
	}
}

// FuzzBothParsersAgree: whatever the quick parser takes, it reads as the full one does.
func FuzzBothParsersAgree(f *testing.F) {
	for page := range quickPages {
		f.Add(page)
	}
	f.Add(string(jobPage("x"))[:2000])
	f.Fuzz(func(t *testing.T, page string) {
		if len(page) > 1<<16 {
			return
		}
		agree(t, page)
		agree(t, "<html><head></head><body>"+page)
		agree(t, "<html><head></head><body><svg>"+page)
		agree(t, "<html><head></head><body><div><table><tr><td>"+page+"</table>")
	})
}

// BenchmarkParse is the parsers beside each other, on a page as boards serve them.
func BenchmarkParse(b *testing.B) {
	page := string(jobPage("Typing skills"))
	b.Run("quick", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			in := idle.take()
			if _, ok := quickHTML(page, in); !ok {
				b.Fatal("not taken")
			}
			idle.release(in)
		}
	})
	b.Run("full", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := html.Parse(strings.NewReader(page)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
