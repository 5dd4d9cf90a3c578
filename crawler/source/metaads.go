package source

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/lurewatch/lurewatch/internal/post"
)

// metaads reads answers of the Meta Ad Library API (ads_archive): one post an ad,
// and the way to the next page. The token that the API writes into paging.next and
// ad_snapshot_url is kept out of links and posts.
type metaads struct{}

func (metaads) Name() string { return "metaads" }

// About tells of metaads.
func (metaads) About() About {
	return About{
		Covers: "ads on Facebook, Instagram, Messenger and Threads: every ad that was shown in the EU or the UK, elsewhere ads about social issues, elections or politics alone. " +
			"Ordinary job ads that were shown only in ASEAN are not in it, unless they were shown in the EU or the UK, too",
		Access: "an access token of a Meta account whose identity is confirmed, as token: in the source", Pace: 20 * time.Second,
		Docs: "https://www.facebook.com/ads/library/api", API: true,
	}
}

func (metaads) Claims(p Page) bool {
	d := p.document()
	if d.kind != kindJSON {
		return false
	}
	if d.url != nil && strings.HasSuffix(d.url.Path, "/ads_archive") {
		return true
	}
	return strings.Contains(d.text, `"data"`) && (strings.Contains(d.text, `"ad_snapshot_url"`) || strings.Contains(d.text, `"ad_creative_bodies"`))
}

func (metaads) Extract(_ context.Context, p Page) (Found, error) {
	d := p.document()
	f := Found{Adapter: "metaads"}
	v, err := ParseLoose(d.text)
	m, ok := v.(item)
	if err != nil || !ok {
		return f, nil //nolint:nilerr // no JSON holds no posts
	}
	ads, _ := m["data"].([]any)
	for _, e := range ads[:min(len(ads), MaxPosts)] {
		if ad, ok := e.(item); ok {
			f.whole(metaAd(d, ad))
		}
	}
	if paging, ok := m["paging"].(item); ok {
		f.link(Link{URL: withoutSecrets(d.absolute(str(paging["next"]))), Next: true})
	}
	return f, nil
}

func metaAd(d *document, ad item) post.Post {
	id := bound(str(ad["id"]))
	p := post.Post{Method: "adapter", NativeID: id, Company: cap256(OneLine(str(ad["page_name"])))}
	if id != "" { // as anybody can open it; ad_snapshot_url holds the token
		p.URL = "https://www.facebook.com/ads/library/?id=" + url.QueryEscape(id)
	}
	var parts []string
	for _, k := range []string{"ad_creative_bodies", "ad_creative_link_titles", "ad_creative_link_descriptions", "ad_creative_link_captions"} {
		for _, e := range texts(ad[k]) {
			s := tidy(e)
			if k == "ad_creative_link_titles" && p.Title == "" {
				p.Title = cap256(OneLine(s))
			}
			parts = appendNew(parts, s)
		}
	}
	p.Text = strings.Join(parts, "\n\n")
	if p.Title == "" {
		first, _, _ := strings.Cut(p.Text, "\n")
		p.Title = cap256(OneLine(first))
	}
	if langs := texts(ad["languages"]); len(langs) == 1 { // of several it is unknown which text is in which
		p.Lang = primaryLang(langs[0])
	}
	for _, k := range []string{"ad_delivery_start_time", "ad_creation_time"} {
		if at, ok := ParseTime(str(ad[k]), d.page.FetchedAt); ok {
			p.PostedAt = at
			break
		}
	}
	return p
}

// texts is a list of strings, or one, within reason.
func texts(v any) (out []string) {
	for _, e := range list(v) {
		if s, ok := e.(string); ok && strings.TrimSpace(s) != "" && len(out) < 50 {
			out = append(out, s)
		}
	}
	return out
}

// secretParams are the parameters of an address that let its holder in.
var secretParams = []string{"access_token", "appsecret_proof", "client_secret", "oauth_token", "api_key"}

// withoutSecrets is an address without them. Where none stands it is left as it is.
func withoutSecrets(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || raw == "" {
		return ""
	}
	q, cut := u.Query(), false
	for _, k := range secretParams {
		cut = cut || q.Has(k)
		q.Del(k)
	}
	if !cut {
		return raw
	}
	u.RawQuery = q.Encode()
	return u.String()
}
