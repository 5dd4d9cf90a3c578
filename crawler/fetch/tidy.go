package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// walk scrolls down in steps of a window, as a reader would, so that what loads
// when it comes into view does. It answers with the size that the page then has.
const walk = `(async () => {
  const root = document.scrollingElement || document.documentElement;
  const pause = ms => new Promise(done => setTimeout(done, ms));
  for (let i = 0; i < 40 && root.scrollTop + innerHeight < root.scrollHeight - 1; i++) {
    window.scrollBy(0, Math.max(innerHeight - 100, 200));
    await pause(40);
  }
  return root.scrollHeight * 1e5 + Math.min(document.getElementsByTagName("*").length, 99999);
})()`

const (
	maxWalks = 12                     // times that a page which grows is walked on
	calm     = 150 * time.Millisecond // without a request, after which a page has loaded what it will
	maxCalm  = 3 * time.Second        // waited for it
)

// tidy makes a page show all of its post: banners are closed, and it is scrolled
// until it no longer grows. It ends with its share of the time, and what fails in
// it changes nothing but what the page shows.
func (v *visit) tidy() {
	ctx, cancel := v.part(restBy)
	defer cancel()
	world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: v.frame, WorldName: "lurewatch-tidy"})
	if err != nil {
		return
	}
	v.closeBanners(ctx, world.ExecutionContextID)
	before := int64(-1)
	for range maxWalks {
		var size int64
		if v.eval(ctx, world.ExecutionContextID, walk, &size) != nil || size == before {
			break
		}
		before = size
		v.settled(ctx)
	}
	if before/1e5 > windowHeight {
		_ = v.eval(ctx, world.ExecutionContextID, `window.scrollTo(0, 0)`, nil)
	}
	if ctx.Err() != nil && v.ctx.Err() == nil {
		v.stopScripts() // it was still at it
	}
}

// settled waits until no request is under way, for a while at most.
func (v *visit) settled(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, maxCalm)
	defer cancel()
	tick := time.NewTicker(calm / 3)
	defer tick.Stop()
	for quiet := 0; quiet < 3; quiet++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		v.mu.Lock()
		if len(v.loading) > 0 {
			quiet = -1
		}
		v.mu.Unlock()
	}
}

// eval runs a script in a world of ours and reads its value into out.
func (v *visit) eval(ctx context.Context, world runtime.ExecutionContextID, script string, out any) error {
	yes := true
	r, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: script, ContextID: world, ReturnByValue: &yes, AwaitPromise: &yes})
	if err != nil {
		return err
	}
	if r.ExceptionDetails != nil || r.Result == nil {
		return errors.New("script failed")
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(r.Result.Value, out)
}
