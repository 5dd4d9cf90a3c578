package web

// pngMagic begins every PNG file.
var pngMagic = []byte("\x89PNG\r\n\x1a\n")

// screenshotShow gives the picture that was taken with the capture. The post's
// page shows it blurred until a reviewer asks for it.
func (d *Desk) screenshotShow(v *visit) error {
	doc, err := d.doc(v)
	if err != nil {
		return err
	}
	return d.screenshot(v, doc, doc.Capture.Screenshot, "screenshot")
}
