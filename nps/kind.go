package nps

import (
	"database/sql/driver"
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Kind says what a rating measures. Tallies of different kinds never merge. The
// zero value is NPS.
type Kind uint8

// The kinds of metric. The score of the first two is net: the share of
// promoters less the share of detractors, on [-1, 1]. The score of the others
// is the share of the top boxes, on [0, 1].
const (
	NPS   Kind = iota // customers' likelihood to recommend, 0–10
	ENPS              // employees' likelihood to recommend, 0–10
	CSAT              // satisfaction, 1–5, top two boxes
	CES               // ease ("it was easy to …"), 1–7, top two boxes
	Other             // a share of top boxes on a scale of the host's own; it has no preset
	kinds
)

var kindIDs = [kinds]string{"nps", "enps", "csat", "ces", "other"}

var kindNames = [kinds]guanxi.Text{
	{EN: "Net Promoter Score", ZH: "净推荐值"},
	{EN: "Employee Net Promoter Score", ZH: "员工净推荐值"},
	{EN: "Customer satisfaction", ZH: "客户满意度"},
	{EN: "Customer effort", ZH: "客户费力度"},
	{EN: "Rating", ZH: "评分"},
}

// Net reports whether the score of k is promoters less detractors.
func (k Kind) Net() bool { return k <= ENPS }

// Range returns the preset scale of k: 0–10 with passives from 7 and promoters
// from 9 for NPS and ENPS; 1–5 with 4 and 5 on top for CSAT; 1–7 with 6 and 7
// on top for CES. Other and unknown kinds have the zero Range, which is none.
func (k Kind) Range() Range {
	switch k {
	case NPS, ENPS:
		return Range{Min: 0, Max: 10, Passive: 7, Promoter: 9}
	case CSAT:
		return Range{Min: 1, Max: 5, Passive: 3, Promoter: 4}
	case CES:
		return Range{Min: 1, Max: 7, Passive: 4, Promoter: 6}
	}
	return Range{}
}

// Validate returns ErrKind unless k is one of the constants.
func (k Kind) Validate() error {
	if k >= kinds {
		return fmt.Errorf("%w: %d", ErrKind, uint8(k))
	}
	return nil
}

// String returns the id of k, such as "csat".
func (k Kind) String() string { return enumString(kindIDs[:], uint8(k)) }

// Label returns the name of k that is shown to people.
func (k Kind) Label(lang guanxi.Lang) string {
	if k >= kinds {
		return k.String()
	}
	return kindNames[k].In(lang)
}

// MarshalText returns the id of k, or ErrKind.
func (k Kind) MarshalText() ([]byte, error) {
	if err := k.Validate(); err != nil {
		return nil, err
	}
	return []byte(k.String()), nil
}

// UnmarshalText reads an id. Anything else is ErrKind, and k is left alone.
func (k *Kind) UnmarshalText(text []byte) error {
	i, ok := enumIndex(kindIDs[:], string(text))
	if !ok {
		return fmt.Errorf("%w: %.32q", ErrKind, text)
	}
	*k = Kind(i)
	return nil
}

// Scan implements sql.Scanner for text columns. NULL is ErrKind.
func (k *Kind) Scan(src any) error {
	text, ok := columnText(src)
	if !ok {
		return fmt.Errorf("%w: cannot be read from a %T", ErrKind, src)
	}
	return k.UnmarshalText(text)
}

// Value implements driver.Valuer: the id.
func (k Kind) Value() (driver.Value, error) {
	if err := k.Validate(); err != nil {
		return nil, err
	}
	return k.String(), nil
}

func enumString(ids []string, v uint8) string {
	if int(v) >= len(ids) {
		return fmt.Sprintf("unknown(%d)", v)
	}
	return ids[v]
}

func enumIndex(ids []string, text string) (int, bool) {
	for i, id := range ids {
		if id == text {
			return i, true
		}
	}
	return 0, false
}

func columnText(src any) ([]byte, bool) {
	switch v := src.(type) {
	case string:
		return []byte(v), true
	case []byte:
		return v, true
	}
	return nil, false
}
