//go:build race

package crawler

// underRace says that the race detector is on: SQLite, which is Go here, is then some
// twenty times as slow.
const underRace = true
