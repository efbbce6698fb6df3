package page

// Lines are curves over numbers or names.
type Lines struct {
	XName, YName string
	Categories   []string // names along x; nil: X of the points counts
	X, Y         Format
	XMax, YMax   *float64
	YMin         *float64
	Series       []Line
	MarkX        float64 // a line across the chart at this x, or before this category
	MarkName     string  // what it says; "" for no such line
	Turned       bool    // names along x are written at a slant
}

// Line is one curve, or the bars of one kind.
type Line struct {
	Name   string
	Color  string
	Points []Point
	Bars   bool
	Stack  string // bars of the same stack stand on each other
	Step   bool   // constant until the next point
	Band   bool   // fills Low to High behind the line
	Whisk  bool   // draws Low to High at each point
	Dots   bool   // shows the points
	Dashed bool
	Area   bool // filled down to the axis
	Thin   bool // a reference, not a result
	Loose  bool // points are not joined: they have no order
}

// Point is a place on a curve. A nil Y is a gap.
type Point struct {
	X         float64 // with Categories the place among them, from 0
	Y         *float64
	Low, High *float64 // nil: not known
}

// Option returns the chart.
func (l Lines) Option() Option {
	x := values(l.XName, true, l.X)
	if l.Categories != nil {
		x = axis("category", l.XName, true)
		x["data"], x["boundaryGap"] = l.Categories, l.bars()
		if !l.bars() {
			inside(x)
		}
		if l.Turned {
			x["axisLabel"] = with(x["axisLabel"].(Option), Option{"rotate": 35, "hideOverlap": false, "interval": 0, "width": 110, "overflow": "truncate"})
		}
	} else {
		x["scale"] = false
		if l.XMax != nil {
			x["max"] = *l.XMax
		}
	}
	y := values(l.YName, false, l.Y)
	if l.YMax != nil {
		y["max"] = *l.YMax
	}
	if l.YMin != nil {
		y["min"] = *l.YMin
	}
	o := with(base(Option{"trigger": "axis", "valueFormatter": fn(l.Y.tip), "axisPointer": Option{"type": "line", "label": Option{"show": false}}}), Option{
		"grid":   Option{"left": 8, "right": 26, "top": 64, "bottom": 34, "containLabel": true},
		"legend": legend(),
		"xAxis":  x, "yAxis": y,
		"narrow": Option{
			"legend": Option{"itemWidth": 14, "itemGap": 8, "textStyle": Option{"fontSize": 11}},
			"xAxis":  Option{"axisLabel": Option{"fontSize": 11}}, "yAxis": Option{"axisLabel": Option{"fontSize": 11}},
		},
	})
	var series List
	var names []string
	for i, line := range l.Series {
		if line.Color == "" {
			line.Color = Color(i)
		}
		names = append(names, line.Name)
		series = append(series, line.series(l, i == 0))
		if line.Band {
			series = append(series, line.limits("band", "stepBand", l.Y))
		}
		if line.Whisk {
			series = append(series, line.limits("whisker", "whisker", l.Y))
		}
	}
	o["legend"].(Option)["data"], o["series"] = names, series
	if len(names) == 1 { // the title and the axis say it
		o["legend"].(Option)["show"], o["grid"].(Option)["top"] = false, 32
	}
	if l.Turned {
		o["grid"].(Option)["left"] = 36
	}
	return o
}

func (l Lines) bars() bool {
	for _, line := range l.Series {
		if line.Bars || line.Whisk {
			return true
		}
	}
	return false
}

func legend() Option {
	return Option{"top": 0, "left": 0, "type": "plain", "icon": "roundRect", "itemWidth": 18, "itemHeight": 10, "itemGap": 14, "textStyle": Option{"fontSize": 12, "color": ink}}
}

// series is the curve itself.
func (line Line) series(l Lines, first bool) Option {
	data := List{}
	for _, p := range line.Points {
		if p.Y == nil {
			data = append(data, List{p.X, "-"})
		} else {
			data = append(data, List{p.X, *p.Y})
		}
	}
	s := Option{"name": line.Name, "data": data, "itemStyle": Option{"color": line.Color}, "emphasis": Option{"disabled": true}}
	if line.Bars {
		s["type"], s["barMaxWidth"], s["barCategoryGap"] = "bar", 72, "25%"
		if line.Stack != "" {
			s["stack"] = line.Stack
		}
	} else {
		style := Option{"color": line.Color, "width": 2}
		if line.Dashed {
			style["type"] = "dashed"
		}
		if line.Thin {
			style["width"] = 1
		}
		if line.Loose {
			style["width"] = 0
		}
		s["type"], s["lineStyle"], s["symbol"], s["symbolSize"], s["showSymbol"], s["z"] = "line", style, "circle", 7, line.Dots || len(line.Points) == 1, 3
		if line.Step {
			s["step"] = "end"
		}
		if line.Area {
			s["areaStyle"] = Option{"opacity": 0.14}
		}
	}
	if first && l.MarkName != "" {
		s["markLine"] = Option{
			"silent": true, "symbol": "none", "animation": false,
			"lineStyle": Option{"color": soft, "type": "dashed", "width": 1},
			"label":     Option{"formatter": l.MarkName, "color": soft, "fontSize": 12, "position": "insideEndTop", "rotate": 0, "align": "left", "padding": []int{0, 0, 0, 6}},
			"data":      List{Option{"xAxis": l.MarkX}},
		}
	}
	return s
}

// limits are the intervals of a curve.
func (line Line) limits(shape, stepped string, f Format) Option {
	data := List{}
	for _, p := range line.Points {
		if p.Low != nil && p.High != nil {
			data = append(data, List{p.X, *p.Low, *p.High})
		}
	}
	if line.Step {
		shape = stepped
	}
	return Option{
		"name": line.Name + " ", "type": "custom", "renderItem": fn(shape), "data": data, "itemStyle": Option{"color": line.Color},
		"encode": Option{"x": 0, "y": List{1, 2}, "tooltip": List{1, 2}}, "clip": true, "z": 2,
		"tooltip": Option{"valueFormatter": fn(f.tip)},
	}
}
