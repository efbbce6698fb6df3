package page

import "maps"

// Option is what Apache ECharts draws, as its documentation describes it, with two
// additions: {"$fn": name} is a function of assets/charts.js, and what stands under
// "narrow" is laid over the rest where the page is narrow, lists item by item. Text
// from outside is never run, nor read as HTML.
type Option = map[string]any

// List is a list in an option.
type List = []any

// The colours of the charts. White on them, and they on white, have a contrast of
// 4.5:1 or better.
const (
	Blue   = "#2b6ca3"
	Orange = "#b4570f"
	Green  = "#277a59"
	Purple = "#7353a0"
	Red    = "#b13831"
	Gold   = "#80690c"
	Cyan   = "#1f768c"
	Pink   = "#a93f75"
	Slate  = "#5d6b7a"
	Brown  = "#7d5938"
	Olive  = "#5f7022"
	Pale   = "#66737f"
)

// Palette are the colours in the order in which they are taken.
var Palette = [...]string{Blue, Orange, Green, Purple, Red, Gold, Cyan, Pink, Slate, Brown, Olive, Pale}

// Color is the i-th colour; after the last comes the first.
func Color(i int) string { return Palette[i%len(Palette)] }

const (
	ink  = "#1d2733"
	soft = "#51606f"
	rule = "#e3e8ed"
)

// fn is a function of assets/charts.js.
func fn(name string) Option { return Option{"$fn": name} }

// Format is how numbers are written.
type Format struct{ axis, tip string }

// The formats.
var (
	Whole = Format{"axisWhole", "whole"}
	Tenth = Format{"axisWhole", "tenth"}
	Money = Format{"axisWhole", "money"}
	Share = Format{"axisShare", "share"} // 0 to 1 as per cent
	Score = Format{"axisWhole", "score"} // with a sign
	// Size leaves the sign out, of bars that hang below the axis.
	Size = Format{"axisSize", "size"}
)

// base is what all charts have. Nothing moves: a chart is drawn when the page is,
// and prints so.
func base(tip Option) Option {
	tip["confine"] = true
	tip["textStyle"] = Option{"fontSize": 12, "color": ink}
	return Option{
		"animation": false,
		"color":     Palette,
		"textStyle": Option{"fontFamily": `system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`, "color": ink},
		"tooltip":   tip,
	}
}

func axisText(size int) Option { return Option{"fontSize": size, "color": soft} }

// with returns o with more in it.
func with(o, more Option) Option {
	maps.Copy(o, more)
	return o
}

// axis is one with a title, which stands below a horizontal axis and above a
// vertical one.
func axis(kind, name string, horizontal bool) Option {
	o := Option{
		"type": kind, "name": name, "nameTextStyle": axisText(12), "axisLabel": with(axisText(12), Option{"hideOverlap": true}),
		"axisLine": Option{"show": horizontal, "lineStyle": Option{"color": soft}}, "axisTick": Option{"show": false},
		"splitLine": Option{"show": !horizontal, "lineStyle": Option{"color": rule}},
	}
	if horizontal {
		o["nameLocation"], o["nameGap"] = "middle", 30
	} else {
		o["nameLocation"], o["nameGap"] = "end", 12
		o["nameTextStyle"] = with(axisText(12), Option{"align": "left"})
	}
	return o
}

func values(name string, horizontal bool, f Format) Option {
	o := axis("value", name, horizontal)
	o["axisLabel"].(Option)["formatter"] = fn(f.axis)
	if horizontal {
		inside(o)
	}
	return o
}

// inside keeps the first and the last name of a horizontal axis within the chart.
func inside(axis Option) {
	with(axis["axisLabel"].(Option), Option{"alignMinLabel": "left", "alignMaxLabel": "right"})
}
