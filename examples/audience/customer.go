package main

import (
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
)

// customer and order are the shop's own types.
type customer struct {
	id      string
	city    string
	born    segment.Date
	dated   bool // the birthday is known
	tags    []string
	motive  string // what a model concluded from a survey; "" of who did not answer
	consent bool
	joined  time.Time
	orders  []order // by time
}

type order struct {
	ref     string
	at      time.Time
	fen     int64
	channel string
	aisle   string // of the first item
	items   []string
}

// Money is in yuan of two places.
const decimalsOfMoney = 2

func micros(name string) segment.Column {
	return segment.Column{Name: name, Encoding: segment.Micros}
}

func minorUnits(name string) segment.Column {
	return segment.Column{Name: name, Encoding: segment.MinorUnits}
}

// The fields that rules speak of, and where they lie in the shop's database:
// money and instants as whole numbers, which every dialect holds exactly.
var (
	city = segment.String("city", func(c *customer) (string, bool) { return c.city, c.city != "" }, segment.Meta{
		Name: guanxi.Text{EN: "City", ZH: "城市"}, Kind: segment.Geographic, Column: segment.Col("city"), NoCommas: true,
		Options: []segment.Option{
			{Value: "上海", Name: guanxi.Text{EN: "Shanghai", ZH: "上海"}}, {Value: "杭州", Name: guanxi.Text{EN: "Hangzhou", ZH: "杭州"}},
			{Value: "成都", Name: guanxi.Text{EN: "Chengdu", ZH: "成都"}}, {Value: "北京", Name: guanxi.Text{EN: "Beijing", ZH: "北京"}},
			{Value: "广州", Name: guanxi.Text{EN: "Guangzhou", ZH: "广州"}},
		}})
	born = segment.CivilDate("born", func(c *customer) (segment.Date, bool) { return c.born, c.dated }, segment.Meta{
		Name: guanxi.Text{EN: "Birthday", ZH: "生日"}, Kind: segment.Demographic, Column: segment.Col("born"), Redact: true})
	tags = segment.Tags("tags", func(c *customer) ([]string, bool) { return c.tags, true }, segment.Meta{
		Name: guanxi.Text{EN: "Tags", ZH: "标签"}, Options: []segment.Option{
			{Value: "member", Name: guanxi.Text{EN: "member", ZH: "会员"}}, {Value: "livestream", Name: guanxi.Text{EN: "from a livestream", ZH: "直播来客"}},
			{Value: "complained", Name: guanxi.Text{EN: "complained", ZH: "投诉过"}},
		}, Column: segment.Col("tag"), Table: segment.Table{Name: "customer_tags", Key: "customer_id"}})
	motive = segment.String("motive", func(c *customer) (string, bool) { return c.motive, c.motive != "" }, segment.Meta{
		Name: guanxi.Text{EN: "Motive", ZH: "购买动机"}, Kind: segment.Psychographic, Trait: segment.Inferred, Source: "survey model 2", Column: segment.Col("motive"),
		Options: []segment.Option{
			{Value: "quality", Name: guanxi.Text{EN: "quality", ZH: "品质"}}, {Value: "price", Name: guanxi.Text{EN: "price", ZH: "价格"}},
			{Value: "gifts", Name: guanxi.Text{EN: "gifts", ZH: "送礼"}}, {Value: "ritual", Name: guanxi.Text{EN: "ritual", ZH: "仪式感"}},
		}})
	consent = segment.Bool("consent", func(c *customer) (bool, bool) { return c.consent, true }, segment.Meta{
		Name: guanxi.Text{EN: "May be contacted", ZH: "同意联系"}, Column: segment.Col("consent")})
	joined = segment.Instant("joined", func(c *customer) (time.Time, bool) { return c.joined, true }, segment.Meta{
		Name: guanxi.Text{EN: "Joined", ZH: "注册时间"}, Kind: segment.Behavioural, Column: micros("joined_at")})

	orderAt = segment.Instant("at", func(o *order) (time.Time, bool) { return o.at, true }, segment.Meta{
		Name: guanxi.Text{EN: "time", ZH: "时间"}, Column: micros("placed_at")})
	amount = segment.Decimal("amount", decimalsOfMoney, func(o *order) (int64, bool) { return o.fen, true }, segment.Meta{
		Name: guanxi.Text{EN: "amount", ZH: "金额"}, Column: minorUnits("amount_fen")})
	channel = segment.String("channel", func(o *order) (string, bool) { return o.channel, true }, segment.Meta{
		Name: guanxi.Text{EN: "channel", ZH: "渠道"}, Column: segment.Col("channel"), Options: []segment.Option{
			{Value: "store", Name: guanxi.Text{EN: "store", ZH: "门店"}}, {Value: "wechat", Name: guanxi.Text{EN: "WeChat", ZH: "微信"}},
			{Value: "marketplace", Name: guanxi.Text{EN: "marketplace", ZH: "电商平台"}},
		}})
	aisle = segment.String("aisle", func(o *order) (string, bool) { return o.aisle, true }, segment.Meta{
		Name: guanxi.Text{EN: "aisle", ZH: "品类"}, Column: segment.Col("aisle")})
	orders = segment.Events("orders", func(c *customer) ([]order, bool) { return c.orders, true }, orderAt,
		[]segment.Field[order]{amount, channel, aisle}, segment.Meta{
			Name: guanxi.Text{EN: "Orders", ZH: "订单"}, Kind: segment.Behavioural, Table: segment.Table{Name: "orders", Key: "customer_id"}})
)

// newSchema puts the fields together.
func newSchema() (*segment.Schema[customer], error) {
	return segment.NewSchema[customer](segment.SchemaConfig{Table: segment.Table{Name: "customers", Key: "id"}},
		city, born, tags, motive, consent, joined, orders)
}
