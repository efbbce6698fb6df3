package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/guanxi-go/guanxi/segment"
)

// engine is a database to ask.
type engine struct {
	dialect segment.Dialect
	db      *sql.DB
	schema  *segment.Schema[customer]
	rows    rows
}

// engines opens every engine that there is.
func engines(t *testing.T) []*engine {
	t.Helper()
	list := []*engine{open(t, segment.SQLite)}
	for _, d := range []segment.Dialect{segment.PostgreSQL, segment.MySQL} {
		if os.Getenv(variable(d)) != "" {
			list = append(list, open(t, d))
		}
	}
	return list
}

// variable names the environment's DSN of an engine.
func variable(d segment.Dialect) string {
	if d == segment.PostgreSQL {
		return "GUANXI_POSTGRES_DSN"
	}
	return "GUANXI_MYSQL_DSN"
}

// each runs f on every engine; one that is not there is a test skipped.
func each(t *testing.T, f func(t *testing.T, e *engine)) {
	t.Helper()
	for _, d := range []segment.Dialect{segment.SQLite, segment.PostgreSQL, segment.MySQL} {
		t.Run(string(d), func(t *testing.T) {
			if d != segment.SQLite && os.Getenv(variable(d)) == "" {
				t.Skipf("no %s: .ci/databases.sh go test ./... gives one", variable(d))
			}
			f(t, open(t, d))
		})
	}
}

// open makes a database of its own, which goes when the test is over.
func open(t *testing.T, d segment.Dialect) *engine {
	t.Helper()
	e := &engine{dialect: d, schema: newSchema(d)}
	name := fmt.Sprintf("guanxi_%d_%d", os.Getpid(), time.Now().UnixNano())
	connect := func(database string) *sql.DB {
		switch d {
		case segment.PostgreSQL:
			cfg, err := pgx.ParseConfig(os.Getenv(variable(d)))
			fatal(t, err)
			if database != "" {
				cfg.Database = database
			}
			return stdlib.OpenDB(*cfg)
		case segment.MySQL:
			cfg, err := mysql.ParseDSN(os.Getenv(variable(d)))
			fatal(t, err)
			cfg.DBName = database
			c, err := mysql.NewConnector(cfg)
			fatal(t, err)
			return sql.OpenDB(c)
		}
		db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=journal_mode(off)&_pragma=synchronous(off)")
		fatal(t, err)
		return db
	}
	if d != segment.SQLite {
		server := connect("")
		exec(t, server, "CREATE DATABASE "+name)
		t.Cleanup(func() {
			e.db.Close()
			if _, err := server.Exec("DROP DATABASE " + name); err != nil {
				t.Error(err)
			}
			server.Close()
		})
	}
	e.db = connect(name)
	if d == segment.SQLite {
		e.db.SetMaxOpenConns(1)
		t.Cleanup(func() { e.db.Close() })
	}
	for _, ddl := range tables(d) {
		exec(t, e.db, ddl)
	}
	return e
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func exec(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// quote is this test's own.
func quote(d segment.Dialect, name string) string {
	q := `"`
	if d == segment.MySQL {
		q = "`"
	}
	return q + strings.ReplaceAll(name, q, q+q) + q
}

// tables is the worst that a host may have declared: collations to which CN, cn
// and "CN " are the same text, and character sets that are not UTF-8.
func tables(d segment.Dialect) []string {
	types := map[segment.Dialect]map[string]string{
		segment.SQLite: {"lax": "TEXT COLLATE NOCASE", "wide": "TEXT COLLATE RTRIM", "text": "TEXT", "int": "INTEGER", "dec0": "INTEGER", "dec2": "INTEGER",
			"time": "INTEGER", "date": "DATE", "bool": "BOOLEAN"},
		segment.PostgreSQL: {"lax": "TEXT COLLATE lax", "wide": "VARCHAR(50)", "text": "TEXT", "int": "BIGINT", "dec0": "NUMERIC(19)", "dec2": "NUMERIC(30, 2)",
			"time": "TIMESTAMPTZ", "date": "DATE", "bool": "BOOLEAN"},
		segment.MySQL: {"lax": "VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "wide": "VARCHAR(50) CHARACTER SET utf16", "text": "VARCHAR(50) CHARACTER SET utf8mb4",
			"int": "BIGINT", "dec0": "DECIMAL(19)", "dec2": "DECIMAL(30, 2)", "time": "DATETIME(6)", "date": "DATE", "bool": "BOOLEAN"},
	}[d]
	var out []string
	if d == segment.PostgreSQL {
		out = append(out, "CREATE COLLATION lax (provider = icu, locale = 'und-u-ks-level1', deterministic = false)")
	}
	create := func(name string, columns ...string) {
		var list []string
		for i := 0; i < len(columns); i += 2 {
			list = append(list, quote(d, columns[i])+" "+types[columns[i+1]])
		}
		out = append(out, "CREATE TABLE "+quote(d, name)+" ("+strings.Join(list, ", ")+")")
	}
	create(customers, "id", "int", "country", "lax", "note", "text", "age", "int", "points", "dec0", spendCol, "dec2", "rate", "int",
		"last_buy", "time", "seen", "int", "birthday", "date", "vip", "bool")
	create(tagRows, "customer_id", "int", "tag", "lax")
	create(orderRows, orderKey, "int", "at", "time", "amount", "dec2", "fee", "int", "qty", "int", "category", "wide", "paid", "bool", dueColumn(d), "date", "shipped", "int")
	create(visitRows, "customer_id", "int", "at", "int", "page", "lax", fromCol, "int")
	return out
}

// load replaces the rows of the database.
func (e *engine) load(t *testing.T, r rows) {
	t.Helper()
	e.rows = r
	native := func(p *time.Time) any {
		switch {
		case p == nil:
			return nil
		case e.dialect == segment.SQLite:
			return p.UnixMicro()
		case e.dialect == segment.MySQL:
			return p.UTC().Format("2006-01-02 15:04:05.000000")
		}
		return p.UTC()
	}
	micros := func(p *time.Time) any {
		if p == nil {
			return nil
		}
		return p.UnixMicro()
	}
	date := func(p *segment.Date) any {
		if p == nil {
			return nil
		}
		return p.String()
	}
	money := func(p *int64, scale int) any {
		switch {
		case p == nil:
			return nil
		case e.dialect == segment.SQLite:
			return *p
		}
		return decimalText(*p, scale)
	}
	e.fill(t, customers, len(r.customers), func(i int) []any {
		c := r.customers[i]
		return []any{c.ID, c.Country, c.Note, c.Age, money(c.Points, 0), money(c.Spend, 2), c.Rate, native(c.LastBuy), micros(c.Seen), date(c.Birthday), c.Vip}
	})
	e.fill(t, tagRows, len(r.tags), func(i int) []any { return []any{r.tags[i].Customer, r.tags[i].Tag} })
	e.fill(t, orderRows, len(r.orders), func(i int) []any {
		o := r.orders[i]
		return []any{o.Customer, native(o.At), money(o.Amount, 2), o.Fee, o.Qty, o.Category, o.Paid, date(o.Due), micros(o.Shipped)}
	})
	e.fill(t, visitRows, len(r.visits), func(i int) []any {
		v := r.visits[i]
		return []any{v.Customer, micros(v.At), v.Page, v.Secs}
	})
}

// fill replaces the rows of a table, all in one transaction.
func (e *engine) fill(t *testing.T, table string, n int, row func(i int) []any) {
	t.Helper()
	tx, err := e.db.Begin()
	fatal(t, err)
	defer tx.Rollback()
	_, err = tx.Exec("DELETE FROM " + quote(e.dialect, table))
	fatal(t, err)
	width := len(row(0))
	const most = 50
	for from := 0; from < n; from += most {
		var args []any
		var groups []string
		for i := from; i < min(n, from+most); i++ {
			var marks []string
			for _, v := range row(i) {
				args = append(args, v)
				mark := "?"
				if e.dialect == segment.PostgreSQL {
					mark = fmt.Sprintf("$%d", len(args))
				}
				marks = append(marks, mark)
			}
			if len(marks) != width {
				t.Fatal("a row of another width")
			}
			groups = append(groups, "("+strings.Join(marks, ", ")+")")
		}
		_, err := tx.Exec("INSERT INTO "+quote(e.dialect, table)+" VALUES "+strings.Join(groups, ", "), args...)
		fatal(t, err)
	}
	fatal(t, tx.Commit())
}

// ids runs a query for keys.
func (e *engine) ids(query string, args []any) (map[int64]bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	found, err := e.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	set := map[int64]bool{}
	for found.Next() {
		var id int64
		if err := found.Scan(&id); err != nil {
			return nil, err
		}
		if set[id] {
			return nil, fmt.Errorf("customer %d twice", id)
		}
		set[id] = true
	}
	return set, found.Err()
}
