package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// floorSQL fills the texts of the floor with names and placeholders.
type floorSQL struct {
	name, schema string
}

// fill puts tables for {names} and, for PostgreSQL, numbers for question marks.
func (s *floorSQL) fill(text string) string {
	prefix := "loyalty_"
	if s.schema != "" {
		prefix = s.schema + "." + prefix
	}
	text = strings.NewReplacer("{", prefix, "}", "").Replace(text)
	if s.name != "postgres" {
		return text
	}
	parts := strings.Split(text, "?")
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(p)
	}
	return b.String()
}

// Tags of the rows that are read.
const (
	rowAccount = 0
	rowLot     = 5
)

const (
	loadEarn = "SELECT 0, seq, head, header, 0 FROM {accounts} WHERE program = ? AND account = ?" +
		" UNION ALL SELECT 1, seq, account, data, 0 FROM {receipts} WHERE program = ? AND account = ? AND rkey = ?"
	loadLots = "SELECT 5, lot, account, data, remaining FROM {lots_open} WHERE program = ? AND account = ? AND kind = ?" +
		" AND win = 0 AND expire > ? ORDER BY priority, expire, lot LIMIT 8"
	moveAccount = "UPDATE {accounts} SET seq = ?, head = ?, recorded = ?, due = ?, header = ? WHERE program = ? AND account = ? AND seq = ? AND head = ?"
	lockAccount = "SELECT seq FROM {accounts} WHERE program = ? AND account = ? FOR UPDATE"
)

func (s *floorSQL) loadSpend() string {
	if s.name == "sqlite" {
		return loadEarn + " UNION ALL SELECT * FROM (" + loadLots + ")"
	}
	return loadEarn + " UNION ALL (" + loadLots + ")"
}

// change is what is done with rows of a table.
type change int

const (
	receipts change = iota
	entries
	outbox
	uses
	lotsOpen
	lotsLess // of which a part was taken
	lotsGone
	lotsDone
	redemptions
	kindsOfChange
)

var changesOf = [kindsOfChange]struct {
	begin, row, between string
	columns             int
	one                 bool // row by row
}{
	receipts:    {"INSERT INTO {receipts} (program, rkey, account, seq, data) VALUES ", "(?, ?, ?, ?, ?)", ", ", 5, false},
	entries:     {"INSERT INTO {entries} (program, account, seq, recorded, effective, op, data) VALUES ", "(?, ?, ?, ?, ?, ?, ?)", ", ", 7, false},
	outbox:      {"INSERT INTO {outbox} (program, bucket, recorded, account, seq) VALUES ", "(?, ?, ?, ?, ?)", ", ", 5, false},
	uses:        {"INSERT INTO {uses} (program, account, seq, n, lot, ordinal, from_book, to_book, points) VALUES ", "(?, ?, ?, ?, ?, ?, ?, ?, ?)", ", ", 9, false},
	lotsOpen:    {"INSERT INTO {lots_open} (program, account, lot, kind, win, priority, expire, activate, remaining, data) VALUES ", "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ", ", 10, false},
	lotsLess:    {"UPDATE {lots_open} SET remaining = ?, data = ? WHERE ", "program = ? AND account = ? AND lot = ?", "", 5, true},
	lotsGone:    {"DELETE FROM {lots_open} WHERE ", "(program = ? AND account = ? AND lot = ?)", " OR ", 3, false},
	lotsDone:    {"INSERT INTO {lots_done} (program, account, lot, data) VALUES ", "(?, ?, ?, ?)", ", ", 4, false},
	redemptions: {"INSERT INTO {redemptions} (program, account, rkey, data) VALUES ", "(?, ?, ?, ?)", ", ", 4, false},
}

// changes are the rows of some commands: values, one row after the other.
type changes struct {
	moves [][]any
	rows  [kindsOfChange][]any
}

func (c *changes) add(to change, vals ...any) { c.rows[to] = append(c.rows[to], vals...) }

// statementTexts keeps the texts of n rows.
var statementTexts sync.Map

// statementOf is a key of it.
type statementOf struct {
	change change
	rows   int
}

// text is the statement of n rows.
func (c change) text(n int) string {
	if text, ok := statementTexts.Load(statementOf{c, n}); ok {
		return text.(string)
	}
	t := &changesOf[c]
	text, _ := statementTexts.LoadOrStore(statementOf{c, n}, t.begin+strings.Repeat(t.row+t.between, n-1)+t.row)
	return text.(string)
}

// atOnceShape is how many rows of which kind one statement of PostgreSQL writes.
type atOnceShape [kindsOfChange]int

// divisionByZero is what the statement fails with if the account is elsewhere.
const divisionByZero = "22012"

// text writes all rows, or fails if the account is not where it was: 1 / 0.
func (s atOnceShape) text() string {
	if text, ok := statementTexts.Load(s); ok {
		return text.(string)
	}
	var b strings.Builder
	b.WriteString("WITH moved AS (" + moveAccount + " RETURNING 1)")
	for i, n := range s {
		if n > 0 {
			fmt.Fprintf(&b, ", w%d AS (%s)", i, change(i).text(n))
		}
	}
	b.WriteString(" SELECT 1 / (SELECT count(*) FROM moved)")
	text, _ := statementTexts.LoadOrStore(s, b.String())
	return text.(string)
}
