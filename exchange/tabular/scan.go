package tabular

import "strings"

// Scanner gives rows of comma-separated values (RFC 4180) as programs really write them: any line end, quotes within
// bare cells, ="…" as Excel has it, line ends within quotes. A quote that never closes costs its own row alone.
type Scanner struct {
	rest    string
	comma   byte
	at      int // line of rest
	Line    int // line of the row, from 1
	Cells   []string
	Broken  bool // a quote was opened and never closed
	oneLine bool // after that, cells end with their line
	loneCR  bool // a lone CR ends a row: there is no LF in the file
}

// NewScanner reads a text whose cells are divided by comma.
func NewScanner(s string, comma byte) *Scanner {
	return &Scanner{rest: s, comma: comma, at: 1, loneCR: !strings.Contains(s, "\n")}
}

func (s *Scanner) rowEnd(i int) int { // how many bytes of a row's end stand at i
	switch {
	case s.rest[i] == '\n', s.rest[i] == '\r' && s.loneCR:
		return 1
	case s.rest[i] == '\r' && i+1 < len(s.rest) && s.rest[i+1] == '\n':
		return 2
	}
	return 0
}

// Next reads a row; blank ones are passed over.
func (s *Scanner) Next() bool {
	for s.rest != "" {
		s.Cells, s.Broken, s.Line = nil, false, s.at
		blank := true
		for done := false; !done; {
			var cell string
			cell, done = s.cell()
			s.Cells = append(s.Cells, cell)
			blank = blank && cell == ""
		}
		if !blank {
			return true
		}
	}
	return false
}

func (s *Scanner) cell() (string, bool) {
	i := 0
	for i < len(s.rest) && s.rest[i] == ' ' {
		i++
	}
	if strings.HasPrefix(s.rest[i:], `="`) {
		i++
	}
	if i < len(s.rest) && s.rest[i] == '"' {
		if cell, n, ok := s.quoted(i + 1); ok {
			s.at += strings.Count(cell, "\n")
			if s.loneCR {
				s.at += strings.Count(cell, "\r")
			}
			return cell, s.skip(n)
		}
	}
	for i = 0; i < len(s.rest) && s.rest[i] != s.comma && s.rowEnd(i) == 0; i++ {
	}
	return s.rest[:i], s.skip(i)
}

// quoted reads a cell in quotes from i on, and gives the place after it.
func (s *Scanner) quoted(i int) (string, int, bool) {
	var b strings.Builder
	for start := i; i < len(s.rest); i++ {
		switch {
		case s.oneLine && s.rowEnd(i) > 0:
			s.Broken = true
			return "", 0, false
		case s.rest[i] != '"':
		case i+1 < len(s.rest) && s.rest[i+1] == '"':
			b.WriteString(s.rest[start : i+1])
			i++
			start = i + 1
		default:
			end := i + 1
			for end < len(s.rest) && s.rest[end] == ' ' {
				end++
			}
			if end == len(s.rest) || s.rest[end] == s.comma || s.rowEnd(end) > 0 {
				b.WriteString(s.rest[start:i])
				return b.String(), end, true
			}
		}
	}
	s.Broken, s.oneLine = true, true
	return "", 0, false
}

// skip goes past the cell and what ends it, and says whether that ended the row.
func (s *Scanner) skip(n int) bool {
	if n >= len(s.rest) {
		s.rest = ""
		return true
	}
	if e := s.rowEnd(n); e > 0 {
		s.rest = s.rest[n+e:]
		s.at++
		return true
	}
	s.rest = s.rest[n+1:]
	if s.rest == "" { // a comma at the very end
		s.Cells = append(s.Cells, "")
		return true
	}
	return false
}
