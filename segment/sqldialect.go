package segment

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
)

// Dialect is a dialect of SQL.
type Dialect string

// The dialects. PostgreSQL, MySQL and SQLite are held to [Rule.Match] by tests
// on PostgreSQL, MariaDB and SQLite at every change; ClickHouse and DuckDB were by
// the same test when their text was written ([WarnUntested]), and since then
// their text is compared with itself.
const (
	PostgreSQL Dialect = "postgres"   // 11 and later
	MySQL      Dialect = "mysql"      // MySQL 8.0, MariaDB 10.3 and later
	SQLite     Dialect = "sqlite"     // 3.28 and later
	ClickHouse Dialect = "clickhouse" // 22.8 and later
	DuckDB     Dialect = "duckdb"     // 1.1 and later
)

// Dialects returns every dialect.
func Dialects() []Dialect { return []Dialect{PostgreSQL, MySQL, SQLite, ClickHouse, DuckDB} }

// Label is the dialect's name in lang, "" of an unknown one.
func (d Dialect) Label(lang guanxi.Lang) string {
	if s, ok := dialects[d]; ok {
		return s.label.In(lang)
	}
	return ""
}

// Placeholder is how a parameter stands in the text. The zero Placeholder is the
// dialect's own.
type Placeholder string

// The placeholders.
const (
	Question Placeholder = "?" // in the order of the text; of every dialect, the own one of all but PostgreSQL
	Dollar   Placeholder = "$" // $1, $2, …, one for equal values; of PostgreSQL, its own, and DuckDB
)

// dialectSpec is what dialects differ in besides how they say things.
type dialectSpec struct {
	label  guanxi.Text
	own    Placeholder
	quote  byte
	text   int    // most bytes of a text
	args   int    // most parameters
	refuse string // letters that no name may have
	escape bool   // \ is an escape in quotes
}

// The parameters are bounded by the protocols of PostgreSQL and MySQL (16 bits)
// and by SQLite's SQLITE_MAX_VARIABLE_NUMBER; the text by the smallest default
// of each: SQLite's SQLITE_MAX_LENGTH of careful builds, ClickHouse's
// max_query_size, which counts the arguments too where a driver writes them into
// the text. Such drivers look for placeholders inside quotes as well, so that
// ClickHouse's names have none of their signs.
var dialects = map[Dialect]dialectSpec{
	PostgreSQL: {guanxi.Text{EN: "PostgreSQL", ZH: "PostgreSQL"}, Dollar, '"', 1 << 20, 65535, "", false},
	MySQL:      {guanxi.Text{EN: "MySQL, MariaDB", ZH: "MySQL、MariaDB"}, Question, '`', 1 << 20, 65535, "", false},
	SQLite:     {guanxi.Text{EN: "SQLite", ZH: "SQLite"}, Question, '"', 1_000_000, 32766, "", false},
	ClickHouse: {guanxi.Text{EN: "ClickHouse", ZH: "ClickHouse"}, Question, '`', 1 << 18, 10_000, "?$@{}", true},
	DuckDB:     {guanxi.Text{EN: "DuckDB", ZH: "DuckDB"}, Question, '"', 1 << 20, 65535, "", false},
}

// SQLConfig is how [Rule.SQL] writes. The zero SQLConfig asks for a whole
// query.
type SQLConfig struct {
	// Alias, if set, asks for the condition alone, in parentheses, to stand in the
	// WHERE of a query of the host in which the table of customers goes by that
	// name. The condition may be UNKNOWN where it is false: for the complement
	// take Not of the rule, not NOT of the text.
	Alias string `json:"alias,omitempty"`
	// Offset is the number of parameters that stand before in the host's query. It
	// counts against the dialect's limit, and Dollar goes on from it.
	Offset      int         `json:"offset,omitempty"`
	Placeholder Placeholder `json:"placeholder,omitempty"`
	// Integers says that all instants lie in this database as [Micros] and all
	// decimals as [MinorUnits], whatever the schema says: so one schema serves a
	// database with types of its own for them, and SQLite too.
	Integers bool `json:"integers,omitempty"`
	// MaxText is the most bytes of text, and MaxArgs the most parameters, Offset
	// included; 0 is the dialect's own limit, beyond which nothing is lifted.
	MaxText int `json:"max_text,omitempty"`
	MaxArgs int `json:"max_args,omitempty"`
}

// check returns the dialect's properties, with o's defaults filled in.
func (o *SQLConfig) check(d Dialect) (dialectSpec, []error) {
	spec, ok := dialects[d]
	if !ok {
		var names []string
		for _, k := range Dialects() {
			names = append(names, string(k))
		}
		return spec, []error{guanxi.At("/dialect", &Fault{Err: ErrDialect, Detail: clip(fmt.Sprintf("%q", string(d))), Allowed: names, Nearest: nearest(string(d), names)})}
	}
	var errs []error
	fault := func(pointer, format string, args ...any) {
		errs = append(errs, guanxi.At(pointer, &Fault{Err: ErrDialect, Detail: fmt.Sprintf(format, args...)}))
	}
	switch {
	case o.Placeholder == "":
		o.Placeholder = spec.own
	case o.Placeholder == Question:
	case o.Placeholder != Dollar || d != PostgreSQL && d != DuckDB:
		fault("/placeholder", "%.16q is no placeholder of %s", string(o.Placeholder), d)
	}
	if o.Placeholder == Question && d == PostgreSQL {
		spec.refuse = "?" // what turns ? into $1 may look into quotes
	}
	if o.Offset < 0 {
		fault("/offset", "%d", o.Offset)
	}
	for _, l := range []struct {
		pointer string
		v       *int
		most    int
	}{{"/max_text", &o.MaxText, spec.text}, {"/max_args", &o.MaxArgs, spec.args}} {
		if *l.v < 0 || *l.v > l.most {
			fault(l.pointer, "%d is not in 0 to %d", *l.v, l.most)
		}
		if *l.v == 0 {
			*l.v = l.most
		}
	}
	return spec, errs
}

// ident checks a name and quotes it.
func (s dialectSpec) ident(dst []byte, name string) ([]byte, error) {
	switch {
	case name == "":
		return dst, &Fault{Err: ErrIdentifier, Detail: "empty"}
	case !utf8.ValidString(name):
		return dst, &Fault{Err: ErrIdentifier, Detail: "invalid UTF-8"}
	case strings.IndexByte(name, 0) >= 0:
		return dst, &Fault{Err: ErrIdentifier, Detail: "a zero byte"}
	case strings.ContainsAny(name, s.refuse):
		return dst, &Fault{Err: ErrIdentifier, Detail: clip(fmt.Sprintf("%q", name)) + " has one of " + s.refuse + ", which drivers take for parameters"}
	}
	dst = append(dst, s.quote)
	for i := range len(name) {
		if name[i] == s.quote || s.escape && name[i] == '\\' {
			dst = append(dst, name[i])
		}
		dst = append(dst, name[i])
	}
	return append(dst, s.quote), nil
}

// Extent is how much of the customers a query selects, so far as its text alone
// tells, whatever the data.
type Extent string

// The extents.
const (
	SelectsNone Extent = "none"
	SelectsAll  Extent = "all"
	SelectsSome Extent = "some"
)

// ColumnRef is a column of a table, as the schema names them.
type ColumnRef struct {
	Table  string `json:"table"`
	Column string `json:"column"`
}

// Query is a rule in SQL. Immutable if not changed by its owner.
type Query struct {
	// Text is the query, or the condition where [SQLConfig.Alias] is set. It is
	// made of fixed words and of the schema's names in quotes: nothing of a rule
	// stands in it.
	Text string `json:"text"`
	// Args is the parameters, Args[i] of the i-th ? or of $(Offset+i+1): int64,
	// string and, for PostgreSQL's instants, time.Time.
	Args []any `json:"args"`
	// Extent says when a query need not be run at all.
	Extent Extent `json:"extent"`
	// Columns is what is read, sorted by table and column.
	Columns []ColumnRef `json:"columns"`
	// Warnings is what holds only under a condition, sorted.
	Warnings []Warning `json:"warnings,omitempty"`
}

// sortedRefs returns the columns of a set in order.
func sortedRefs(set map[ColumnRef]bool) []ColumnRef {
	out := make([]ColumnRef, 0, len(set))
	for c := range set {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b ColumnRef) int {
		if d := strings.Compare(a.Table, b.Table); d != 0 {
			return d
		}
		return strings.Compare(a.Column, b.Column)
	})
	return out
}
