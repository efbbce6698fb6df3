package winback

import (
	"fmt"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/holdout"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Arm is the side of a trial that a customer is on. The zero value is neither.
type Arm string

// The arms.
const (
	Unassigned Arm = ""
	Treated    Arm = "treated" // may be contacted
	Held       Arm = "held"    // is left alone, and shows what would have happened anyway
)

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
	return string(a)
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
