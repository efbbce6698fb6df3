// Package segment answers who the customers are: one typed rule over the host's
// own customer type, which says who is in, why one is in or out, and when time
// alone will change that.
//
//	country := segment.String("country", func(c *Customer) (string, bool) { return c.Country, c.Country != "" }, segment.Meta{})
//	spend := segment.Decimal("spend", 2, func(c *Customer) (int64, bool) { return c.Fen, true }, segment.Meta{})
//	schema, err := segment.NewSchema(segment.SchemaConfig{}, country, spend)
//	rule, err := schema.Compile(segment.All(country.In("CN", "SG"), spend.AtLeast(limit)), segment.At{Now: now}, nil)
//	rule.Match(&customer)
//
// A [Schema] holds the fields: typed getters over the host's type, events with
// fields of their own. An [Expr] is a condition, built from the fields (a wrong
// type does not compile) or read from JSON; [Schema.Compile] makes it a [Rule]
// for one moment [At]. A Rule is immutable and safe for concurrent use, and so are
// schemas, fields and expressions. Nothing reads a clock.
//
// # Two values
//
// Every condition is true or false. One about a missing value is false, and a
// negated operator is the exact complement of the other, so that it is true of a
// missing value: "country is not CN" includes those without a country. A segment
// and its complement always partition the customers. This is what people expect
// of a filter, and not what SQL does; [Expr.RequireSet] gives the other reading.
//
//	condition                        value missing   no events, no tags   negated operator
//	= < <= > >= between in           false           -                    != notBetween notIn: true
//	contains beginsWith endsWith     false           -                    doesNotContain …: true
//	is true, is false                false           -                    !=: true
//	null                             true            true                 notNull: false
//	hasAny, hasAll                   false           false                hasNone, doesNotHaveAll: true
//	within…, anniversaryWithin       false           -                    notWithin…: true
//	count, distinctDays, sum op x    -               compares 0           complement
//	avg min max first last op x      -               false                complement: true
//	top                              -               false                complement: true
//	sequence                         -               false                complement: true
//	in segment                       -               as that segment      complement
//
// "not" is the complement of its group. There is no third value, and so De Morgan
// holds and order does not matter. A tag set without tags is missing.
//
// Further: strings compare by bytes (see [Fold] for the other way), and have no
// order. Decimals are exact: whole units of the field's last place. A constant
// with more places than the field is an error. A sum is exact whatever its size;
// a mean is compared as the sum against n times the constant. An empty list, an
// empty group and a text of no letters to search for are errors: nobody means
// them. A point in time and a day of the calendar are different types.
//
// # Time
//
// At.Now, At.Location and At.WeekStart are passed in. Windows are half-open
// bounds made of them; see [Window]. An event counts from the instant it happened,
// itself included, and what happened after At.Now never does, so that a rule
// asked for the past does not know the future. [Rule.NextChange] is exact.
//
// # JSON
//
// The shape is react-querybuilder's:
//
//	{"combinator": "and", "not": false, "rules": [
//	  {"field": "country", "operator": "in", "value": ["CN", "SG"]},
//	  {"field": "age", "operator": ">=", "value": "25"},
//	  {"field": "last_order", "operator": "withinDays", "value": 30},
//	  {"field": "$segment", "operator": "inSegment", "value": "vip"}
//	]}
//
// Operators: = != < <= > >= between notBetween in notIn null notNull contains
// beginsWith endsWith, doesNotContain, doesNotBeginWith, doesNotEndWith, hasAny
// hasNone hasAll doesNotHaveAll, isTrue isFalse, withinHours withinDays
// withinWeeks withinMonths and notWithin…, anniversaryWithin and
// notAnniversaryWithin, and of the field "$segment" inSegment and notInSegment.
// Decimals are numbers or text, instants RFC 3339 with a zone, dates 2006-01-02.
//
// How many events pass a filter is a match; every other aggregate stands in meta,
// with "window" and "filter" if it likes, "of" (a field of the event) for all but
// count, distinctDays and sequence, "n" and perhaps "by" for top, and "within" and
// "then" for sequence:
//
//	{"field": "orders", "operator": "=", "match": {"mode": "atLeast", "threshold": 3},
//	 "value": {"combinator": "and", "rules": [{"field": "category", "operator": "=", "value": "tea"}]},
//	 "meta": {"window": {"last": 90, "unit": "day"}}}
//	{"field": "orders", "operator": ">=", "value": "2000.00", "meta": {"aggregate": "sum", "of": "amount"}}
//	{"field": "orders", "operator": "in", "value": ["tea"], "meta": {"aggregate": "top", "of": "category", "n": 2}}
//	{"field": "visits", "operator": "isTrue", "value": null, "meta": {"aggregate": "sequence", "within": "PT48H",
//	 "filter": {…}, "then": {…}}}
//
// [Schema.Parse] is strict and lists what it accepts beyond; [Schema.Editor]
// exports the configuration that an editor needs.
//
// # Batches
//
// [Rule.Match] asks one rule about one customer. A [Batch] asks many rules about
// everybody, with the same answers: [Columns] hold what the getters return, each
// different condition is answered once, of 64 customers at a time, and what is
// found is one bit a customer and rule, the form that sets are made of.
//
//	batch, err := segment.NewBatch(rules...)
//	columns, err := segment.NewColumns(schema, rules...)
//	columns.AddRows(customers)
//	var found segment.Selection
//	err = batch.Eval(&found, columns, 1)
//
// A [Live] keeps the answers as customers, time and rules change, asks again only
// what depends on the change, and tells who entered and left by which cause. Where
// time and customers move on together, Advance first and then Update: a Live does
// not know what is later than its moment.
//
// # SQL
//
// [Rule.SQL] is the rule as a query, which selects the same customers in the
// host's database: PostgreSQL, MySQL and MariaDB, SQLite, ClickHouse, DuckDB. The
// schema says where values lie: [SchemaConfig.Table], [Meta.Column], [Meta.Table].
//
//	q, err := rule.SQL(segment.PostgreSQL, segment.SQLConfig{})
//	rows, err := db.Query(q.Text, q.Args...)
//
// Text is fixed words and the schema's names in quotes; what comes of a rule is a
// parameter, windows in time too. The table above holds there: a complement is
// "NULL or not", counts and sums of no events are 0. Text compares by bytes,
// whatever a column's collation; there is no LIKE, no NOW() and no zone of the
// engine's. Sums do not overflow, and averages are not divided. A dialect that
// cannot compare a column exactly says so with [ErrInexact]:
//
//	             instant (Native)             decimal (Native)   date (Native)  bool
//	PostgreSQL   TIMESTAMPTZ                  NUMERIC            DATE           BOOLEAN
//	MySQL        DATETIME(6) in UTC           DECIMAL            DATE           BOOLEAN
//	SQLite       no: Micros                   no: MinorUnits     TEXT, ISO      0, 1
//	ClickHouse   DateTime64, 6 digits at most Decimal            Date32, Date   Bool
//	DuckDB       TIMESTAMPTZ                  DECIMAL            DATE           BOOLEAN
//
// [Micros] and [MinorUnits] are BIGINT (Int64) in each. One schema serves several
// databases: [SQLConfig.Integers] says of a query that all instants and decimals
// of its database lie so, whatever the schema says. Text is TEXT or VARCHAR,
// not CHAR(n), which pads. NULL is a missing value; a getter says the same.
// Customers' keys are compared as the database compares them.
//
// # Sharing
//
// Rules, batches, schemas, fields and expressions are immutable. Columns may be
// read by any number of batches while nothing is added; a Selection and a Live
// belong to one goroutine. Goroutines are started only where workers are asked for.
package segment
