package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation reads how a camera says that a JPEG is to be turned (Exif 2.32, tag
// 0x0112): 1 to 8, 1 when it says nothing.
func orientation(b []byte) int {
	for at := 2; at+4 <= len(b) && b[at] == 0xff; {
		size := int(binary.BigEndian.Uint16(b[at+2:]))
		if b[at+1] == 0xda || size < 2 || at+2+size > len(b) {
			break // pixels begin, or it is damaged
		}
		if body := b[at+4 : at+2+size]; b[at+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		at += 2 + size
	}
	return 1
}

func tiffOrientation(t []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case len(t) < 8:
		return 1
	case t[0] == 'I':
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(t[4:]))
	if at+2 > int64(len(t)) {
		return 1
	}
	for i := range int64(order.Uint16(t[at:])) {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(t)) {
			break
		}
		if order.Uint16(t[entry:]) == 0x0112 {
			if v := int(order.Uint16(t[entry+8:])); v >= 1 && v <= 8 {
				return v
			}
			break
		}
	}
	return 1
}

// upright is g as its camera says that it is to be seen.
func upright(g *image.Gray, orientation int) *image.Gray {
	if orientation < 2 || orientation > 8 {
		return g
	}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	ow, oh := w, h
	if orientation > 4 {
		ow, oh = h, w
	}
	out := image.NewGray(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := x, y
			if orientation > 4 {
				sx, sy = y, x
			}
			switch orientation {
			case 2, 8:
				sx = w - 1 - sx
			case 3, 7:
				sx, sy = w-1-sx, h-1-sy
			case 4, 6:
				sy = h - 1 - sy
			}
			out.Pix[y*ow+x] = g.Pix[sy*g.Stride+sx]
		}
	}
	return out
}
