package picture

import (
	"fmt"
	"image"
)

// hashOf is the difference hash of g: of 9 × 8 averages, each of 64 bits says
// whether a field is brighter than the one to its right. Copies that were scaled or
// compressed again differ in few bits.
func hashOf(g *image.Gray) string {
	small := shrunk(g, 9, 8)
	var bits uint64
	for y := range 8 {
		for x := range 8 {
			bits <<= 1
			if small.Pix[y*9+x] > small.Pix[y*9+x+1] {
				bits |= 1
			}
		}
	}
	return fmt.Sprintf("%016x", bits)
}
