// Package app is the only place that knows every part. It opens what the roles of
// a process need, plugs the parts together through the small interfaces that they
// own, and closes them in reverse. A stage's own logic is never here.
//
// Start at [Open], then [App.Run] for the service, or one of the jobs: Crawl,
// Import, Rebuild, Check.
package app
