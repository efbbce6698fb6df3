package audience

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/segment"
)

// Treatment is how a customer is treated: the host's own ids, "" where nothing is
// said.
type Treatment struct {
	PriceList    string `json:"price_list,omitempty"`
	Offer        string `json:"offer,omitempty"`
	ServiceLevel string `json:"service_level,omitempty"`
	Channel      string `json:"channel,omitempty"`
}

// Cell is one column of a treatment table.
type Cell uint8

// The columns.
const (
	PriceListCell Cell = iota
	OfferCell
	ServiceLevelCell
	ChannelCell
)

// Cells is how many columns a treatment table has.
const Cells = 4

const cells Cell = Cells

var cellNames = [Cells]struct {
	id    string
	label guanxi.Text
}{
	{"price_list", guanxi.Text{EN: "Price list", ZH: "价目表"}},
	{"offer", guanxi.Text{EN: "Offer", ZH: "优惠"}},
	{"service_level", guanxi.Text{EN: "Service level", ZH: "服务等级"}},
	{"channel", guanxi.Text{EN: "Channel", ZH: "渠道"}},
}

// String returns the column's name in JSON, "" of one that there is not.
func (c Cell) String() string {
	if c < cells {
		return cellNames[c].id
	}
	return ""
}

// Label returns the column's name for people, "" of one that there is not.
func (c Cell) Label(lang guanxi.Lang) string {
	if c < cells {
		return cellNames[c].label.In(lang)
	}
	return ""
}

// Get returns a cell, "" of a column that there is not.
func (t Treatment) Get(c Cell) string {
	if c < cells {
		return *t.cell(c)
	}
	return ""
}

func (t *Treatment) cell(c Cell) *string {
	switch c {
	case PriceListCell:
		return &t.PriceList
	case OfferCell:
		return &t.Offer
	case ServiceLevelCell:
		return &t.ServiceLevel
	}
	return &t.Channel
}

// set returns the set of cells that are not empty, a bit each.
func (t Treatment) set() uint8 {
	var s uint8
	for c := range cells {
		if *t.cell(c) != "" {
			s |= 1 << c
		}
	}
	return s
}

// Unset says what becomes of the cells that the first matching row leaves empty.
type Unset string

// The ways to fill empty cells.
const (
	// UnsetDefault, the default, takes them from the table's default: the first
	// matching row alone is asked.
	UnsetDefault Unset = "default"
	// UnsetNext takes each from the next matching row that has it, and last from the
	// default: rows inherit, cell by cell.
	UnsetNext Unset = "next"
	// UnsetEmpty leaves them empty.
	UnsetEmpty Unset = "empty"
)

var unsetLabels = map[Unset]guanxi.Text{
	UnsetDefault: {EN: "from the default", ZH: "取默认值"},
	UnsetNext:    {EN: "from the next matching row", ZH: "取下一匹配行"},
	UnsetEmpty:   {EN: "left empty", ZH: "留空"},
}

// Label returns the way's name for people. The zero Unset is UnsetDefault.
func (u Unset) Label(lang guanxi.Lang) string {
	if u == "" {
		u = UnsetDefault
	}
	return unsetLabels[u].In(lang)
}

// TreatmentRow gives the customers of a segment their treatment.
type TreatmentRow struct {
	ID      string      `json:"id"` // unique in the table
	Name    guanxi.Text `json:"name,omitzero"`
	Segment string      `json:"segment"` // as the resolver knows it
	Treatment
}

// TreatmentConfig is a treatment table (差别化对待): the first row whose segment a
// customer is in says how the customer is treated. As JSON it is read strictly.
type TreatmentConfig struct {
	Version int            `json:"version"` // 1 or more; returned with every decision
	Unset   Unset          `json:"unset,omitempty"`
	Rows    []TreatmentRow `json:"rows"`             // at most 256
	Default Treatment      `json:"default,omitzero"` // of those in no row's segment
}

// Validate returns every fault of c that shows without the segments' rules, each a
// *guanxi.FieldError: ErrRevision, ErrOption, ErrID, ErrDuplicate, ErrNothing,
// and ErrUnreachable for a row whose segment stands before. NewTreatments finds
// the others.
func (c TreatmentConfig) Validate() error { return strict.Join(c.faults(nil)...) }

// faults returns the faults of c. covers says whether everybody in row i is also
// in the earlier row j; nil goes by the segments' ids.
func (c TreatmentConfig) faults(covers func(j, i int) bool) []error {
	var errs []error
	fault := func(err error, parts ...any) {
		errs = append(errs, guanxi.At(guanxi.Pointer(parts...), err))
	}
	if c.Version < 1 {
		fault(fmt.Errorf("%w: %d", ErrRevision, c.Version), "version")
	}
	switch c.Unset {
	case "", UnsetDefault, UnsetNext, UnsetEmpty:
	default:
		fault(fmt.Errorf("%w: %.32q (default, next, empty)", ErrOption, c.Unset), "unset")
	}
	if len(c.Rows) == 0 && c.Default.set() == 0 {
		fault(fmt.Errorf("%w: no rows and no default", ErrNothing))
	}
	errs = append(errs, c.Default.faults("default")...)
	if len(c.Rows) > maxRows {
		fault(fmt.Errorf("%w: %d rows, at most %d", ErrOption, len(c.Rows), maxRows), "rows")
		return errs
	}
	ids := make(map[string]int, len(c.Rows))
	for i, r := range c.Rows {
		if err := checkName(r.ID); err != nil {
			fault(err, "rows", i, "id")
		} else if j, ok := ids[r.ID]; ok {
			fault(fmt.Errorf("%w: %q is row %d too", ErrDuplicate, r.ID, j), "rows", i, "id")
		} else {
			ids[r.ID] = i
		}
		if err := checkName(r.Segment); err != nil {
			fault(err, "rows", i, "segment")
		}
		if r.set() == 0 {
			fault(fmt.Errorf("%w: a row with no cell", ErrNothing), "rows", i)
		}
		errs = append(errs, r.faults("rows", i)...)
	}
	return append(errs, c.unreachable(covers)...)
}

// unreachable names the rows that no decision can ever use.
func (c TreatmentConfig) unreachable(covers func(j, i int) bool) []error {
	if covers == nil {
		covers = func(j, i int) bool { return c.Rows[j].Segment != "" && c.Rows[j].Segment == c.Rows[i].Segment }
	}
	var errs []error
	for i, r := range c.Rows {
		taken, own := uint8(0), r.set()
		for j := range i {
			if !covers(j, i) {
				continue
			}
			if taken |= c.Rows[j].set(); c.Unset != UnsetNext {
				taken = 1<<cells - 1
			}
			if own != 0 && own&^taken == 0 {
				errs = append(errs, guanxi.At(guanxi.Pointer("rows", i, "segment"),
					fmt.Errorf("%w: everybody in %.64q is in %.64q, row %d, already", ErrUnreachable, r.Segment, c.Rows[j].Segment, j)))
				break
			}
		}
	}
	return errs
}

// faults returns what is wrong with the cells of a treatment at parts.
func (t Treatment) faults(parts ...any) []error {
	var errs []error
	for c := range cells {
		if v := *t.cell(c); v != "" {
			if err := checkName(v); err != nil {
				errs = append(errs, guanxi.At(guanxi.Pointer(append(parts[:len(parts):len(parts)], c.String())...), err))
			}
		}
	}
	return errs
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *TreatmentConfig) UnmarshalJSON(data []byte) error {
	type plain TreatmentConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, TreatmentConfig(v), err)
}

const (
	maxName = 64
	maxRows = 256 // of a table, and tags of all groups
)

// checkName returns ErrID unless s may be an id.
func checkName(s string) error {
	ok := s != "" && len(s) <= maxName && utf8.ValidString(s)
	for i, r := range s {
		atEdge := i == 0 || i+utf8.RuneLen(r) == len(s)
		ok = ok && !unicode.IsControl(r) && !(atEdge && unicode.IsSpace(r))
	}
	if !ok {
		return fmt.Errorf("%w: %.64q", ErrID, s)
	}
	return nil
}

// compileSegment makes the rule of the segment named id ready for the moment.
func compileSegment[T any](s *segment.Schema[T], id string, at segment.At, resolve segment.Resolver[T]) (*segment.Rule[T], error) {
	if resolve == nil {
		return nil, fmt.Errorf("%w: %.64q: no resolver was given", ErrSegment, id)
	}
	e, err := resolve(id)
	if err != nil {
		return nil, fmt.Errorf("%w: %.64q: %w", ErrSegment, id, err)
	}
	r, err := s.Compile(e, at, resolve)
	if err != nil {
		return nil, fmt.Errorf("%w: in the rule of %.64q: %w", ErrSegment, id, err)
	}
	return r, nil
}
