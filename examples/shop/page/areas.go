package page

// Tile is a part of a treemap.
type Tile struct {
	Name  string
	Value float64
	Text  string // under the name
	Color string
	Tip   []string // told where it is pointed at
}

// Treemap draws every tile in proportion to its value.
func Treemap(tiles []Tile) Option {
	data := List{}
	for _, t := range tiles {
		data = append(data, Option{"name": t.Name, "value": t.Value, "text": t.Name + "\n" + t.Text, "tip": t.Tip, "itemStyle": Option{"color": t.Color}})
	}
	return with(base(Option{"trigger": "item", "formatter": fn("tip")}), Option{
		"series": List{Option{
			"type": "treemap", "data": data, "left": 0, "right": 0, "top": 0, "bottom": 0, "roam": false, "nodeClick": false,
			"breadcrumb": Option{"show": false}, "itemStyle": Option{"gapWidth": 2, "borderWidth": 0},
			"label": Option{"show": true, "formatter": fn("label"), "fontSize": 13, "lineHeight": 17, "color": "#fff", "overflow": "truncate", "position": "insideTopLeft"},
		}},
		"narrow": Option{"series": List{Option{"label": Option{"fontSize": 11, "lineHeight": 14}}}},
	})
}

// Node is an end of flows. ID is its own, Name what is shown.
type Node struct {
	ID, Name string
	Color    string
	Depth    int // column, from 0
	Tip      []string
}

// Flow goes from node to node.
type Flow struct {
	From, To string // ids
	Value    float64
	Tip      []string
}

// Sankey draws flows in two columns, each node as high as what flows through it.
// Nodes keep their order.
func Sankey(nodes []Node, flows []Flow) Option {
	data, links := List{}, List{}
	for _, n := range nodes {
		label := Option{"position": "right"}
		if n.Depth > 0 {
			label["position"] = "left"
		}
		data = append(data, Option{"name": n.ID, "text": n.Name, "depth": n.Depth, "tip": n.Tip, "itemStyle": Option{"color": n.Color}, "label": label})
	}
	for _, f := range flows {
		links = append(links, Option{"source": f.From, "target": f.To, "value": f.Value, "tip": f.Tip})
	}
	return with(base(Option{"trigger": "item", "formatter": fn("tip")}), Option{
		"series": List{Option{
			"type": "sankey", "data": data, "links": links, "left": 0, "right": 0, "top": 8, "bottom": 8,
			"nodeWidth": 14, "nodeGap": 9, "layoutIterations": 0, "draggable": false, "nodeAlign": "justify", "emphasis": Option{"focus": "adjacency"},
			"label":     Option{"formatter": fn("label"), "fontSize": 12, "color": ink, "textBorderColor": "#fff", "textBorderWidth": 3, "width": 250, "overflow": "truncate"},
			"lineStyle": Option{"color": "source", "opacity": 0.32, "curveness": 0.5},
		}},
		"narrow": Option{"series": List{Option{"label": Option{"fontSize": 10, "width": 140}, "nodeWidth": 8}}},
	})
}
