package extract

import (
	"context"
	"os/exec"
	"slices"
	"strings"
)

// tesseract names the languages of the example and of many users as tesseract does; the keys are BCP 47.
var tesseract = map[string]string{"ar": "ara", "bg": "bul", "bn": "ben", "cs": "ces", "de": "deu", "el": "ell", "en": "eng", "es": "spa", "fa": "fas", "fr": "fra", "he": "heb", "hi": "hin", "hu": "hun", "hy": "hye", "id": "ind", "it": "ita", "ja": "jpn", "ka": "kat", "km": "khm",
	"ko": "kor", "lo": "lao", "ms": "msa", "my": "mya", "nl": "nld", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sr": "srp", "sw": "swa", "ta": "tam", "th": "tha", "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie", "zh": "chi_sim"}

// Recognisable gives what Options.OCR takes for a language (BCP 47) and English, as far as tesseract is installed and knows
// them; empty: it does not.
func Recognisable(ctx context.Context, language string) string {
	tool, err := exec.LookPath("tesseract")
	if err != nil {
		return ""
	}
	out, err := exec.CommandContext(ctx, tool, "--list-langs").Output()
	if err != nil {
		return ""
	}
	installed := strings.Fields(string(out))
	own, _, _ := strings.Cut(language, "-")
	var use []string
	for _, x := range []string{tesseract[own], "eng"} {
		if x != "" && slices.Contains(installed, x) && !slices.Contains(use, x) {
			use = append(use, x)
		}
	}
	return strings.Join(use, "+")
}

// Recognise reads a file as Read does, with the pages that are pictures read by tesseract in the languages given.
func (s Sandbox) Recognise(ctx context.Context, name string, data []byte, languages string) (Text, error) {
	s.Options.OCR = languages
	return s.Read(ctx, name, data)
}
