package page

// HeatMap is a table of colours.
type HeatMap struct {
	XName, YName string
	X, Y         []string // names, from the left and from the top
	Cells        []Heat
	From, To     string // colours of the least and the most
	Max          float64
	Side         int  // of the smallest letters; 0: 12
	NoNarrowText bool // the numbers are left out where the page is narrow
}

// Heat is a cell: X and Y are places, from 0.
type Heat struct {
	X, Y  int
	Value float64
	Text  string   // written into it
	Tip   []string // told where it is pointed at
}

// Option returns the chart.
func (h HeatMap) Option() Option {
	size := h.Side
	if size == 0 {
		size = 12
	}
	data := List{}
	for _, c := range h.Cells {
		color := onTop(h.From, h.To, min(1, c.Value/max(h.Max, 1e-9)))
		data = append(data, Option{"value": List{c.X, c.Y, c.Value}, "text": c.Text, "tip": c.Tip, "label": Option{"color": color}})
	}
	x, y := axis("category", h.XName, true), axis("category", h.YName, false)
	for _, a := range []Option{x, y} {
		a["splitLine"], a["axisLine"] = Option{"show": false}, Option{"show": false}
		a["axisLabel"] = axisText(size)
	}
	x["data"], y["data"], y["inverse"] = h.X, h.Y, true
	x["axisLabel"].(Option)["hideOverlap"] = true
	y["nameLocation"] = "start"
	narrow := Option{"xAxis": Option{"axisLabel": Option{"fontSize": size - 1}}, "yAxis": Option{"axisLabel": Option{"fontSize": size - 1}}}
	narrow["series"] = List{Option{"label": Option{"fontSize": size - 1, "show": !h.NoNarrowText}}}
	return with(base(Option{"trigger": "item", "formatter": fn("tip")}), Option{
		"grid":  Option{"left": 4, "right": 8, "top": 30, "bottom": 34, "containLabel": true},
		"xAxis": x, "yAxis": y,
		"visualMap": Option{"show": false, "min": 0, "max": max(h.Max, 1e-9), "dimension": 2, "inRange": Option{"color": List{h.From, h.To}}},
		"series": List{Option{"type": "heatmap", "data": data, "label": Option{"show": true, "fontSize": size, "formatter": fn("label")},
			"itemStyle": Option{"borderColor": "#fff", "borderWidth": 1}, "emphasis": Option{"itemStyle": Option{"borderColor": ink}}}},
		"narrow": narrow,
	})
}
