// Package crawler walks configured sites and hands on the posts it finds.
//
// One page goes frontier → robots.txt → pace → fetch → vault → extract → emit →
// frontier. The order is the promise: a page is in the vault before anything is
// said of it, its posts are durable before the frontier forgets the claim, and a
// claim that is never settled runs out. So a crash at any point means that a
// page is fetched again, never that one is lost.
//
// It refuses what robots.txt forbids, private networks, hosts outside a site's
// scope, and haste: a host has one pace across all workers and sites, and a host
// that asks to wait or fails is left alone for longer each time. Each of these
// is loosened only by a setting that Run logs at its start.
//
// The package knows neither archive nor stream: they come in as [Vault] and
// [Options.Emit]. Start at [New].
package crawler
