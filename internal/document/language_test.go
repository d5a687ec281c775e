package document

import (
	"strings"
	"testing"
)

func TestGuessLanguage(t *testing.T) {
	const (
		en = "Citizens took to the streets because of corruption in public procurement and asked for accountability. "
		pt = "Os cidadãos foram às ruas por causa da corrupção nas compras públicas e exigiram responsabilidade. "
		sr = "Građani su izašli na ulice zbog korupcije u javnim nabavkama i tražili odgovornost vlade. "
		sk = "Občania vyšli do ulíc pre korupciu vo verejnom obstarávaní a žiadali zodpovednosť vlády. "
		uk = "Громадяни вийшли на вулиці через корупцію в державних закупівлях і вимагали відповідальності. "
		fa = "مردم به دلیل فساد در مناقصه‌های دولتی به خیابان‌ها آمدند و خواستار پاسخگویی شدند. "
		ar = "خرج المواطنون إلى الشوارع بسبب الفساد في المشتريات العامة وطالبوا بالمساءلة. "
		ne = "नागरिकहरू सार्वजनिक खरिदमा भएको भ्रष्टाचारका कारण सडकमा उत्रिए र जवाफदेहिताको माग गरे। "
	)
	for _, x := range []struct {
		text, said, want string
	}{
		{"ประชาชน said", "und", "th"}, {"Ժողովուրդը", "und", "hy"}, {"الناس", "und", "ar"}, {"民众", "und", "zh"}, {"人々は街に", "und", "ja"},
		{"Hello", "und", "und"}, {"", "und", "und"}, {"Привет", "und", "und"}, {"12 - 34", "und", "und"}, // too little to tell
		{"Hello", "fr", "fr"}, {"الناس", "fa", "fa"}, {"民众", "zh-TW", "zh-TW"},
		{en, "und", "en"}, {pt, "und", "pt"}, {uk, "und", "uk"}, {fa, "und", "fa"}, {ar, "und", "ar"}, {ne, "und", "ne"},
		{pt, "en-US", "pt"}, // as a program was set
		{pt, "pt-BR", "pt-BR"},
		{sr, "sr-Latn", "sr-Latn"}, // reads as Croatian
		{sk, "sk", "sk"},           // which letters do not tell here
		{fa, "ar", "fa"},
		{fa, "en", "fa"}, // not written so
		{en + strings.Repeat(pt, 50), "und", "pt"},
		{strings.Repeat("1 2 3 4 5 6 7 8 9. ", 40), "und", "und"},
	} {
		if got := GuessLanguage(x.text, x.said); got != x.want {
			t.Errorf("%.30q, said to be %s: %s; expected %s", x.text, x.said, got, x.want)
		}
	}
}

func TestScriptLanguage(t *testing.T) {
	for _, x := range []struct{ text, said, want string }{{"Hello", "und", "und"}, {"Hello", "fr", "fr"}, {"Citizens took to the streets because of corruption in public procurement.", "und", "und"},
		{"ประชาชน", "en", "th"}, {"الناس", "ur", "ur"}, {"الناس", "en", "ar"}, {"الناس", "und", "ar"}, {"人々は街に", "und", "ja"}} {
		if got := ScriptLanguage(x.text, x.said); got != x.want {
			t.Errorf("%q, said to be %s: %s; expected %s", x.text, x.said, got, x.want)
		}
	}
}

func BenchmarkGuessLanguage(b *testing.B) {
	text := strings.Repeat("Citizens took to the streets because of corruption in public procurement. ", 80)
	for b.Loop() {
		GuessLanguage(text, NoLanguage)
	}
}
