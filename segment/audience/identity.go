package audience

import (
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// IdentifierKind is what an identifier is. A host may have kinds of its own
// besides these.
type IdentifierKind string

// The kinds known here.
const (
	PhoneID       IdentifierKind = "phone"
	WeChatUnionID IdentifierKind = "wechat_union"
	MemberCardID  IdentifierKind = "member_card"
	EmailID       IdentifierKind = "email"
)

var identifierLabels = map[IdentifierKind]guanxi.Text{
	PhoneID:       {EN: "Phone", ZH: "手机号"},
	WeChatUnionID: {EN: "WeChat union id", ZH: "微信UnionID"},
	MemberCardID:  {EN: "Member card", ZH: "会员卡"},
	EmailID:       {EN: "E-mail", ZH: "邮箱"},
}

// Label returns the kind's name for people; a host's own kind is its own name.
func (k IdentifierKind) Label(lang guanxi.Lang) string {
	if t, ok := identifierLabels[k]; ok {
		return t.In(lang)
	}
	return string(k)
}

// IdentifierForm says how the values of a kind are brought to one form.
type IdentifierForm string

// The forms; see [IdentityRules.Normalise].
const (
	PhoneForm IdentifierForm = "phone" // +8613800138000; the default of PhoneID
	EmailForm IdentifierForm = "email" // lin@example.com; the default of EmailID
	CardForm  IdentifierForm = "card"  // upper case, without spaces and hyphens; the default of MemberCardID
	TokenForm IdentifierForm = "token" // A–Z a–z 0–9 _ - as it is; the default of WeChatUnionID
	// ExactForm takes any text as it is: for kinds of the host's own, of which it is
	// the default, and for values that the host normalised and hashed.
	ExactForm IdentifierForm = "exact"
)

// IdentityRule is how far a kind of identifier is trusted.
type IdentityRule struct {
	Kind IdentifierKind `json:"kind"`
	Form IdentifierForm `json:"form,omitempty"` // "": by the kind
	// Single says that a person has one identifier of this kind: customers with
	// different ones are different, and no weaker identifier joins them.
	Single bool `json:"single,omitempty"`
	// MaxCustomers is of how many customers, as the stronger kinds have made them,
	// a value may be. With more it is shared, as the phone of a shop or a family,
	// and identifies nobody. 0 is no bound.
	MaxCustomers int `json:"max_customers,omitempty"`
	// Ignore is values that identify nobody, such as a number that the till types in.
	// They are normalised as any other.
	Ignore []string `json:"ignore,omitempty"`
}

// IdentityConfig says which records are of one customer (识别合并): the kinds of
// identifiers, the strongest first. As JSON it is read strictly.
type IdentityConfig struct {
	Version int            `json:"version"` // 1 or more
	Rules   []IdentityRule `json:"rules"`   // 1 to 16, ranked
	// PhoneCode is the country calling code of phone numbers that do not say theirs;
	// "" is "86".
	PhoneCode string `json:"phone_code,omitempty"`
	// PhoneTrunk is the digits before a national number that are not part of it;
	// "" is "0", and "none" is none, as in Italy.
	PhoneTrunk string `json:"phone_trunk,omitempty"`
}

// IdentityPreset returns a config to begin with: the WeChat union id, of which a
// person has one; the phone, of up to 5 customers; the member card; and the
// e-mail, of up to 5 customers. A phone thus joins two member cards and does not
// join two union ids.
func IdentityPreset() IdentityConfig {
	return IdentityConfig{Version: 1, Rules: []IdentityRule{
		{Kind: WeChatUnionID, Single: true},
		{Kind: PhoneID, MaxCustomers: 5},
		{Kind: MemberCardID, Single: true},
		{Kind: EmailID, MaxCustomers: 5},
	}}
}

const maxKinds = 16

// Validate returns every fault of c, each a *guanxi.FieldError: ErrRevision,
// ErrNothing, ErrID, ErrDuplicate, ErrOption, and ErrIdentifier for an ignored
// value.
func (c IdentityConfig) Validate() error {
	_, errs := c.compile()
	return strict.Join(errs...)
}

// identityRule is a rule made ready.
type identityRule struct {
	IdentityRule
	ignore map[string]bool
}

func (c IdentityConfig) compile() (phones, []error) {
	var errs []error
	fault := func(err error, parts ...any) {
		errs = append(errs, guanxi.At(guanxi.Pointer(parts...), err))
	}
	p := phones{code: "86", trunk: "0"}
	if c.Version < 1 {
		fault(fmt.Errorf("%w: %d", ErrRevision, c.Version), "version")
	}
	if s := c.PhoneCode; len(s) > 3 || s != "" && (!allDigits(s) || s[0] == '0') {
		fault(fmt.Errorf("%w: %.32q is no calling code such as 86", ErrOption, s), "phone_code")
	} else if s != "" {
		p.code = s
	}
	switch s := c.PhoneTrunk; {
	case s == "none":
		p.trunk = ""
	case len(s) > 3 || s != "" && !allDigits(s):
		fault(fmt.Errorf("%w: %.32q is not digits such as 0, or none", ErrOption, s), "phone_trunk")
	case s != "":
		p.trunk = s
	}
	if len(c.Rules) == 0 {
		fault(fmt.Errorf("%w: no rules", ErrNothing), "rules")
	}
	if len(c.Rules) > maxKinds {
		fault(fmt.Errorf("%w: %d rules, at most %d", ErrOption, len(c.Rules), maxKinds), "rules")
		return p, errs
	}
	for i, r := range c.Rules {
		if err := checkName(string(r.Kind)); err != nil {
			fault(err, "rules", i, "kind")
		}
		if j := slices.IndexFunc(c.Rules, func(o IdentityRule) bool { return o.Kind == r.Kind }); j < i {
			fault(fmt.Errorf("%w: %.64q is rule %d too", ErrDuplicate, r.Kind, j), "rules", i, "kind")
		}
		if r.MaxCustomers < 0 {
			fault(fmt.Errorf("%w: %d", ErrOption, r.MaxCustomers), "rules", i, "max_customers")
		}
		form := r.form()
		if !slices.Contains([]IdentifierForm{PhoneForm, EmailForm, CardForm, TokenForm, ExactForm}, form) {
			fault(fmt.Errorf("%w: %.32q (phone, email, card, token, exact)", ErrOption, r.Form), "rules", i, "form")
			continue
		}
		for j, v := range r.Ignore {
			if _, err := p.normalize(form, v); err != nil {
				fault(err, "rules", i, "ignore", j)
			}
		}
	}
	return p, errs
}

// form is the form in force.
func (r IdentityRule) form() IdentifierForm {
	switch {
	case r.Form != "":
		return r.Form
	case r.Kind == PhoneID:
		return PhoneForm
	case r.Kind == EmailID:
		return EmailForm
	case r.Kind == MemberCardID:
		return CardForm
	case r.Kind == WeChatUnionID:
		return TokenForm
	}
	return ExactForm
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *IdentityConfig) UnmarshalJSON(data []byte) error {
	type plain IdentityConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, IdentityConfig(v), err)
}

// Identifier is one thing by which a record may be known: as the host has it, or
// normalised where it comes from a result.
type Identifier struct {
	Kind  IdentifierKind `json:"kind"`
	Value string         `json:"value"`
}

// IdentityRecord is one of the host's records of somebody: an account, a member, a
// follower. It is not an order, of which one person has many: give each buyer of
// orders without an account one record.
type IdentityRecord[K comparable] struct {
	Key         K            `json:"key"`
	Identifiers []Identifier `json:"identifiers"` // in any order; one with Value "" does not count
}

// IdentityRules tells which records are of one customer. Immutable; safe for
// concurrent use.
type IdentityRules[K comparable] struct {
	key    guanxi.Key[K]
	rules  []identityRule
	rank   map[IdentifierKind]int
	phones phones
}

// NewIdentityRules compiles a config, for records by the host's own keys. All
// faults are returned at once; see [IdentityConfig.Validate].
func NewIdentityRules[K comparable](key guanxi.Key[K], cfg IdentityConfig) (*IdentityRules[K], error) {
	p, errs := cfg.compile()
	if err := strict.Join(errs...); err != nil {
		return nil, wrap(err)
	}
	m := &IdentityRules[K]{key: key, phones: p, rank: make(map[IdentifierKind]int, len(cfg.Rules))}
	for i, r := range cfg.Rules {
		r.Form = r.form()
		ready := identityRule{IdentityRule: r, ignore: make(map[string]bool, len(r.Ignore))}
		for _, v := range r.Ignore {
			n, err := p.normalize(r.Form, v)
			if err != nil {
				return nil, wrap(err) // not after compile
			}
			ready.ignore[n] = true
		}
		m.rules = append(m.rules, ready)
		m.rank[r.Kind] = i
	}
	return m, nil
}
