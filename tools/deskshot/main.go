// Command deskshot takes the pictures of the review desk that the README shows:
// it logs in at a running demo and photographs pages in a real Chromium.
//
// usage: deskshot -url http://127.0.0.1:8417 -password … -out FILE [-width 1280] [-height 1000] [-dark] [-page /queue]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func main() {
	var url, password, out, page string
	var width, height int64
	var dark, full bool
	flag.StringVar(&url, "url", "http://127.0.0.1:8417", "address of the desk")
	flag.StringVar(&password, "password", "", "of admin")
	flag.StringVar(&out, "out", "desk.png", "file to write")
	flag.StringVar(&page, "page", "", "path to photograph; empty opens the first post of the queue")
	flag.Int64Var(&width, "width", 1280, "of the window")
	flag.Int64Var(&height, "height", 1000, "of the window")
	flag.BoolVar(&dark, "dark", false, "dark colours")
	flag.BoolVar(&full, "full", false, "the whole page")
	flag.Parse()
	if err := shoot(url, password, out, page, width, height, dark, full); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func shoot(url, password, out, page string, width, height int64, dark, full bool) error {
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	defer stop()
	ctx, stop := chromedp.NewContext(alloc)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil { // the first call starts the browser
		return err
	}
	ctx, stop = context.WithTimeout(ctx, time.Minute)
	defer stop()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}); err != nil {
		return err
	}
	steps := []chromedp.Action[chromedp.Void]{
		chromedp.Navigate(url + "/login"),
		chromedp.SendKeys(`input[name=name]`, "admin"),
		chromedp.SendKeys(`input[name=password]`, password),
		chromedp.Click(`main form button`),
		chromedp.WaitVisible(`body.page-queue main`),
	}
	if page == "" {
		steps = append(steps, chromedp.Click(`.posts h2 a`))
	} else {
		steps = append(steps, chromedp.Navigate(url+page))
	}
	steps = append(steps, chromedp.Sleep(time.Second)) // fonts
	for i, step := range steps {
		if err := chromedp.Do(ctx, step); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	take := chromedp.CaptureScreenshot()
	if full {
		take = chromedp.FullScreenshot(100)
	}
	png, err := chromedp.Run(ctx, take)
	if err != nil {
		return err
	}
	return os.WriteFile(out, png, 0o644)
}
