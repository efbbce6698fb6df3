package survey

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Channel is how a questionnaire reaches a customer.
type Channel string

// The channels.
const (
	Online    Channel = "online"    // a page, a mini program, a message with a link
	Phone     Channel = "phone"     // read out by a caller
	Paper     Channel = "paper"     // filled in by hand, entered later
	Interview Channel = "interview" // asked in person
)

// Channels returns the four channels.
func Channels() []Channel { return []Channel{Online, Phone, Paper, Interview} }

var channelLabels = map[Channel]guanxi.Text{
	Online:    {EN: "online", ZH: "线上"},
	Phone:     {EN: "phone", ZH: "电话"},
	Paper:     {EN: "paper", ZH: "纸质"},
	Interview: {EN: "interview", ZH: "访谈"},
}

// Label returns the name in lang, or the id of an unknown channel.
func (c Channel) Label(lang guanxi.Lang) string { return labelled(channelLabels, c, lang) }

// Validate returns [ErrOption] for anything but the four channels.
func (c Channel) Validate() error {
	if channelNumber(c) < 0 {
		return fmt.Errorf("%w: %.32q is not a channel", ErrOption, string(c))
	}
	return nil
}

// channelNumber is the place of c among Channels, −1 for an unknown one.
func channelNumber(c Channel) int {
	switch c {
	case Online:
		return 0
	case Phone:
		return 1
	case Paper:
		return 2
	case Interview:
		return 3
	}
	return -1
}

// labelled returns the label of an id, or the id.
func labelled[ID ~string](labels map[ID]guanxi.Text, id ID, lang guanxi.Lang) string {
	if text, ok := labels[id]; ok {
		return text.In(lang)
	}
	return string(id)
}
