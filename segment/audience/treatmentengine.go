package audience

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/segment"
)

// DefaultRow stands for the default of a treatment table where a row's place is
// told, and UnsetRow for no row at all.
const (
	DefaultRow = -1
	UnsetRow   = -2
)

// Treatments decides by a treatment table, for one moment. Immutable; safe for
// concurrent use.
type Treatments[T any] struct {
	version int
	unset   Unset
	rows    []treatmentRule[T]
	dflt    Treatment
}

type treatmentRule[T any] struct {
	TreatmentRow
	has  uint8 // its cells that are set
	rule *segment.Rule[T]
}

// NewTreatments compiles a table. Every segment is resolved and compiled once. All
// faults are returned at once: those of Validate, ErrSegment at the row's segment,
// ErrUnreachable where a row's rule provably lies within that of an earlier one
// (see [segment.Rule.Implies]; a row below it would never be used), and those of
// the moment at /at.
func NewTreatments[T any](cfg TreatmentConfig, schema *segment.Schema[T], now segment.At, resolve segment.Resolver[T]) (*Treatments[T], error) {
	if err := now.Validate(); err != nil {
		return nil, wrap(strict.Join(append(cfg.faults(nil), guanxi.At("/at", err))...))
	}
	t := &Treatments[T]{version: cfg.Version, unset: cfg.Unset, dflt: cfg.Default, rows: make([]treatmentRule[T], len(cfg.Rows))}
	var errs []error
	for i, r := range cfg.Rows[:min(len(cfg.Rows), maxRows)] {
		t.rows[i] = treatmentRule[T]{TreatmentRow: r, has: r.set()}
		if checkName(r.Segment) != nil {
			continue // said by faults
		}
		rule, err := compileSegment(schema, r.Segment, now, resolve)
		if err != nil {
			errs = append(errs, &guanxi.FieldError{Pointer: guanxi.Pointer("rows", i, "segment"), Err: err})
		}
		t.rows[i].rule = rule
	}
	errs = append(cfg.faults(func(j, i int) bool {
		a, b := t.rows[i].rule, t.rows[j].rule
		return cfg.Rows[j].Segment == cfg.Rows[i].Segment || a != nil && b != nil && a.Implies(b)
	}), errs...)
	if err := strict.Join(errs...); err != nil {
		return nil, wrap(err)
	}
	if t.unset == "" {
		t.unset = UnsetDefault
	}
	return t, nil
}

// At returns the same table for another moment.
func (t *Treatments[T]) At(now segment.At) (*Treatments[T], error) {
	moved := *t
	moved.rows = slices.Clone(t.rows)
	for i := range moved.rows {
		r, err := moved.rows[i].rule.At(now)
		if err != nil {
			return nil, wrap(err)
		}
		moved.rows[i].rule = r
	}
	return &moved, nil
}

// Decision is how a customer is treated, and why. Its text belongs to the table.
type Decision struct {
	Treatment
	// Version is the table's.
	Version int `json:"version"`
	// Row is the first row that matches, by its place in TreatmentConfig.Rows, with
	// its ID and its Segment; DefaultRow, "" and "" where none does.
	Row     int    `json:"row"`
	ID      string `json:"id,omitempty"`
	Segment string `json:"segment,omitempty"`
	// From is, by [Cell], the row that the cell is from: DefaultRow of the default,
	// UnsetRow where the cell is empty.
	From [Cells]int32 `json:"from"`
}

// Decide returns the treatment of c. Cost: one Match for each row up to the first
// that matches, with UnsetNext up to the one that fills the last cell; no
// allocation beyond that of Match.
func (t *Treatments[T]) Decide(c *T) Decision {
	d := Decision{Version: t.version, Row: DefaultRow, From: [Cells]int32{UnsetRow, UnsetRow, UnsetRow, UnsetRow}}
	var filled uint8
	for i := range t.rows {
		r := &t.rows[i]
		if r.has&^filled == 0 || !r.rule.Match(c) {
			continue // a row that has nothing to give is not asked
		}
		if d.Row == DefaultRow {
			d.Row, d.ID, d.Segment = i, r.ID, r.Segment
		}
		filled = d.fill(filled, r.has, &r.Treatment, int32(i))
		if t.unset != UnsetNext || filled == 1<<cells-1 {
			break
		}
	}
	if t.unset != UnsetEmpty || d.Row == DefaultRow {
		d.fill(filled, t.dflt.set(), &t.dflt, DefaultRow)
	}
	return d
}

// fill takes from the cells that has names those that are not filled yet.
func (d *Decision) fill(filled, has uint8, from *Treatment, row int32) uint8 {
	for c := range cells {
		if has&^filled&(1<<c) != 0 {
			*d.cell(c), d.From[c] = *from.cell(c), row
		}
	}
	return filled | has
}

// NextChange returns the earliest instant after the moment at which time alone
// gives c another decision; false where it never does before the year 10000.
func (t *Treatments[T]) NextChange(c *T) (time.Time, bool) {
	var next time.Time
	var filled uint8
	for i := range t.rows {
		r := &t.rows[i]
		if r.has&^filled == 0 {
			continue // whether it matches makes no difference
		}
		if n, ok := r.rule.NextChange(c); ok && (next.IsZero() || n.Before(next)) {
			next = n
		}
		if !r.rule.Match(c) {
			continue
		}
		if filled |= r.has; t.unset != UnsetNext || filled == 1<<cells-1 {
			break
		}
	}
	return next, !next.IsZero()
}

// TreatmentReason says of one row whether c is in its segment, and why.
type TreatmentReason struct {
	Row     int                 `json:"row"`
	ID      string              `json:"id"`
	Segment string              `json:"segment"`
	Why     segment.Explanation `json:"why"`
}

// Explain returns, for a screen, why c is in the segment of each row or not, in
// the order of the rows. It is separate from Decide and allocates.
func (t *Treatments[T]) Explain(c *T) []TreatmentReason {
	out := make([]TreatmentReason, len(t.rows))
	for i := range t.rows {
		r := &t.rows[i]
		out[i] = TreatmentReason{i, r.ID, r.Segment, r.rule.Explain(c)}
	}
	return out
}

// Reason says in one sentence which row decided.
func (d Decision) Reason() guanxi.Text {
	if d.Row == DefaultRow {
		return guanxi.Text{EN: "in no row's segment: the default", ZH: "不在任何行的人群中：按默认"}
	}
	return guanxi.Text{
		EN: fmt.Sprintf("row %d (%s): in the segment %s", d.Row+1, d.ID, d.Segment),
		ZH: fmt.Sprintf("第%d行（%s）：属于人群 %s", d.Row+1, d.ID, d.Segment),
	}
}
