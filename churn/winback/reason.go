package winback

import "github.com/guanxi-go/guanxi"

// Reason is why a customer left, as it was recorded.
type Reason struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"` // shown to people; none is the id
}

// Label returns the name of r that is shown to people.
func (r Reason) Label(lang guanxi.Lang) string { return label(r.Name, r.ID, lang) }

// The ids of the ready reasons.
const (
	Price      = "price"
	Quality    = "quality"
	Delivery   = "delivery"
	Service    = "service"
	Competitor = "competitor"
	NoNeed     = "no_need"
	Moved      = "moved"
	Forgot     = "forgot"
	Hesitates  = "hesitates"
)

// Reasons returns the ready reasons; a host adds its own. A customer whose reason
// nobody has recorded has the reason "", which is no reason of a config: first
// ask. The slice is the caller's.
func Reasons() []Reason {
	return []Reason{
		{Price, guanxi.Text{EN: "Too expensive", ZH: "价格太高"}},
		{Quality, guanxi.Text{EN: "Disappointed by the product", ZH: "产品不满意"}},
		{Delivery, guanxi.Text{EN: "Late or damaged delivery", ZH: "配送延误或破损"}},
		{Service, guanxi.Text{EN: "Treated badly", ZH: "服务不佳"}},
		{Competitor, guanxi.Text{EN: "Went to a rival", ZH: "转向竞争对手"}},
		{NoNeed, guanxi.Text{EN: "No longer needs it", ZH: "不再需要"}},
		{Moved, guanxi.Text{EN: "Moved away", ZH: "搬迁"}},
		{Forgot, guanxi.Text{EN: "Simply forgot us", ZH: "淡忘"}},
		{Hesitates, guanxi.Text{EN: "Hesitates over renewal", ZH: "续约犹豫"}},
	}
}

// Kind is what a step does.
type Kind string

// The kinds of step.
const (
	Contact    Kind = "contact"     // ask, tell, invite: nothing is given away
	ServiceFix Kind = "service_fix" // mend what went wrong; may carry a gift, which is held back as an offer is
	Offer      Kind = "offer"       // something off the next order, or on top of it
)

// Label returns the name of k that is shown to people.
func (k Kind) Label(lang guanxi.Lang) string {
	switch k {
	case Contact:
		return guanxi.Text{EN: "Contact", ZH: "联系"}.In(lang)
	case ServiceFix:
		return guanxi.Text{EN: "Service fix", ZH: "服务补救"}.In(lang)
	case Offer:
		return guanxi.Text{EN: "Offer", ZH: "优惠"}.In(lang)
	}
	return string(k)
}
