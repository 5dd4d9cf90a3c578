package archive

// Marked is how far the mark beside an archive file says that its groups were published,
// in bytes; 0 where there is no mark. A file is never shorter, unless it was cut: a check
// of evidence asks. It says nothing about files of which the mark is gone too.
func Marked(path string) int64 { return readState(path).Done }

// MarkOf is the name of the mark beside an archive file.
func MarkOf(path string) string { return statePath(path) }
