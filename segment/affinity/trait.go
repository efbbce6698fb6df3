package affinity

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Trait is one thing that is true of a customer, such as region = Shanghai or
// tag = vip.
type Trait struct {
	Dimension string `json:"dimension"`
	Value     string `json:"value"`
}

// Among says of whom a share is taken.
type Among string

const (
	// AmongKnown: of the customers of whom the dimension has a value. The default,
	// except with Many: a customer whose region nobody knows is in no region's share.
	AmongKnown Among = "known"
	// AmongAll: of all customers. The default with Many: who has no tag lacks
	// every tag.
	AmongAll Among = "all"
)

// Dimension is a kind of traits: regions, channels, tags, motives.
type Dimension struct {
	ID    string      `json:"id"`             // what traits and hypotheses call it
	Name  guanxi.Text `json:"name,omitzero"`  // shown to people; none is the ID
	Many  bool        `json:"many,omitempty"` // a customer may have several values, as of tags
	Among Among       `json:"among,omitempty"`
}

// DefaultMaxValues is how many different values a dimension may have where
// PortraitConfig.MaxValues is 0.
const DefaultMaxValues = 100_000

// PortraitConfig says which traits a portrait counts. As JSON it is read
// strictly by guanxi.UnmarshalStrict.
type PortraitConfig struct {
	Dimensions []Dimension `json:"dimensions"`           // at least one
	MaxValues  int         `json:"max_values,omitempty"` // different values of one dimension; 0 is DefaultMaxValues
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c PortraitConfig) Validate() error {
	var f faultList
	if len(c.Dimensions) == 0 {
		f.option("/dimensions", "no dimensions")
	}
	seen := map[string]bool{}
	for i, d := range c.Dimensions {
		switch {
		case d.ID == "" || !utf8.ValidString(d.ID):
			f.option(guanxi.Pointer("dimensions", i, "id"), "%q is no id", d.ID)
		case seen[d.ID]:
			f = append(f, guanxi.At(guanxi.Pointer("dimensions", i, "id"), ErrDuplicate))
		}
		seen[d.ID] = true
		if !utf8.ValidString(d.Name.EN) || !utf8.ValidString(d.Name.ZH) {
			f.option(guanxi.Pointer("dimensions", i, "name"), "no text")
		}
		switch d.Among {
		case "", AmongKnown, AmongAll:
		default:
			f.option(guanxi.Pointer("dimensions", i, "among"), "%q is none of known, all", string(d.Among))
		}
	}
	if c.MaxValues < 0 || c.MaxValues > mostItems {
		f.option("/max_values", "%d is not in 0 to %d", c.MaxValues, mostItems)
	}
	return f.join()
}

func (c PortraitConfig) withDefaults() PortraitConfig {
	c.MaxValues = orDefault(c.MaxValues, DefaultMaxValues)
	dims := make([]Dimension, len(c.Dimensions))
	for i, d := range c.Dimensions {
		if d.Many {
			d.Among = orDefault(d.Among, AmongAll)
		}
		d.Among = orDefault(d.Among, AmongKnown)
		dims[i] = d
	}
	c.Dimensions = dims
	return c
}

// unnamed is what decides whether portraits hold the same things.
func (c PortraitConfig) unnamed() PortraitConfig {
	c.Dimensions = slices.Clone(c.Dimensions)
	for i := range c.Dimensions {
		c.Dimensions[i].Name = guanxi.Text{}
	}
	return c
}

// header is c as encoded portraits have it: without names, and with an ID under
// the key that it had in the first version.
func (c PortraitConfig) header() ([]byte, error) {
	type dimension struct {
		ID    string `json:"name"`
		Many  bool   `json:"many,omitempty"`
		Among Among  `json:"among,omitempty"`
	}
	h := struct {
		Dimensions []dimension `json:"dimensions"`
		MaxValues  int         `json:"max_values,omitempty"`
	}{MaxValues: c.MaxValues}
	for _, d := range c.Dimensions {
		h.Dimensions = append(h.Dimensions, dimension{d.ID, d.Many, d.Among})
	}
	return json.Marshal(h)
}

// UnmarshalJSON reads strictly, as that of CountConfig does.
func (c *PortraitConfig) UnmarshalJSON(data []byte) error {
	type plain PortraitConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, PortraitConfig(v), err)
}
