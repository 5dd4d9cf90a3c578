// Package realtest finds the real parts that tests run against: Elasticsearch,
// Chromium, Tesseract, OpenSSL, ReplayWeb.page, axe-core, and Python programs that check our output from the outside.
// It starts nothing and stands in for nothing: a part that is not there skips the
// test, with the command that brings it.
//
// A name in LUREWATCH_TEST_REQUIRE (elastic, chromium, tesseract, openssl, replay, axe, oracles;
// parted by commas) turns that skip into a failure, so that a build cannot pass by not looking.
package realtest

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// RequireEnv lists the parts that must be there.
const RequireEnv = "LUREWATCH_TEST_REQUIRE"

// ElasticEnv is the URL of an Elasticsearch for tests, as scripts/with-real-parts.sh sets it.
const ElasticEnv = "LUREWATCH_TEST_ES_URL"

// Elastic returns the URL of a running Elasticsearch that tests may fill with
// indexes of their own names.
func Elastic(t testing.TB) string {
	t.Helper()
	url := strings.TrimRight(os.Getenv(ElasticEnv), "/")
	if url == "" {
		missing(t, "elastic", ElasticEnv+" is not set; hint: scripts/real-parts.sh install-es, then scripts/with-real-parts.sh go test ./...")
		return ""
	}
	client := http.Client{Timeout: 30 * time.Second}
	res, err := client.Get(url + "/_cluster/health?wait_for_status=yellow&timeout=20s")
	if err != nil {
		t.Fatalf("elasticsearch at %s: %v", url, err) // who sets the URL means it
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("elasticsearch at %s answers %s", url, res.Status)
	}
	return url
}

// Chromium returns the path of the browser.
func Chromium(t testing.TB) string {
	t.Helper()
	return program(t, "chromium", "scripts/real-parts.sh install-chromium", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
}

// Tesseract returns the path of the text recogniser.
func Tesseract(t testing.TB) string {
	t.Helper()
	return program(t, "tesseract", "scripts/real-parts.sh install-tesseract", "tesseract")
}

// OpenSSL returns the path of the openssl program.
func OpenSSL(t testing.TB) string {
	t.Helper()
	return program(t, "openssl", "scripts/real-parts.sh install-openssl", "openssl")
}

// replayVersion is the one that scripts/real-parts.sh pins.
const replayVersion = "2.5.3"

// Replay returns the folder with ReplayWeb.page, a viewer of web archives that runs
// in a browser: ui.js, sw.js and index.html.
func Replay(t testing.TB) string {
	t.Helper()
	return npmPackage(t, "replay", "replaywebpage-"+replayVersion, "ui.js", "sw.js", "index.html")
}

// axeVersion is the one that scripts/real-parts.sh pins.
const axeVersion = "4.14.1"

// Axe returns the path of axe-core's script, which looks in a browser for what shuts
// people with disabilities out of a page.
func Axe(t testing.TB) string {
	t.Helper()
	const script = "axe.min.js"
	return filepath.Join(npmPackage(t, "axe", "axe-core-"+axeVersion, script), script)
}

// npmPackage returns the folder where scripts/real-parts.sh keeps a package of npm.
func npmPackage(t testing.TB, part, name string, files ...string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		missing(t, part, err.Error())
		return ""
	}
	dir := filepath.Join(cache, "lurewatch", name)
	for _, file := range files {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			missing(t, part, "no "+name+"; hint: scripts/real-parts.sh install-"+part)
			return ""
		}
	}
	return dir
}

// Oracles returns the path of a Python that has the programs of scripts/oracles.txt.
func Oracles(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		missing(t, "oracles", err.Error())
		return ""
	}
	venv := filepath.Join(cache, "lurewatch", "oracles")
	// The list is copied there last, when all of it is installed.
	if _, err := os.Stat(filepath.Join(venv, "oracles.txt")); err != nil {
		missing(t, "oracles", "no Python oracles; hint: scripts/real-parts.sh install-oracles")
		return ""
	}
	return filepath.Join(venv, "bin", "python")
}

func program(t testing.TB, part, install string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, part, names[0]+" is not installed; hint: "+install)
	return ""
}

func missing(t testing.TB, part, why string) {
	t.Helper()
	if slices.Contains(strings.FieldsFunc(os.Getenv(RequireEnv), func(r rune) bool { return r == ',' || r == ' ' }), part) {
		t.Fatalf("%s is required by %s: %s", part, RequireEnv, why)
	}
	t.Skip(why)
}
