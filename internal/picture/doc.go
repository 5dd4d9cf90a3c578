// Package picture reads what the pictures of a post say: words by OCR, with the
// program Tesseract where it is installed, and QR codes. Pictures come from hosts
// that may mean harm, so
//
//   - the size that the header states is checked before anything is decoded;
//   - only PNG, JPEG, GIF and WebP are decoded, by Go code, within a deadline; an
//     SVG is refused, it is a program;
//   - Tesseract never sees the file: it gets plain grey pixels on its standard input,
//     runs without a shell, environment or file of ours, in a process group of its
//     own with bounds on memory, processor time and output, and is killed as a group;
//   - what a code says is kept as text and never followed.
//
// What OCR says may be wrong. It is a reason to look at the picture, which the
// archive keeps, and no evidence without it.
//
// Start at [New] and [Reader.Read].
package picture
