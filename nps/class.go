package nps

import (
	"database/sql/driver"
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Class is one of the three classes that a scale is cut into. The zero value is
// NoAnswer.
type Class uint8

// The classes. On a CSAT or CES scale promoters are the top boxes and
// detractors the bottom ones.
const (
	NoAnswer Class = iota // did not answer, or was not asked
	Detractor
	Passive
	Promoter
	classCount
)

var classIDs = [classCount]string{"none", "detractor", "passive", "promoter"}

var classNames = [classCount]guanxi.Text{
	{EN: "No answer", ZH: "未回答"},
	{EN: "Detractor", ZH: "贬损者"},
	{EN: "Passive", ZH: "被动者"},
	{EN: "Promoter", ZH: "推荐者"},
}

// String returns the id of c, such as "promoter".
func (c Class) String() string { return enumString(classIDs[:], uint8(c)) }

// Label returns the name of c that is shown to people.
func (c Class) Label(lang guanxi.Lang) string {
	if c >= classCount {
		return c.String()
	}
	return classNames[c].In(lang)
}

// Validate returns ErrClass unless c is one of the constants.
func (c Class) Validate() error {
	if c >= classCount {
		return fmt.Errorf("%w: %d", ErrClass, uint8(c))
	}
	return nil
}

// MarshalText returns the id of c, or ErrClass.
func (c Class) MarshalText() ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads an id. Anything else is ErrClass, and c is left alone.
func (c *Class) UnmarshalText(text []byte) error {
	i, ok := enumIndex(classIDs[:], string(text))
	if !ok {
		return fmt.Errorf("%w: %.32q", ErrClass, text)
	}
	*c = Class(i)
	return nil
}

// Scan implements sql.Scanner for text columns. NULL is ErrClass.
func (c *Class) Scan(src any) error {
	text, ok := columnText(src)
	if !ok {
		return fmt.Errorf("%w: cannot be read from a %T", ErrClass, src)
	}
	return c.UnmarshalText(text)
}

// Value implements driver.Valuer: the id.
func (c Class) Value() (driver.Value, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return c.String(), nil
}

// Classes is how many answers fell into each class: all that a net score and
// its uncertainty depend on. Counts must not be negative. It carries no
// kind or scale: that those of two questions are not mixed is up to the caller,
// where a [Tally] sees to it. An immutable value;
// safe for concurrent use.
type Classes struct {
	Detractors int64 `json:"detractors"`
	Passives   int64 `json:"passives"`
	Promoters  int64 `json:"promoters"`
}

// Answers returns the sum of the three.
func (c Classes) Answers() int64 { return c.Detractors + c.Passives + c.Promoters }

// Of returns the count of one class as a share of all answers. NoAnswer has
// none of them.
func (c Classes) Of(class Class) Share {
	s := Share{Of: c.Answers()}
	switch class {
	case Detractor:
		s.Hits = c.Detractors
	case Passive:
		s.Hits = c.Passives
	case Promoter:
		s.Hits = c.Promoters
	}
	return s
}

// Score returns the net score on [-1, 1], promoters less detractors over all
// answers; ok is false when there are none.
func (c Classes) Score() (score float64, ok bool) {
	n := c.Answers()
	if n <= 0 {
		return 0, false
	}
	return float64(c.Promoters-c.Detractors) / float64(n), true
}

// Validate returns ErrCount, placed at the field, for every count that is
// negative or above MaxCount.
func (c Classes) Validate() error {
	return join(
		checkCount("detractors", c.Detractors),
		checkCount("passives", c.Passives),
		checkCount("promoters", c.Promoters))
}
