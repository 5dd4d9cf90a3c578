package app

import (
	"bytes"
	"encoding/pem"
	"strings"

	"github.com/lurewatch/lurewatch/crawler/fetch"
	"github.com/lurewatch/lurewatch/internal/archive"
)

// pemChain is the media type of a certificate chain in PEM (RFC 8555, section 9.1).
const pemChain = "application/pem-certificate-chain"

// certificates is the record of the certificates that the host showed, in the order in
// which it sent them: who answered is evidence as much as what was answered. It stands
// with every response, so that each capture speaks for itself.
func certificates(h fetch.Exchange, resp archive.Record) archive.Record {
	var b bytes.Buffer
	for _, der := range h.TLS.Chain {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der}) // a buffer does not fail
	}
	return archive.Record{
		Type: "metadata", Date: h.Started, TargetURI: h.URL, ContentType: pemChain, IP: resp.IP, ConcurrentTo: []string{resp.ID}, Block: b.Bytes(),
	}
}

// tlsFields are the fields that the IIPC's proposals 42 and 86 have for a connection.
func tlsFields(t *fetch.TLS) (out []archive.Field) {
	if v, ok := strings.CutPrefix(t.Version, "TLS "); ok {
		out = append(out, archive.Field{Name: "WARC-Protocol", Value: "tls/" + v})
	}
	if t.Cipher != "" {
		out = append(out, archive.Field{Name: "WARC-Cipher-Suite", Value: t.Cipher})
	}
	return out
}
