package care

import "github.com/guanxi-go/guanxi"

// Channel is how a customer is contacted.
type Channel string

// The channels.
const (
	Phone  Channel = "phone"
	Email  Channel = "email"
	SMS    Channel = "sms"
	WeChat Channel = "wechat"
	Visit  Channel = "visit"
	Event  Channel = "event" // an invitation: a salon, a product show, a thank-you evening
)

// Channels returns the six channels.
func Channels() []Channel { return []Channel{Phone, Email, SMS, WeChat, Visit, Event} }

// Label returns the name in lang, or the id of an unknown channel.
func (c Channel) Label(lang guanxi.Lang) string {
	switch c {
	case Phone:
		return guanxi.Text{EN: "phone", ZH: "电话"}.In(lang)
	case Email:
		return guanxi.Text{EN: "e-mail", ZH: "邮件"}.In(lang)
	case SMS:
		return guanxi.Text{EN: "SMS", ZH: "短信"}.In(lang)
	case WeChat:
		return guanxi.Text{EN: "WeChat", ZH: "微信"}.In(lang)
	case Visit:
		return guanxi.Text{EN: "visit", ZH: "拜访"}.In(lang)
	case Event:
		return guanxi.Text{EN: "event", ZH: "活动"}.In(lang)
	}
	return string(c)
}
