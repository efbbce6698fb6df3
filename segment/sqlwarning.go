package segment

import "github.com/guanxi-go/guanxi"

// Warning is a condition under which a [Query] selects whom [Rule.Match] does,
// or what it costs.
type Warning string

// The warnings.
const (
	// WarnUntested: this module's tests compare the dialect's text and run it on no
	// engine. When it was written it was run on DuckDB 1.1.3 and ClickHouse 26.7.
	WarnUntested Warning = "untested"
	// WarnUTF8Connection: MySQL's connection must be of utf8mb4, so that parameters
	// arrive as they are. Text is looked up by the column's collation, which may
	// use an index, and then compared by bytes.
	WarnUTF8Connection Warning = "utf8mb4_connection"
	// WarnDatetimeUTC: MySQL's column must be DATETIME(6) and hold UTC; one of type
	// TIMESTAMP needs a session in UTC.
	WarnDatetimeUTC Warning = "datetime_utc"
	// WarnTextDate: SQLite's column must hold dates as text, 2026-03-15.
	WarnTextDate Warning = "text_date"
	// WarnDatetime64: ClickHouse's column must be DateTime or DateTime64 of at most
	// 6 digits.
	WarnDatetime64 Warning = "datetime64"
	// WarnDistributed: on Distributed tables ClickHouse needs its setting
	// distributed_product_mode for the subqueries.
	WarnDistributed Warning = "distributed"
	// WarnScan: the search for a part of a text uses no index.
	WarnScan Warning = "scan"
	// WarnSelfJoin: a sequence pairs a customer's events with each other, which
	// costs the product of their numbers.
	WarnSelfJoin Warning = "self_join"
	// WarnOffsets: the zone's offsets are parameters of the query, from a table of
	// zones that may be newer or older than others'.
	WarnOffsets Warning = "zone_offsets"
	// WarnYears: what lies outside the years 1 to 9999, or ClickHouse's 1900 to
	// 2299, is taken not to occur in the columns.
	WarnYears Warning = "years"
	// WarnParameters: more than 999 parameters, which older builds of SQLite
	// refuse.
	WarnParameters Warning = "parameters"
)

var warnings = map[Warning]guanxi.Text{
	WarnUntested:       {EN: "the tests compare this dialect's text and run it on no engine", ZH: "自动测试只比对此方言的语句文本，不在引擎上运行"},
	WarnUTF8Connection: {EN: "the connection must be of utf8mb4", ZH: "连接字符集必须是 utf8mb4"},
	WarnDatetimeUTC:    {EN: "instants must be DATETIME(6) in UTC", ZH: "时间列必须是以 UTC 保存的 DATETIME(6)"},
	WarnTextDate:       {EN: "dates must be text as 2026-03-15", ZH: "日期列必须是 2026-03-15 形式的文本"},
	WarnDatetime64:     {EN: "instants must be DateTime or DateTime64 of at most 6 digits", ZH: "时间列必须是 DateTime 或至多 6 位小数的 DateTime64"},
	WarnDistributed:    {EN: "Distributed tables need distributed_product_mode", ZH: "Distributed 表需要设置 distributed_product_mode"},
	WarnScan:           {EN: "a search within text uses no index", ZH: "文本内查找不使用索引"},
	WarnSelfJoin:       {EN: "a sequence pairs each customer's events with each other", ZH: "先后行为条件会将每位客户的事件两两配对"},
	WarnOffsets:        {EN: "the zone's offsets are parameters", ZH: "时区偏移以参数形式传入"},
	WarnYears:          {EN: "instants and dates must lie in the years the dialect holds", ZH: "时间与日期必须在该方言支持的年份内"},
	WarnParameters:     {EN: "more than 999 parameters: SQLite 3.32 or later", ZH: "参数超过 999 个：需要 SQLite 3.32 或更高版本"},
}

// Label is the warning in words, "" of an unknown one.
func (w Warning) Label(lang guanxi.Lang) string { return warnings[w].In(lang) }
