package winback

import (
	"database/sql/driver"
	"fmt"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/holdout"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Arm is the side of a trial that a customer is on. The zero value is neither.
type Arm uint8

// The arms.
const (
	Unassigned Arm = iota
	Treated        // may be contacted
	Held           // is left alone, and shows what would have happened anyway
)

var armIDs = [...]string{"", "treated", "held"}

// String returns the id of a, "" for Unassigned.
func (a Arm) String() string {
	if int(a) >= len(armIDs) {
		return fmt.Sprintf("unknown(%d)", uint8(a))
	}
	return armIDs[a]
}

// Label returns the name of a that is shown to people.
func (a Arm) Label(lang guanxi.Lang) string {
	switch a {
	case Unassigned:
		return guanxi.Text{EN: "Not assigned", ZH: "未分组"}.In(lang)
	case Treated:
		return guanxi.Text{EN: "Treated", ZH: "实验组"}.In(lang)
	case Held:
		return guanxi.Text{EN: "Held out", ZH: "对照组"}.In(lang)
	}
	return a.String()
}

// MarshalText returns the id of a, or ErrArm.
func (a Arm) MarshalText() ([]byte, error) {
	if int(a) >= len(armIDs) {
		return nil, fmt.Errorf("%w: %d", ErrArm, uint8(a))
	}
	return []byte(armIDs[a]), nil
}

// UnmarshalText reads an id. Anything else is ErrArm, and a is left alone.
func (a *Arm) UnmarshalText(text []byte) error {
	for i, id := range armIDs {
		if id == string(text) {
			*a = Arm(i)
			return nil
		}
	}
	return fmt.Errorf("%w: %.32q", ErrArm, text)
}

// Scan implements sql.Scanner for text columns. NULL is ErrArm.
func (a *Arm) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return a.UnmarshalText([]byte(v))
	case []byte:
		return a.UnmarshalText(v)
	}
	return fmt.Errorf("%w: cannot be read from a %T", ErrArm, src)
}

// Value implements driver.Valuer: the id.
func (a Arm) Value() (driver.Value, error) {
	text, err := a.MarshalText()
	if err != nil {
		return nil, err
	}
	return string(text), nil
}

// Holdout splits customers before anything is offered: a hash of the salt and
// the customer decides, so that the same salt gives the same split for ever, on
// every machine and in any order, and nobody can choose who is left alone. A
// greater share keeps whom a smaller one held. Each campaign has a salt of its
// own, or the same customers are left alone each time.
type Holdout struct {
	Salt  string  `json:"salt"`
	Share float64 `json:"share"` // of customers held out, in [0, 1); 0 holds nobody, and nothing can be measured
}

// Validate returns every fault of h, each a *guanxi.FieldError.
func (h Holdout) Validate() error {
	var errs []error
	if !utf8.ValidString(h.Salt) || h.Salt == "" && h.Share != 0 {
		errs = append(errs, at(fmt.Errorf("%w: a holdout has a salt, which is text", ErrOption), "salt"))
	}
	if !(h.Share >= 0 && h.Share < 1) {
		errs = append(errs, at(fmt.Errorf("%w: %v is not in [0, 1)", ErrOption, h.Share), "share"))
	}
	return strict.Join(errs...)
}

// Assign returns the arm of the customer with these bytes, of any length.
func (h Holdout) Assign(customer []byte) Arm {
	if holdout.Place(h.Salt, customer) < h.Share {
		return Held
	}
	return Treated
}

// ArmOf is h.Assign of a key as guanxi encodes it, which every part of this
// package uses.
func ArmOf[K comparable](h Holdout, key guanxi.Key[K], customer K) Arm {
	var buf [64]byte
	return h.Assign(key.Append(buf[:0], customer))
}
