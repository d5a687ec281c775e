package extract

import "strings"

// Signs that fonts of signs draw in the places of letters, and the letters that mean them. The font Symbol has an encoding
// of its own; of others, such as Wingdings, those that people use in running text are known, and the rest are bullets.
var (
	symbolLow  = []rune(" !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼")      // from 0x20
	symbolHigh = []rune("€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\ufffd〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭") // from 0xa0
	dingbats   = map[byte]string{' ': " ", 'J': "☺", 'K': "😐", 'L': "☹", 'l': "●", 'm': "❍", 'n': "■", 'o': "□", 'q': "❑", 'v': "❖", 'x': "☒", 0xa7: "▪", 0xa8: "◻", 0xd8: "➢", 0xdf: "←", 0xe0: "→", 0xfb: "✗", 0xfc: "✓", 0xfd: "☒", 0xfe: "☑"}
)

// signFont tells whether a font draws signs, by its name.
func signFont(name string) bool {
	for _, s := range []string{"Symbol", "Wingdings", "Webdings", "ZapfDingbats"} {
		if strings.HasPrefix(name, s) {
			return true
		}
	}
	return false
}

// sign gives what a font of signs draws for a letter.
func sign(font string, c byte) string {
	if !strings.HasPrefix(font, "Symbol") {
		if s, ok := dingbats[c]; ok {
			return s
		}
		return "•"
	}
	switch {
	case c >= 0x20 && int(c-0x20) < len(symbolLow):
		return string(symbolLow[c-0x20])
	case c >= 0xa0 && int(c-0xa0) < len(symbolHigh):
		return string(symbolHigh[c-0xa0])
	}
	return "•"
}
