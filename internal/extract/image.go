package extract

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// longest is how many dots the longer side of a picture that is shown may have.
const longest = 2400

// broken says what is told of a picture that cannot be decoded.
func broken() error {
	return invalid("The picture is broken and cannot be read. Open it in a program for pictures, save it again, and bring that in.")
}

// cleaned makes a picture anew from its dots: turned as it says, no larger than is shown, without anything else that the file
// holds.
func cleaned(kind string, data []byte, l Limits) (Media, error) {
	m := Media{Type: "image/" + kind, Class: "image"}
	codec := map[string]struct {
		size func(io.Reader) (image.Config, error)
		read func(io.Reader) (image.Image, error)
	}{
		"png": {png.DecodeConfig, png.Decode}, "jpeg": {jpeg.DecodeConfig, jpeg.Decode}, "gif": {gif.DecodeConfig, gif.Decode},
		"webp": {webp.DecodeConfig, webp.Decode}, "bmp": {bmp.DecodeConfig, bmp.Decode}, "tiff": {tiff.DecodeConfig, tiff.Decode},
	}[kind]
	c, err := codec.size(bytes.NewReader(data))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		if kind == "webp" && len(data) > 21 && string(data[12:16]) == "VP8X" && data[20]&2 != 0 {
			return Media{}, invalid("The picture is a moving WebP, which is not read here. Save it as GIF, PNG or as a film (WebM, MP4).")
		}
		return Media{}, broken()
	}
	// What the size promises is refused before anything is made of it.
	if need := float64(c.Width) * float64(c.Height) * deep(kind, c.ColorModel, data); need > float64(l.Memory)/2 {
		return Media{}, invalid("The picture has %d by %d dots, which is more than can be shown. Save it smaller.", c.Width, c.Height)
	}
	r := bytes.NewReader(data)
	src, err := codec.read(r)
	if err != nil {
		if kind == "webp" && len(data) > 21 && string(data[12:16]) == "VP8X" && data[20]&2 != 0 {
			return Media{}, invalid("The picture is a moving WebP, which is not read here. Save it as GIF, PNG or as a film (WebM, MP4).")
		}
		return Media{}, broken()
	}
	if kind == "gif" && frames(data[len(data)-r.Len():]) || kind == "png" && chunkOf(data, "acTL") != nil {
		m.note("The picture moves; only its first part is shown.")
	}
	turned := orientation(exif(kind, data))
	m.Width, m.Height = src.Bounds().Dx(), src.Bounds().Dy()
	w, h := m.Width, m.Height
	if most := max(w, h); most > longest {
		w, h = max(1, (w*longest+most/2)/most), max(1, (h*longest+most/2)/most)
	}
	dst := turn8(shrunk(src, w, h), turned)
	if turned >= 5 {
		m.Width, m.Height = m.Height, m.Width
	}
	m.CleanWidth, m.CleanHeight = dst.Rect.Dx(), dst.Rect.Dy()
	var b bytes.Buffer
	opaque := dst.Opaque()
	if _, lossy := src.(*image.YCbCr); !lossy && c.ColorModel != color.CMYKModel || !opaque {
		m.CleanType = "image/png"
		if err := png.Encode(&b, dst); err != nil {
			return Media{}, err
		}
		if b.Len() <= 4<<20 || !opaque {
			m.Clean = b.Bytes()
			return m, nil
		}
		b.Reset() // a photograph, for which PNG is too large
	}
	m.CleanType = "image/jpeg"
	if err := jpeg.Encode(&b, dst, &jpeg.Options{Quality: 88}); err != nil {
		return Media{}, err
	}
	m.Clean = b.Bytes()
	return m, nil
}

// deep tells how many bytes decoding takes for each dot.
func deep(kind string, model color.Model, data []byte) float64 {
	switch {
	case kind == "jpeg":
		sum, progressive := 3.0, true
		jpegParts(data, func(marker byte, body []byte) bool {
			if marker < 0xc0 || marker > 0xc2 {
				return true
			}
			progressive = marker == 0xc2
			if len(body) > 5 && len(body) >= 6+3*int(body[5]) {
				whole, n := 1, 0
				for i := range int(body[5]) {
					f := int(body[6+3*i+1]>>4) * int(body[6+3*i+1]&15)
					whole, n = max(whole, f), n+f
				}
				sum = max(1, float64(n)/float64(whole))
			}
			return false
		})
		if progressive { // its numbers are gathered first
			return 5 * sum
		}
		return sum
	case kind == "tiff", kind == "webp":
		if model == color.NRGBA64Model || model == color.RGBA64Model {
			return 12
		}
		return 6 // what is unpacked stands beside what is made of it
	case model == color.NRGBA64Model || model == color.RGBA64Model:
		return 8
	case model == color.Gray16Model:
		return 2
	case model == color.GrayModel:
		return 1
	}
	if _, few := model.(color.Palette); few {
		return 1
	}
	return 4
}

// shrunk draws a picture w by h dots large, each the mean of those that it stands for.
func shrunk(src image.Image, w, h int) *image.RGBA {
	b := src.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(dst, dst.Rect, src, b.Min, draw.Src)
		return dst
	}
	sum := make([]uint64, w*4)
	count := make([]uint64, w)
	for y := range h {
		top, bottom := y*b.Dy()/h, max((y+1)*b.Dy()/h, y*b.Dy()/h+1)
		strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), bottom-top))
		draw.Draw(strip, strip.Rect, src, image.Pt(b.Min.X, b.Min.Y+top), draw.Src)
		clear(sum)
		clear(count)
		for sy := range bottom - top {
			row := strip.Pix[sy*strip.Stride:]
			for x := range w {
				left, right := x*b.Dx()/w, max((x+1)*b.Dx()/w, x*b.Dx()/w+1)
				for p := left * 4; p < right*4; p += 4 {
					sum[x*4] += uint64(row[p])
					sum[x*4+1] += uint64(row[p+1])
					sum[x*4+2] += uint64(row[p+2])
					sum[x*4+3] += uint64(row[p+3])
				}
				count[x] += uint64(right - left)
			}
		}
		row := dst.Pix[y*dst.Stride:]
		for i, s := range sum {
			row[i] = byte((s + count[i/4]/2) / count[i/4])
		}
	}
	return dst
}

// turn8 turns and mirrors a picture as one of the eight orientations of Exif says.
func turn8(src *image.RGBA, o int) *image.RGBA {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	if o < 2 || o > 8 {
		return src
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if o >= 5 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			var u, v int
			switch o {
			case 2:
				u, v = w-1-x, y
			case 3:
				u, v = w-1-x, h-1-y
			case 4:
				u, v = x, h-1-y
			case 5:
				u, v = y, x
			case 6:
				u, v = h-1-y, x
			case 7:
				u, v = h-1-y, w-1-x
			case 8:
				u, v = y, w-1-x
			}
			copy(dst.Pix[v*dst.Stride+u*4:][:4], src.Pix[y*src.Stride+x*4:][:4])
		}
	}
	return dst
}

// exif gives the part of a picture that tells how it is turned, as TIFF.
func exif(kind string, data []byte) []byte {
	switch kind {
	case "tiff":
		return data
	case "png":
		return chunkOf(data, "eXIf")
	case "jpeg":
		var found []byte
		jpegParts(data, func(marker byte, body []byte) bool {
			if marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
				found = body[6:]
				return false
			}
			return true
		})
		return found
	case "webp":
		for at := 12; at+8 <= len(data); {
			n := int(binary.LittleEndian.Uint32(data[at+4:]))
			if n < 0 || n > len(data)-at-8 {
				return nil
			}
			if string(data[at:at+4]) == "EXIF" {
				return bytes.TrimPrefix(data[at+8:at+8+n], []byte("Exif\x00\x00"))
			}
			at += 8 + n + n&1
		}
	}
	return nil
}

// orientation reads how a picture is turned, 1 to 8; 0 when that is not told.
func orientation(t []byte) int {
	if len(t) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if t[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(t[4:]))
	if at+2 > int64(len(t)) {
		return 0
	}
	n := int64(order.Uint16(t[at:]))
	for i := range n {
		e := at + 2 + 12*i
		if e+12 > int64(len(t)) {
			return 0
		}
		if order.Uint16(t[e:]) == 0x0112 && order.Uint16(t[e+2:]) == 3 {
			if o := int(order.Uint16(t[e+8:])); o <= 8 {
				return o
			}
			return 0
		}
	}
	return 0
}

// jpegParts walks through the parts of a JPEG before its dots, until each tells that it is enough.
func jpegParts(data []byte, each func(marker byte, body []byte) bool) {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker := data[at+1]
		if marker == 0xff {
			at++
			continue
		}
		n := int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda || n < 2 || at+2+n > len(data) || !each(marker, data[at+4:at+2+n]) {
			return
		}
		at += 2 + n
	}
}

// chunkOf gives a part of a PNG by its name; nil when it is not there.
func chunkOf(data []byte, name string) []byte {
	for at := 8; at+12 <= len(data); {
		n := int(binary.BigEndian.Uint32(data[at:]))
		if n < 0 || n > len(data)-at-12 {
			return nil
		}
		if string(data[at+4:at+8]) == name {
			return data[at+8 : at+8+n]
		}
		at += 12 + n
	}
	return nil
}

// frames tells whether another picture follows in what is left of a GIF.
func frames(rest []byte) bool {
	for len(rest) > 2 && rest[0] == 0x21 {
		rest = rest[2:]
		for len(rest) > 0 && rest[0] != 0 {
			rest = rest[min(len(rest), 1+int(rest[0])):]
		}
		rest = rest[min(len(rest), 1):]
	}
	return len(rest) > 0 && rest[0] == 0x2c
}
