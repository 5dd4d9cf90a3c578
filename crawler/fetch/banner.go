package fetch

import (
	"context"
	_ "embed"
	"errors"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// consent is a function that closes a cookie banner; see the file for what it may
// click. It is told whether it runs in a frame that lies over its page.
//
//go:embed consent.js
var consent string

// liesOver is asked of a frame's element: whether it is shown, and over the page.
const liesOver = `function() {
  const r = this.getBoundingClientRect();
  if (r.width < 2 || r.height < 2) return false;
  for (let e = this; e && e !== document.documentElement; e = e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null)) {
    const s = getComputedStyle(e);
    if (s.display === "none" || s.visibility === "hidden" || s.opacity === "0") return false;
    if (s.position === "fixed" || s.position === "sticky" || e.matches("dialog[open],[role=dialog],[role=alertdialog],[aria-modal=true]")) return true;
  }
  return false;
}`

// loadedFrame waits until a frame has its document, for a while at most: it may come
// later than all that the page itself waits for.
const loadedFrame = `(async () => {
  for (let i = 0; i < 30 && document.readyState !== "complete"; i++) await new Promise(done => setTimeout(done, 50));
  return true;
})()`

const (
	maxBannerFrames = 4               // frames over a page that are looked into
	maxFrameTime    = 3 * time.Second // for each
)

// closeBanners clicks away what lies over the page, at most twice: a second banner
// may come up behind the first. It looks into the page, then into frames over it.
func (v *visit) closeBanners(ctx context.Context, world runtime.ExecutionContextID) {
	for range 2 {
		var clicked string
		if v.eval(ctx, world, consent+"(false)", &clicked) != nil {
			return
		}
		if clicked == "" {
			clicked = v.closeFramed(ctx, world)
		}
		if clicked == "" {
			return
		}
		v.b.opt.Log.Debug("closed a banner", "button", short(clicked))
		v.settled(ctx)
	}
}

// bannerFrame is a frame of the page, in its process or in one of its own.
type bannerFrame struct {
	id     cdp.FrameID
	url    string
	target target.ID // empty for one in the page's process
}

// closeFramed closes a banner in a frame that lies over the page, and returns the text
// of the button, "" when there was none.
func (v *visit) closeFramed(ctx context.Context, world runtime.ExecutionContextID) string {
	looked := 0
	for _, f := range v.childFrames(ctx) {
		if looked == maxBannerFrames || ctx.Err() != nil {
			break
		}
		if !v.vetFrame(f) || !v.over(ctx, world, f.id) {
			continue
		}
		looked++
		if clicked := v.clickIn(ctx, f); clicked != "" {
			return clicked
		}
	}
	return ""
}

// vetFrame reports whether a page might be fetched from where a frame is, or whether the
// page has written it itself. A frame that the proxy refused has an address of the
// browser's own.
func (v *visit) vetFrame(f bannerFrame) bool {
	if f.target == "" && (f.url == "about:blank" || f.url == "about:srcdoc") {
		return true
	}
	u, err := parseURL(f.url)
	return err == nil && v.b.opt.Guard.CheckURL(u) == nil
}

// childFrames lists the frames of the page itself: those in its process, and those of
// other sites, which the browser keeps in processes of their own.
func (v *visit) childFrames(ctx context.Context) (out []bannerFrame) {
	if tree, err := chromedp.Call(ctx, page.GetFrameTree, cdp.Empty{}); err == nil && tree.FrameTree != nil {
		for _, child := range tree.FrameTree.ChildFrames {
			out = append(out, bannerFrame{id: child.Frame.ID, url: child.Frame.URL})
		}
	}
	if all, err := chromedp.CallBrowser(ctx, target.GetTargets, target.GetTargetsParams{}); err == nil {
		for _, t := range all.TargetInfos {
			if t.Type == "iframe" && t.ParentFrameID == v.frame {
				out = append(out, bannerFrame{id: cdp.FrameID(t.TargetID), url: t.URL, target: t.TargetID})
			}
		}
	}
	return out
}

// over reports whether a frame lies over the page.
func (v *visit) over(ctx context.Context, world runtime.ExecutionContextID, frame cdp.FrameID) bool {
	owner, err := chromedp.Call(ctx, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: frame})
	if err != nil {
		return false
	}
	node, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: owner.BackendNodeID, ExecutionContextID: world})
	if err != nil || node.Object == nil {
		return false
	}
	yes := true
	r, err := chromedp.Call(ctx, runtime.CallFunctionOn, runtime.CallFunctionOnParams{FunctionDeclaration: liesOver, ObjectID: node.Object.ObjectID, ReturnByValue: &yes})
	return err == nil && r.ExceptionDetails == nil && r.Result != nil && string(r.Result.Value) == "true"
}

// clickIn closes a banner inside a frame.
func (v *visit) clickIn(ctx context.Context, f bannerFrame) (clicked string) {
	ctx, cancel := context.WithTimeout(ctx, maxFrameTime)
	defer cancel()
	if f.target != "" {
		frame, leave := chromedp.NewContext(ctx, chromedp.WithTargetID(f.target), chromedp.WithDetachOnCancel())
		defer leave()
		ctx = frame
	}
	world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.id, WorldName: "lurewatch-tidy"})
	if err == nil {
		err = errors.Join(v.eval(ctx, world.ExecutionContextID, loadedFrame, nil), v.eval(ctx, world.ExecutionContextID, consent+"(true)", &clicked))
	}
	if err != nil {
		v.b.opt.Log.Debug("a frame over the page cannot be looked into", "err", err)
		return ""
	}
	return clicked
}
