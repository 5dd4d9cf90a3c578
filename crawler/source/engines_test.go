package source

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
)

// engine writes an ad the way a program for boards does. The markup habits are those
// of the program; nothing is copied from any site.
type engine struct {
	name       string
	heldOut    bool   // looked at only as a figure: nothing in this package was changed for it
	structured bool   // carries data for machines
	shows      string // letters of the fields it shows: title company location salary date
	page       func(a advert) string
	path       string
}

var esc = html.EscapeString

func list4(items []string, format string) string {
	var b strings.Builder
	for i, it := range items {
		fmt.Fprintf(&b, format, i+1, esc(it))
	}
	return b.String()
}

func paras(a advert) string { return list4(a.body, "<!-- %d --><p>%s</p>\n") }

func brs(a advert) string {
	return strings.Join(escAll(append(append([]string{}, a.body...), a.contacts...)), "<br>\n")
}

func escAll(in []string) (out []string) {
	for _, s := range in {
		out = append(out, esc(s))
	}
	return out
}

func contactsIn(a advert, format string) string { return list4(a.contacts, format) }

func shell(a advert, head, body string) string {
	lang := a.lang
	if lang == "zh-tw" {
		lang = "zh-TW"
	}
	return `<!DOCTYPE html><html lang="` + lang + `"><head><meta charset="utf-8"><title>` + esc(a.title) + ` - ` + esc(a.site) + `</title>` + head + "</head><body>\n" + body + "\n</body></html>"
}

func nav(a advert) string {
	return `<nav><ul>` + list4(a.menu, `<li><a href="/m/%d">%s</a></li>`) + `</ul></nav>`
}

func foot(a advert) string {
	return `<footer><p>&copy; 2025 ` + esc(a.site) + `</p><p>webmaster@` + `board.example</p></footer>`
}

func asJSONLD(a advert) map[string]any {
	m := map[string]any{
		"@type": "JobPosting", "title": a.title, "description": strings.Join(append(append([]string{}, a.body...), a.contacts...), "<br>"), "datePosted": a.iso,
		"hiringOrganization": map[string]any{"@type": "Organization", "name": a.company},
		"jobLocation":        map[string]any{"@type": "Place", "address": map[string]any{"@type": "PostalAddress", "addressLocality": a.place}},
	}
	m["baseSalary"] = map[string]any{"@type": "MonetaryAmount", "currency": a.currency, "value": map[string]any{"@type": "QuantitativeValue", "minValue": a.min, "maxValue": a.max, "unitText": "MONTH"}}
	return m
}

func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func row(label, value string) string {
	return `<tr><td class="l"><b>` + esc(label) + `</b></td><td>` + esc(value) + `</td></tr>`
}

func engines() []engine {
	return []engine{
		// Those that were looked at while the readers were written and corrected.
		{name: "wp-job-manager", structured: true, shows: "tclsd", path: "/job/%d-x/", page: func(a advert) string {
			m := asJSONLD(a)
			m["@context"] = "http://schema.org/"
			return shell(a, `<script type="application/ld+json">`+jsonOf(m)+`</script>`, nav(a)+`<article class="job_listing"><h1 class="entry-title">`+esc(a.title)+`</h1><div class="single_job_listing"><ul class="job-listing-meta meta"><li class="location">`+esc(a.place)+`</li><li class="date-posted"><time datetime="`+a.iso+`">`+esc(a.date)+`</time></li></ul><div class="company"><p class="name"><strong>`+esc(a.company)+`</strong></p></div><div class="job_description">`+paras(a)+contactsIn(a, "<!-- %d --><p>%s</p>")+`</div></div></article>`+foot(a))
		}},
		{name: "drupal-fields", shows: "tclsd", path: "/node/%d", page: func(a advert) string {
			f := func(k, label, v string) string {
				return `<div class="field field-name-field-` + k + ` field-label-inline clearfix"><div class="field-label">` + esc(label) + `:&nbsp;</div><div class="field-items"><div class="field-item even">` + esc(v) + `</div></div></div>`
			}
			return shell(a, `<meta name="Generator" content="Drupal 7 (http://drupal.org)">`, `<div id="page"><div id="header">`+nav(a)+`</div><div id="main"><h1 class="page__title title" id="page-title">`+esc(a.title)+`</h1><div class="node node-job clearfix"><div class="content">`+f("company", a.labels[0], a.company)+f("city", a.labels[1], a.place)+f("salary", a.labels[2], a.pay)+f("date", a.labels[3], a.date)+`<div class="field field-name-body"><div class="field-items"><div class="field-item even">`+paras(a)+`</div></div></div>`+f("contact", a.labels[4], a.contacts[0])+f("contact2", a.labels[4], a.contacts[1])+`</div></div></div></div>`+foot(a))
		}},
		{name: "blogger", shows: "td", path: "/2025/06/post-%d.html", page: func(a advert) string {
			return shell(a, `<meta content="blogger" name="generator">`, `<div class="header"><h1 class="title"><a href="/">`+esc(a.site)+`</a></h1></div><div class="main"><h2 class="date-header"><span>`+esc(a.date)+`</span></h2><div class="post hentry"><h3 class="post-title entry-title">`+esc(a.title)+`</h3><div class="post-body entry-content">`+brs(a)+`</div><div class="post-footer"><abbr class="published" title="`+a.iso+`">`+esc(a.date)+`</abbr> <a href="/label/x">jobs</a></div></div></div><div class="sidebar"><h2>Archive</h2><ul>`+list4(a.related, `<li><a href="/2025/05/p%d.html">%s</a></li>`)+`</ul></div>`)
		}},
		{name: "olx-like", shows: "tlsd", path: "/item/jobs-iid-%d", page: func(a advert) string {
			return shell(a, "", nav(a)+`<main><div data-aut-id="itemTitle"><h1>`+esc(a.title)+`</h1></div><section><span data-aut-id="itemPrice" class="price">`+esc(a.pay)+`</span><div class="location">`+esc(a.place)+`</div><time class="posted" datetime="`+a.iso+`">`+esc(a.date)+`</time></section><section><h3>Description</h3><div data-aut-id="itemDescriptionContent">`+paras(a)+contactsIn(a, "<!-- %d --><p>%s</p>")+`</div></section></main><aside><h3>Similar</h3>`+list4(a.related, `<div><a href="/item/other-iid-%d00"><span>%s</span></a></div>`)+`</aside>`+foot(a))
		}},
		{name: "old-table", shows: "tclsd", path: "/view.asp?id=%d", page: func(a advert) string {
			return `<html><head><title>` + esc(a.title) + `</title></head><body bgcolor=white><table width=780 border=0><tr><td colspan=2><font size=2>` + list4(a.menu, `<a href="p%d.asp">%s</a> | `) + `</font></td></tr><tr><td valign=top width=150><font size=1>` + list4(a.related, `<a href="view.asp?id=9%d">%s</a><br>`) + `</font></td><td><font size=4><b>` + esc(a.title) + `</b></font><table border=1>` + row(a.labels[0], a.company) + row(a.labels[1], a.place) + row(a.labels[2], a.pay) + row(a.labels[3], a.date) + `</table><p>` + brs(a) + `</td></tr></table></body></html>`
		}},
		{name: "phpbb3", shows: "td", path: "/viewtopic.php?f=7&t=%d", page: func(a advert) string {
			return shell(a, "", `<div id="page-body"><h2 class="topic-title"><a href="./viewtopic.php?t=5">`+esc(a.title)+`</a></h2><div id="p71" class="post has-profile bg2"><div class="inner"><dl class="postprofile"><dt>somchai77</dt><dd>Posts: 3</dd></dl><div class="postbody"><div id="post_content71"><h3 class="first"><a href="#p71">`+esc(a.title)+`</a></h3><p class="author">by somchai77 &raquo; <time datetime="`+a.iso+`T08:00:00+00:00">`+esc(a.date)+`</time></p><div class="content">`+brs(a)+`</div></div></div></div></div><div id="p72" class="post bg1"><div class="postbody"><div class="content">up</div></div></div></div>`)
		}},
		{name: "next-state", structured: true, shows: "tclsd", path: "/jobs/%d", page: func(a advert) string {
			state := map[string]any{"props": map[string]any{"pageProps": map[string]any{"job": map[string]any{"id": 55, "title": a.title, "companyName": a.company, "location": a.place, "salary": a.pay, "postedAt": a.iso, "description": strings.Join(append(append([]string{}, a.body...), a.contacts...), "\n")}}}, "page": "/jobs/[id]"}
			return shell(a, "", `<div id="__next"><div class="spinner"></div></div><script id="__NEXT_DATA__" type="application/json">`+jsonOf(state)+`</script><script src="/_next/main.js"></script>`)
		}},
		{name: "microdata-board", structured: true, shows: "tcld", path: "/vacancy/%d", page: func(a advert) string {
			return shell(a, "", nav(a)+`<div itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title">`+esc(a.title)+`</h1><div itemprop="hiringOrganization" itemscope itemtype="https://schema.org/Organization"><span itemprop="name">`+esc(a.company)+`</span></div><div itemprop="jobLocation" itemscope itemtype="https://schema.org/Place"><div itemprop="address" itemscope itemtype="https://schema.org/PostalAddress"><span itemprop="addressLocality">`+esc(a.place)+`</span></div></div><meta itemprop="datePosted" content="`+a.iso+`"><div itemprop="description">`+paras(a)+contactsIn(a, "<!-- %d --><p>%s</p>")+`</div></div>`+foot(a))
		}},

		// Those that were written after the readers and never looked into.
		{name: "joomla", heldOut: true, shows: "tclsd", path: "/index.php/jobs/%d-ad", page: func(a advert) string {
			return shell(a, `<meta name="generator" content="Joomla! - Open Source Content Management">`, `<header>`+nav(a)+`</header><div class="item-page"><div class="page-header"><h2>`+esc(a.title)+`</h2></div><dl class="article-info text-muted"><dd class="published"><time datetime="`+a.iso+`T00:00:00+00:00">`+esc(a.date)+`</time></dd></dl><div class="com-content-article__body"><ul class="fields-container"><li class="field-entry"><span class="field-label">`+esc(a.labels[0])+`: </span><span class="field-value">`+esc(a.company)+`</span></li><li class="field-entry"><span class="field-label">`+esc(a.labels[1])+`: </span><span class="field-value">`+esc(a.place)+`</span></li><li class="field-entry"><span class="field-label">`+esc(a.labels[2])+`: </span><span class="field-value">`+esc(a.pay)+`</span></li></ul>`+paras(a)+`<p>`+contactsIn(a, "<!-- %d -->%s<br>")+`</p></div></div>`+foot(a))
		}},
		{name: "wix", heldOut: true, shows: "tls", path: "/jobs/ad-%d", page: func(a advert) string {
			div := func(s string) string {
				return `<div class="wixui-rich-text" data-testid="richTextElement"><p class="font_8 wixui-rich-text__text"><span class="wixui-rich-text__text">` + s + `</span></p></div>`
			}
			out := `<div id="SITE_CONTAINER"><div id="main_MF"><header id="SITE_HEADER">` + nav(a) + `</header><main id="PAGES_CONTAINER"><div class="wixui-rich-text"><h1 class="font_2">` + esc(a.title) + `</h1></div>` + div(esc(a.labels[1]+": "+a.place)) + div(esc(a.labels[2]+": "+a.pay))
			for _, s := range append(append([]string{}, a.body...), a.contacts...) {
				out += div(esc(s))
			}
			return shell(a, `<meta name="generator" content="Wix.com Website Builder">`, out+`</main></div></div>`)
		}},
		{name: "craigslist-like", heldOut: true, shows: "tlsd", path: "/jjj/d/x/%d.html", page: func(a advert) string {
			return shell(a, "", `<section class="page-container"><header class="global-header"><a href="/">CL</a></header><section class="body"><h1 class="postingtitle"><span class="postingtitletext"><span id="titletextonly">`+esc(a.title)+`</span></span></h1><div class="mapAndAttrs"><p class="attrgroup"><span class="valu">`+esc(a.labels[2])+`: <b>`+esc(a.pay)+`</b></span></p><p class="attrgroup"><span>`+esc(a.labels[1])+`: <b>`+esc(a.place)+`</b></span></p></div><section id="postingbody"><div class="print-information">QR Code Link to This Post</div>`+brs(a)+`</section><div class="postinginfos"><p class="postinginfo">post id: 7712345678</p><p class="postinginfo reveal">posted: <time class="date timeago" datetime="`+a.iso+`T09:00:00+0000">`+esc(a.date)+`</time></p></div></section></section>`)
		}},
		{name: "discuz", heldOut: true, shows: "td", path: "/thread-%d-1-1.html", page: func(a advert) string {
			return shell(a, `<meta name="generator" content="Discuz! X3.4">`, `<div id="pt"><a href="forum.php">BBS</a></div><div id="postlist"><table><tr><td><h1 class="ts"><span id="thread_subject">`+esc(a.title)+`</span></h1></td></tr></table><div id="post_8801"><table id="pid8801" class="plhin"><tr><td class="pls"><div class="authi"><a class="xw1">xiaoli</a></div></td><td class="plc"><div class="authi"><em id="authorposton8801">`+a.iso+` 10:21</em></div><div class="t_fsz"><table><tr><td class="t_f" id="postmessage_8801">`+brs(a)+`</td></tr></table></div></td></tr></table></div></div>`)
		}},
		{name: "vbulletin4", heldOut: true, shows: "td", path: "/showthread.php?t=%d", page: func(a advert) string {
			return shell(a, `<meta name="generator" content="vBulletin 4.2.5">`, `<div class="pagetitle"><h1><span class="threadtitle"><a href="showthread.php">`+esc(a.title)+`</a></span></h1></div><ol id="posts"><li class="postbitlegacy postbitim postcontainer" id="post_4040"><div class="posthead"><span class="postdate old"><span class="date">`+a.iso+`</span></span></div><div class="postdetails"><div class="postbody"><h2 class="title icon">`+esc(a.title)+`</h2><div class="content"><div id="post_message_4040"><blockquote class="postcontent restore">`+brs(a)+`</blockquote></div></div></div></div></li></ol>`)
		}},
		{name: "facebook-group-mirror", heldOut: true, shows: "", path: "/groups/77/posts/%d", page: func(a advert) string {
			return shell(a, "", `<div id="header">`+esc(a.site)+`</div><div role="article"><div class="actor"><strong>Maly S.</strong> <abbr>3 hrs</abbr></div><div data-ft="x"><span><p>`+esc(a.title)+`</p>`+paras(a)+`<p>`+contactsIn(a, "<!-- %d -->%s<br>")+`</p></span></div><div><a href="#">Like</a> · <a href="#">Comment</a> · <a href="#">Share</a></div></div>`)
		}},
		{name: "nuxt3-state", heldOut: true, structured: true, shows: "tclsd", path: "/viec/%d", page: func(a advert) string {
			arr := []any{map[string]any{"data": 1}, map[string]any{"job": 2}, map[string]any{"id": 3, "title": 4, "company": 5, "location": 6, "salary": 7, "createdAt": 8, "description": 9}, 991, a.title, a.company, a.place, a.pay, a.iso, strings.Join(append(append([]string{}, a.body...), a.contacts...), "\n")}
			return shell(a, "", `<div id="__nuxt"></div><script type="application/json" id="__NUXT_DATA__" data-ssr="true">`+jsonOf(arr)+`</script><script>window.__NUXT__={}</script>`)
		}},
		{name: "yoast-graph", heldOut: true, structured: true, shows: "tclsd", path: "/career/%d/", page: func(a advert) string {
			g := map[string]any{"@context": "https://schema.org", "@graph": []any{map[string]any{"@type": "WebPage", "@id": "#w", "name": a.title}, map[string]any{"@type": "BreadcrumbList"}, asJSONLD(a)}}
			return shell(a, "<script type='application/ld+json' class='yoast-schema-graph'>\n/* <![CDATA[ */\n"+strings.Replace(jsonOf(g), `}]}`, `},]}`, 1)+"\n/* ]]> */</script>", nav(a)+`<main class="wp-block-group"><h1 class="wp-block-post-title">`+esc(a.title)+`</h1><div class="entry-content wp-block-post-content">`+paras(a)+`</div></main>`+foot(a))
		}},
		{name: "rdfa-board", heldOut: true, structured: true, shows: "tcld", path: "/offer/%d", page: func(a advert) string {
			return shell(a, "", nav(a)+`<div vocab="https://schema.org/" typeof="JobPosting"><h1 property="title">`+esc(a.title)+`</h1><span property="hiringOrganization" typeof="Organization"><b property="name">`+esc(a.company)+`</b></span><span property="jobLocation" typeof="Place"><span property="address" typeof="PostalAddress"><i property="addressLocality">`+esc(a.place)+`</i></span></span><time property="datePosted" datetime="`+a.iso+`">`+esc(a.date)+`</time><div property="description">`+paras(a)+contactsIn(a, "<!-- %d --><p>%s</p>")+`</div></div>`+foot(a))
		}},
		{name: "definition-list", heldOut: true, shows: "tclsd", path: "/anzeige/%d.htm", page: func(a advert) string {
			return shell(a, "", nav(a)+`<div class="container"><div class="row"><div class="col-md-8"><h1>`+esc(a.title)+`</h1><dl class="dl-horizontal"><dt>`+esc(a.labels[0])+`</dt><dd>`+esc(a.company)+`</dd><dt>`+esc(a.labels[1])+`</dt><dd>`+esc(a.place)+`</dd><dt>`+esc(a.labels[2])+`</dt><dd>`+esc(a.pay)+`</dd><dt>`+esc(a.labels[3])+`</dt><dd>`+esc(a.date)+`</dd></dl><div class="well">`+paras(a)+`</div><h4>`+esc(a.labels[4])+`</h4><ul>`+contactsIn(a, `<li id="c%d">%s</li>`)+`</ul></div><div class="col-md-4"><div class="panel"><h4>More</h4>`+list4(a.related, `<p><a href="/anzeige/20%d.htm">%s</a></p>`)+`</div></div></div></div>`+foot(a))
		}},
	}
}
