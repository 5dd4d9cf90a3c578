//go:build !unix

package stream

import (
	"errors"
	"os"
)

// lockFile has no lock that ends with the process here, so the embedded broker
// is refused rather than run twice on one store.
func lockFile(string) (*os.File, error) {
	return nil, errors.New("the embedded broker needs a Unix system; hint: set stream.url to a NATS server")
}
