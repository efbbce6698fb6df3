package coupon

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/ident"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Action is what a command asks for.
type Action string

// The actions.
const (
	// Issue makes a coupon of the newest version of a definition, or of the one
	// named, for Customer or, without one, for whoever shows it.
	Issue Action = "issue"
	// Reserve keeps a use for an order until a deadline.
	Reserve Action = "reserve"
	// Redeem makes the order's reservation final.
	Redeem Action = "redeem"
	// UseNow reserves and redeems at once, as at a till.
	UseNow Action = "use"
	// Release gives the order's reservation up: the use is open again.
	Release Action = "release"
	// Return gives the order's redeemed use back after a refund, by the definition's
	// Returns.
	Return Action = "return"
	// Cancel makes every open use void. A reservation that stands may still be
	// redeemed; what comes back from one, or from a refund, is void.
	Cancel Action = "cancel"
)

// Actions returns all actions.
func Actions() []Action {
	return []Action{Issue, Reserve, Redeem, UseNow, Release, Return, Cancel}
}

// Label returns the name in lang, or the id of an unknown action.
func (a Action) Label(lang guanxi.Lang) string {
	switch a {
	case Issue:
		return guanxi.Text{EN: "issue", ZH: "发放"}.In(lang)
	case Reserve:
		return guanxi.Text{EN: "reserve", ZH: "锁定"}.In(lang)
	case Redeem:
		return guanxi.Text{EN: "redeem", ZH: "核销"}.In(lang)
	case UseNow:
		return guanxi.Text{EN: "use at once", ZH: "直接核销"}.In(lang)
	case Release:
		return guanxi.Text{EN: "release", ZH: "释放"}.In(lang)
	case Return:
		return guanxi.Text{EN: "give back", ZH: "退还"}.In(lang)
	case Cancel:
		return guanxi.Text{EN: "cancel", ZH: "作废"}.In(lang)
	}
	return string(a)
}

// Command asks for one change of one coupon. A plain value.
type Command struct {
	// Key makes the command one of a kind: 1 to 128 bytes, unique among all commands
	// of a store. Given again it is answered as the first time.
	Key    string `json:"key"`
	Action Action `json:"action"`
	Code   Code   `json:"code"`
	// Definition and, if it is not to be the newest, Version of Issue.
	Definition string `json:"definition,omitempty"`
	Version    int    `json:"version,omitempty"`
	// Customer of Issue, Reserve and UseNow. A coupon that belongs to a customer may
	// be reserved without; a limit per customer asks for one. The other actions are
	// refused where they name another customer than the use has.
	Customer string `json:"customer,omitempty"`
	// Order that reserves, redeems, releases and returns: the host's name of it.
	Order string `json:"order,omitempty"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c Command) Validate() error {
	if c.valid() {
		return nil
	}
	var f faults
	f.name("/key", c.Key)
	if c.Action == "" {
		f.at("/action", ErrMissing)
	} else {
		option(&f, "/action", c.Action, Actions()...)
	}
	f.id("/code", string(c.Code))
	if c.Action == Issue {
		f.id("/definition", c.Definition)
		if c.Version < 0 {
			f.add("/version", ErrOption, "%d", c.Version)
		}
	} else {
		if c.Definition != "" {
			f.add("/definition", ErrMisplaced, "of a command to %.32q", c.Action)
		}
		if c.Version != 0 {
			f.add("/version", ErrMisplaced, "of a command to %.32q", c.Action)
		}
	}
	if c.Customer != "" {
		f.name("/customer", c.Customer)
	}
	switch {
	case c.Action != Issue && c.Action != Cancel:
		f.name("/order", c.Order)
	case c.Order != "":
		f.add("/order", ErrMisplaced, "of a command to %.32q", c.Action)
	}
	return f.err()
}

// valid is Validate without the faults.
func (c *Command) valid() bool {
	if !ident.Name(c.Key) || !ident.ID(string(c.Code)) || c.Customer != "" && !ident.Name(c.Customer) {
		return false
	}
	switch c.Action {
	case Issue:
		return ident.ID(c.Definition) && c.Version >= 0 && c.Order == ""
	case Cancel:
		return c.Definition == "" && c.Version == 0 && c.Order == ""
	case Reserve, Redeem, UseNow, Release, Return:
		return c.Definition == "" && c.Version == 0 && ident.Name(c.Order)
	}
	return false
}

// UnmarshalJSON reads strictly, as that of [Definition] does.
func (c *Command) UnmarshalJSON(data []byte) error {
	type plain Command
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, Command(v), err)
}

// Intent is a hash of what a command asks for: all of it but its key.
type Intent [16]byte

// Intent returns the first 16 bytes of the SHA-256 of the command's fields, each with
// its length before it. It is stored and never changes.
func (c Command) Intent() Intent {
	var buf [512]byte
	b := append(buf[:0], "guanxi coupon intent v1"...)
	for _, s := range [...]string{string(c.Action), string(c.Code), c.Definition, c.Customer, c.Order} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	sum := sha256.Sum256(binary.AppendUvarint(b, uint64(c.Version)))
	return Intent(sum[:16])
}
