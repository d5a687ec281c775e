package plain

import (
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// marks are the names of marks on letters in the names of glyphs, as in "Eacute" (Adobe Glyph List, 2.0).
var marks = map[string]rune{
	"acute": 0x301, "grave": 0x300, "circumflex": 0x302, "dieresis": 0x308, "tilde": 0x303, "ring": 0x30a, "cedilla": 0x327,
	"caron": 0x30c, "breve": 0x306, "macron": 0x304, "ogonek": 0x328, "dotaccent": 0x307, "hungarumlaut": 0x30b, "commaaccent": 0x327,
}

// glyphNames are the names of glyphs that are no letters of ASCII, nor such with a mark (Adobe Glyph List, 2.0).
var glyphNames = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	words := strings.Fields(`exclam ! quotedbl " numbersign # dollar $ percent % ampersand & quotesingle ' parenleft ( parenright ) asterisk * plus + comma , hyphen - period . slash /
zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 colon : semicolon ; less < equal = greater > question ? at @ bracketleft [ backslash \ bracketright ] asciicircum ^ underscore _ grave ` + "`" + ` braceleft { bar | braceright } asciitilde ~
exclamdown ¡ cent ¢ sterling £ currency ¤ yen ¥ brokenbar ¦ section § dieresis ¨ copyright © ordfeminine ª guillemotleft « logicalnot ¬ registered ® macron ¯ degree ° plusminus ± acute ´ mu µ paragraph ¶ periodcentered · middot · cedilla ¸ ordmasculine º guillemotright » onequarter ¼ onehalf ½ threequarters ¾ questiondown ¿
AE Æ ae æ Eth Ð eth ð multiply × divide ÷ Oslash Ø oslash ø Thorn Þ thorn þ germandbls ß Dcroat Đ dcroat đ dbar đ Hbar Ħ hbar ħ dotlessi ı IJ Ĳ ij ĳ kgreenlandic ĸ Lslash Ł lslash ł Eng Ŋ eng ŋ OE Œ oe œ Tbar Ŧ tbar ŧ florin ƒ longs ſ
Lcaron Ľ lcaron ľ tcaron ť dcaron ď Tcommaaccent Ţ tcommaaccent ţ Scommaaccent Ș scommaaccent ș Gcommaaccent Ģ gcommaaccent ģ Kcommaaccent Ķ kcommaaccent ķ Lcommaaccent Ļ lcommaaccent ļ Ncommaaccent Ņ ncommaaccent ņ Rcommaaccent Ŗ rcommaaccent ŗ Idotaccent İ
circumflex ˆ caron ˇ breve ˘ dotaccent ˙ ring ˚ ogonek ˛ tilde ˜ hungarumlaut ˝
endash – emdash — quoteleft ‘ quoteright ’ quotesinglbase ‚ quotedblleft “ quotedblright ” quotedblbase „ dagger † daggerdbl ‡ bullet • ellipsis … perthousand ‰ guilsinglleft ‹ guilsinglright › fraction ⁄ Euro € euro € trademark ™ minus − summation ∑ radical √ infinity ∞ notequal ≠ lessequal ≤ greaterequal ≥ approxequal ≈ lozenge ◊ partialdiff ∂ product ∏ integral ∫
ff ff fi fi fl fl ffi ffi ffl ffl
Alpha Α Beta Β Gamma Γ Delta ∆ Epsilon Ε Zeta Ζ Eta Η Theta Θ Iota Ι Kappa Κ Lambda Λ Mu Μ Nu Ν Xi Ξ Omicron Ο Pi Π Rho Ρ Sigma Σ Tau Τ Upsilon Υ Phi Φ Chi Χ Psi Ψ Omega Ω
alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ nu ν xi ξ omicron ο pi π rho ρ sigma σ sigma1 ς tau τ upsilon υ phi φ chi χ psi ψ omega ω
arrowleft ← arrowup ↑ arrowright → arrowdown ↓ element ∈ asteriskmath ∗ equivalence ≡ intersection ∩ union ∪ logicaland ∧ logicalor ∨ universal ∀ existential ∃ similar ∼ proportional ∝ angle ∠ visiblespace ␣`)
	for i := 0; i+1 < len(words); i += 2 {
		out[words[i]] = words[i+1]
	}
	return out
})

// letters gives what a glyph of that name means, or nothing where that is not known for sure.
func letters(n string) string {
	if len(n) == 1 && (n[0] >= 'A' && n[0] <= 'Z' || n[0] >= 'a' && n[0] <= 'z') {
		return n
	}
	if n == "space" || n == "nbspace" || n == "nonbreakingspace" {
		return " "
	}
	if s, ok := glyphNames()[n]; ok {
		return s
	}
	for _, prefix := range []string{"uni", "u"} {
		if h, ok := strings.CutPrefix(n, prefix); ok && (len(h) == 4 || prefix == "u" && len(h) == 5) {
			if c, err := strconv.ParseUint(h, 16, 32); err == nil {
				return string(rune(c))
			}
		}
	}
	if number, ok := strings.CutPrefix(n, "afii"); ok { // letters of Cyrillic
		c, _ := strconv.Atoi(number)
		switch {
		case c >= 10017 && c <= 10022:
			return string(rune(0x410 + c - 10017))
		case c == 10023:
			return "Ё"
		case c >= 10024 && c <= 10049:
			return string(rune(0x416 + c - 10024))
		case c >= 10065 && c <= 10070:
			return string(rune(0x430 + c - 10065))
		case c == 10071:
			return "ё"
		case c >= 10072 && c <= 10097:
			return string(rune(0x436 + c - 10072))
		case c == 61352:
			return "№"
		}
		return ""
	}
	if mark, ok := marks[n[min(len(n), 1):]]; ok && letters(n[:1]) == n[:1] {
		if s := norm.NFC.String(n[:1] + string(mark)); len([]rune(s)) == 1 {
			return s
		}
	}
	return ""
}

// standardEncoding is StandardEncoding (annex D.2).
var standardEncoding = func() (out [256]string) {
	for c := ' '; c < 0x7f; c++ {
		out[c] = string(c)
	}
	out['\''], out['`'] = "’", "‘"
	for i, c := range []rune("¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ") {
		out[0xa1+i] = string(c)
	}
	for code, s := range map[int]string{
		0xb1: "–", 0xb2: "†", 0xb3: "‡", 0xb4: "·", 0xb6: "¶", 0xb7: "•", 0xb8: "‚", 0xb9: "„", 0xba: "”", 0xbb: "»", 0xbc: "…", 0xbd: "‰", 0xbf: "¿",
		0xc1: "`", 0xc2: "´", 0xc3: "ˆ", 0xc4: "˜", 0xc5: "¯", 0xc6: "˘", 0xc7: "˙", 0xc8: "¨", 0xca: "˚", 0xcb: "¸", 0xcd: "˝", 0xce: "˛", 0xcf: "ˇ", 0xd0: "—",
		0xe1: "Æ", 0xe3: "ª", 0xe8: "Ł", 0xe9: "Ø", 0xea: "Œ", 0xeb: "º", 0xf1: "æ", 0xf5: "ı", 0xf8: "ł", 0xf9: "ø", 0xfa: "œ", 0xfb: "ß",
	} {
		out[code] = s
	}
	out[0xae], out[0xaf] = "fi", "fl"
	return out
}()
