package rfm

import "fmt"

// Score is a customer's place on the three dimensions, 1 (worst) to the number
// of bins (best). The zero Score is the cell of those who never bought.
type Score struct{ R, F, M uint8 }

const scoreDigits = "0123456789A"

// String writes the scores as digits: "555". A 10 is an "A"; who never bought is "000".
func (s Score) String() string {
	t := s.text()
	return string(t[:])
}

// AppendText implements encoding.TextAppender.
func (s Score) AppendText(dst []byte) ([]byte, error) {
	t := s.text()
	return append(dst, t[:]...), nil
}

// MarshalText writes what String writes.
func (s Score) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// UnmarshalText reads what String writes.
func (s *Score) UnmarshalText(text []byte) error {
	if len(text) != 3 {
		return fmt.Errorf("rfm: score %q: %w", text, ErrOption)
	}
	var v [3]uint8
	zeros := 0
	for i, c := range text {
		switch {
		case c >= '0' && c <= '9':
			v[i] = c - '0'
		case c == 'A':
			v[i] = 10
		default:
			return fmt.Errorf("rfm: score %q: %w", text, ErrOption)
		}
		if v[i] == 0 {
			zeros++
		}
	}
	if zeros == 1 || zeros == 2 {
		return fmt.Errorf("rfm: score %q: %w", text, ErrOption)
	}
	*s = Score{v[0], v[1], v[2]}
	return nil
}

func (s Score) text() [3]byte {
	return [3]byte{digit(s.R), digit(s.F), digit(s.M)}
}

func digit(v uint8) byte {
	if int(v) >= len(scoreDigits) {
		return '?'
	}
	return scoreDigits[v]
}

// Prospect reports whether s is the cell of those who never bought.
func (s Score) Prospect() bool { return s == Score{} }

// FM is frequency and monetary taken together: their mean, halves rounded up.
func (s Score) FM() uint8 { return (s.F + s.M + 1) / 2 }

// Dimension is one of recency, frequency and monetary.
type Dimension uint8

const (
	Recency Dimension = iota
	Frequency
	Monetary
)

// String returns the dimension's name in lower case.
func (d Dimension) String() string {
	switch d {
	case Recency:
		return "recency"
	case Frequency:
		return "frequency"
	case Monetary:
		return "monetary"
	}
	return fmt.Sprintf("Dimension(%d)", uint8(d))
}

// Of returns the score on d.
func (s Score) Of(d Dimension) uint8 { return [3]uint8{s.R, s.F, s.M}[d] }
