package main

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/shopspring/decimal"
)

// article is one thing that the shop sells.
type article struct {
	id         string
	name       guanxi.Text
	aisle      string
	yuan       int64
	margin     int64
	consumable bool
	soldOut    bool
	with       []companion // what is bought with it
}

type companion struct {
	id    string
	share float64
}

var goods = []article{
	{"longjing", guanxi.Text{EN: "Longjing tea", ZH: "龙井"}, "tea", 168, 70, true, false, []companion{{"cups", 0.18}, {"teapot", 0.08}, {"caddy", 0.10}}},
	{"puer", guanxi.Text{EN: "Pu'er tea", ZH: "普洱"}, "tea", 128, 52, true, false, []companion{{"teapot", 0.20}, {"tray", 0.07}}},
	{"jasmine", guanxi.Text{EN: "Jasmine tea", ZH: "茉莉花茶"}, "tea", 68, 25, true, false, []companion{{"cups", 0.15}, {"biscuits", 0.12}}},
	{"reserve", guanxi.Text{EN: "Longjing, first flush", ZH: "明前龙井"}, "tea", 298, 140, true, false, []companion{{"caddy", 0.2}}},
	{"cups", guanxi.Text{EN: "Celadon cups", ZH: "青瓷杯"}, "ware", 96, 40, false, false, []companion{{"tray", 0.15}}},
	{"teapot", guanxi.Text{EN: "Zisha teapot", ZH: "紫砂壶"}, "ware", 260, 120, false, false, []companion{{"tray", 0.2}}},
	{"teapot2", guanxi.Text{EN: "Zisha teapot, by a master", ZH: "名家紫砂壶"}, "ware", 480, 230, false, false, nil},
	{"tray", guanxi.Text{EN: "Bamboo tray", ZH: "竹茶盘"}, "ware", 180, 75, false, true, nil},
	{"caddy", guanxi.Text{EN: "Tin caddy", ZH: "锡罐"}, "ware", 88, 30, false, false, nil},
	{"incense", guanxi.Text{EN: "Sandalwood incense", ZH: "檀香"}, "home", 58, 28, true, false, []companion{{"burner", 0.25}}},
	{"burner", guanxi.Text{EN: "Incense burner", ZH: "香炉"}, "home", 138, 60, false, false, nil},
	{"linen", guanxi.Text{EN: "Linen tablecloth", ZH: "亚麻桌布"}, "home", 198, 80, false, false, []companion{{"candle", 0.15}}},
	{"candle", guanxi.Text{EN: "Soy candle", ZH: "大豆蜡烛"}, "home", 48, 20, true, false, nil},
	{"biscuits", guanxi.Text{EN: "Tea biscuits", ZH: "茶点"}, "tea", 36, 12, true, false, nil},
}

// goodsByID finds articles.
var goodsByID = func() map[string]*article {
	m := map[string]*article{}
	for i := range goods {
		m[goods[i].id] = &goods[i]
	}
	return m
}()

// listed is the catalogue for next items.
func listed() []affinity.Item[string] {
	out := make([]affinity.Item[string], len(goods))
	for i, g := range goods {
		out[i] = affinity.Item[string]{
			ID: g.id, Category: g.aisle, Price: decimal.NewNullDecimal(yuan(g.yuan)), Margin: decimal.NewNullDecimal(yuan(g.margin)),
			Consumable: g.consumable, OutOfStock: g.soldOut,
		}
	}
	return out
}
