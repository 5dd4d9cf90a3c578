// Package fetch gets pages from hosts that are not trusted: [HTTP] through
// colly, [Browser] through Chromium, both behind one [Guard] that refuses
// private networks after names are resolved.
//
// Every byte that an HTTP exchange put on the wire is kept, since the evidence
// is what the host sent and not what we made of it. For that reason HTTP/2 is
// not spoken: an archived exchange is HTTP/1.1 text as it travelled.
//
// What it refuses: other schemes than http and https, odd ports and addresses
// outside the public internet unless a named setting allows the network, more
// than ten redirects, URLs over 2,048 bytes, headers over 256 KiB, bodies over
// the cap before or after decompression. It keeps no cookies, reads no proxy
// settings and no COLLY_ variables from the environment, and follows no redirect
// that the caller's [Request.Allow] does not let through. It does not look at
// robots.txt and does not pace: that is the caller's part.
//
// Start at [NewHTTP] and [NewBrowser].
package fetch
