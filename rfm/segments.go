package rfm

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
)

// Bins is the number of scores on each dimension, 2 to 10.
type Bins struct {
	R int `json:"r"`
	F int `json:"f"`
	M int `json:"m"`
}

// EvenBins is n scores on every dimension.
func EvenBins(n int) Bins { return Bins{n, n, n} }

// String writes 5×5×5.
func (b Bins) String() string { return fmt.Sprintf("%d×%d×%d", b.R, b.F, b.M) }

// Cells returns how many score cells there are.
func (b Bins) Cells() int { return b.R * b.F * b.M }

// cell numbers a score from 0; −1 if it is out of range.
func (b Bins) cell(s Score) int {
	r, f, m := int(s.R)-1, int(s.F)-1, int(s.M)-1
	if uint(r) >= uint(b.R) || uint(f) >= uint(b.F) || uint(m) >= uint(b.M) {
		return -1
	}
	return (r*b.F+f)*b.M + m
}

// score is the inverse of cell.
func (b Bins) score(cell int) Score {
	return Score{R: uint8(cell/(b.F*b.M) + 1), F: uint8(cell/b.M%b.F + 1), M: uint8(cell%b.M + 1)}
}

// Interval is a span of scores, both ends included; the zero Interval is every score.
type Interval [2]int

func (i Interval) has(v uint8) bool {
	return i == Interval{} || int(v) >= i[0] && int(v) <= i[1]
}

// Block is a block of score cells: those inside every interval. FM is the
// rounded mean of the frequency and monetary scores (Score.FM).
type Block struct {
	R  Interval `json:"r,omitzero"`
	F  Interval `json:"f,omitzero"`
	M  Interval `json:"m,omitzero"`
	FM Interval `json:"fm,omitzero"`
}

func (b Block) has(s Score) bool {
	return b.R.has(s.R) && b.F.has(s.F) && b.M.has(s.M) && b.FM.has(s.FM())
}

// Segment is a name for score cells and what to do about the customers in them.
type Segment struct {
	ID       string      `json:"id"`
	Name     guanxi.Text `json:"name"`
	Response guanxi.Text `json:"response,omitzero"` // what the handbooks advise; the host's to edit
	Cells    []Block     `json:"cells,omitempty"`   // any of them
}

// Label returns the name in lang, or the id if there is none.
func (s Segment) Label(lang guanxi.Lang) string {
	if name := s.Name.In(lang); name != "" {
		return name
	}
	return s.ID
}

// SegmentsConfig names every score cell. The presets (Eleven, Eight, Four,
// Three) return one to use or to edit; as JSON it is read by guanxi.UnmarshalStrict.
type SegmentsConfig struct {
	Bins     Bins      `json:"bins"`
	Segments []Segment `json:"segments"`
	// FirstMatch lets the first segment that claims a cell have it. Otherwise a
	// cell that two segments claim is an error.
	FirstMatch bool `json:"first_match,omitempty"`
	// Rest is the id of the segment for cells that none claims. Otherwise such a
	// cell is an error.
	Rest string `json:"rest,omitempty"`
	// Prospects is the id of the segment for those who never bought; "" adds one:
	// "prospects", 潜在客户.
	Prospects string `json:"prospects,omitempty"`
}

// CellError says that a score cell has no segment (ErrGap) or several (ErrOverlap).
type CellError struct {
	Cell   Score
	Claims []string // ids of the segments that claim it
}

// Error names the cell and who claims it.
func (e *CellError) Error() string {
	if len(e.Claims) == 0 {
		return fmt.Sprintf("%v: %s", ErrGap, e.Cell)
	}
	return fmt.Sprintf("%v: %s in %s", ErrOverlap, e.Cell, strings.Join(e.Claims, ", "))
}

// Unwrap returns ErrGap or ErrOverlap.
func (e *CellError) Unwrap() error {
	if len(e.Claims) == 0 {
		return ErrGap
	}
	return ErrOverlap
}

// Segments maps every score cell to exactly one segment; NewSegments proves it.
// Immutable; safe for concurrent use.
type Segments struct {
	bins     Bins
	list     []Segment
	cells    []uint8 // cell → index in list
	prospect int
}

const maxSegments = 255

// NewSegments checks that every cell has exactly one segment, and returns every
// fault at once: each gap and overlap as a *CellError, cell by cell.
func NewSegments(cfg SegmentsConfig) (*Segments, error) {
	s, err := newSegments(cfg)
	if err != nil {
		return nil, fmt.Errorf("rfm: segments: %w", err)
	}
	return s, nil
}

// MustSegments is NewSegments for tests and examples: it panics on a fault.
func MustSegments(cfg SegmentsConfig) *Segments {
	s, err := NewSegments(cfg)
	if err != nil {
		panic(err)
	}
	return s
}

func newSegments(cfg SegmentsConfig) (*Segments, error) {
	errs, cells := cfg.fields()
	if !cells {
		return nil, errors.Join(errs...)
	}
	s := &Segments{bins: cfg.Bins, prospect: -1}
	for _, seg := range cfg.Segments {
		seg.Cells = slices.Clone(seg.Cells)
		s.list = append(s.list, seg)
	}
	index := func(id string) int {
		return slices.IndexFunc(s.list, func(g Segment) bool { return g.ID == id })
	}
	rest := index(cfg.Rest)
	s.prospect = index(cfg.Prospects)
	if cfg.Prospects == "" {
		s.prospect = len(s.list)
		s.list = append(s.list, neverBought)
	}
	s.cells = make([]uint8, cfg.Bins.Cells())
	for c := range s.cells {
		score := cfg.Bins.score(c)
		var claims []int
		for i, seg := range s.list {
			if slices.ContainsFunc(seg.Cells, func(b Block) bool { return b.has(score) }) {
				claims = append(claims, i)
			}
		}
		switch {
		case len(claims) == 0 && rest >= 0:
			s.cells[c] = uint8(rest)
		case len(claims) == 1 || len(claims) > 1 && cfg.FirstMatch:
			s.cells[c] = uint8(claims[0])
		default:
			e := &CellError{Cell: score}
			for _, i := range claims {
				e.Claims = append(e.Claims, s.list[i].ID)
			}
			errs = append(errs, guanxi.At("/segments", e))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

// fields checks everything but the cells, and reports whether those can be
// looked at.
func (c SegmentsConfig) fields() (errs []error, cells bool) {
	fault := func(pointer, format string, args ...any) {
		errs = append(errs, guanxi.At(pointer, fmt.Errorf("%w: "+format, append([]any{ErrOption}, args...)...)))
	}
	for _, b := range []struct {
		name string
		n    int
	}{{"r", c.Bins.R}, {"f", c.Bins.F}, {"m", c.Bins.M}} {
		if b.n < minBins || b.n > maxBins {
			fault("/bins/"+b.name, "%d is not in %d to %d", b.n, minBins, maxBins)
		}
	}
	if len(c.Segments) == 0 || len(c.Segments) > maxSegments-1 {
		fault("/segments", "%d segments, want 1 to %d", len(c.Segments), maxSegments-1)
	}
	cells = len(errs) == 0
	ids := map[string]bool{Absent: true}
	if c.Prospects == "" {
		ids[neverBought.ID] = true
	}
	for i, seg := range c.Segments {
		if seg.ID == "" || ids[seg.ID] {
			fault(guanxi.Pointer("segments", i, "id"), "%q is empty or taken", seg.ID)
		}
		ids[seg.ID] = true
		for j, b := range seg.Cells {
			fm := (c.Bins.F + c.Bins.M + 1) / 2
			for _, v := range []struct {
				name string
				in   Interval
				top  int
			}{{"r", b.R, c.Bins.R}, {"f", b.F, c.Bins.F}, {"m", b.M, c.Bins.M}, {"fm", b.FM, fm}} {
				if v.in != (Interval{}) && (v.in[0] < 1 || v.in[0] > v.in[1] || v.in[1] > v.top) {
					fault(guanxi.Pointer("segments", i, "cells", j, v.name), "%d to %d is not in 1 to %d", v.in[0], v.in[1], v.top)
				}
			}
		}
	}
	delete(ids, Absent)
	for _, ref := range []struct{ name, id string }{{"rest", c.Rest}, {"prospects", c.Prospects}} {
		if ref.id != "" && !ids[ref.id] {
			fault("/"+ref.name, "there is no segment %q", ref.id)
			cells = cells && ref.name != "rest"
		}
	}
	return errs, cells
}

// Bins returns the number of scores the segments were made for.
func (s *Segments) Bins() Bins { return s.bins }

// Len returns the number of segments, that of the prospects included.
func (s *Segments) Len() int { return len(s.list) }

// At returns segment i, in the order of the config.
func (s *Segments) At(i int) Segment {
	seg := s.list[i]
	seg.Cells = slices.Clone(seg.Cells)
	return seg
}

// Index returns the number of the segment a score falls into; false if the
// score is none of the bins the segments were made for.
// Cost: a table look-up, no allocation.
func (s *Segments) Index(score Score) (int, bool) {
	if score.Prospect() {
		return s.prospect, true
	}
	c := s.bins.cell(score)
	if c < 0 {
		return 0, false
	}
	return int(s.cells[c]), true
}

// Of returns the segment a score falls into; see Index.
func (s *Segments) Of(score Score) (Segment, bool) {
	i, ok := s.Index(score)
	if !ok {
		return Segment{}, false
	}
	return s.At(i), true
}

// Label returns the name of the segment with an id in lang. It knows Absent
// too; an id that is no segment's is returned as it is.
func (s *Segments) Label(id string, lang guanxi.Lang) string {
	if id == Absent {
		return absentName.In(lang)
	}
	for _, seg := range s.list {
		if seg.ID == id {
			return seg.Label(lang)
		}
	}
	return id
}

// Cells yields every score cell and the segment it belongs to: 111, 112, … .
func (s *Segments) Cells(yield func(Score, Segment) bool) {
	for c, i := range s.cells {
		if !yield(s.bins.score(c), s.At(int(i))) {
			return
		}
	}
}

// sameAs reports whether two sets of segments have the same ids in the same
// order for the same cells.
func (s *Segments) sameAs(t *Segments) bool {
	return s.bins == t.bins && s.prospect == t.prospect && slices.Equal(s.cells, t.cells) && slices.EqualFunc(s.list, t.list, func(a, b Segment) bool { return a.ID == b.ID })
}
