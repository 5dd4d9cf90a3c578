// Package health keeps how each source does, and which processes of one data
// folder are alive: what `lurewatch status`, the desk and the alarms are told from.
//
// [Source] is the record of one source; [Source.Add] takes one look at a page and
// says whether the source has just stopped to give posts, or gives them again.
// [Store] keeps records in one small file that several processes share.
//
// It refuses to guess from the clock or from a single page: an alarm wants many
// pages that should have given posts and did not. It holds no address of a page
// and nothing of what a post says. Start at [Open].
package health
