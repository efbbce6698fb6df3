package loyaltysql

import "strings"

// tableID numbers the tables that commits write.
type tableID uint8

const (
	tAccounts tableID = iota
	tEntries
	tReceipts
	tOpened // lots_open too: lots that are new, which nothing can stand in the way of
	tOpen
	tDone
	tWindows
	tUses
	tOrders
	tRedemptions
	tHolds
	tShared
	tRows
	tOutbox
	tEntriesOld
	tLotsOld
	tCheckpoints
	tableCount
)

// table is what is known of a table.
type table struct {
	name    string
	columns []string
	key     int      // how many columns, from the first on, are the primary key
	set     []string // columns that change
}

// tables are all, by tableID; the migrations make them.
var tables = [tableCount]table{
	tAccounts:    {"accounts", cols("program account bucket seq head recorded due header"), 2, cols("seq head recorded due header")},
	tEntries:     {"entries", cols("program account seq recorded effective op data"), 3, nil},
	tReceipts:    {"receipts", cols("program rkey account seq data"), 2, nil},
	tOpened:      {"lots_open", cols("program account lot kind win priority expire activate remaining data"), 3, nil},
	tOpen:        {"lots_open", cols("program account lot kind win priority expire activate remaining data"), 3, cols("activate remaining data")},
	tDone:        {"lots_done", cols("program account lot data"), 3, cols("data")},
	tWindows:     {"windows", cols("program account kind win expire"), 4, cols("expire")},
	tUses:        {"uses", cols("program account seq n lot ordinal from_book to_book points"), 4, nil},
	tOrders:      {"orders", cols("program account order_id data"), 3, cols("data")},
	tRedemptions: {"redemptions", cols("program account rkey data"), 3, cols("data")},
	tHolds:       {"holds", cols("program account hold state ends points"), 3, cols("state ends points")},
	tShared:      {"shared", cols("program counter confirmed state"), 2, cols("confirmed state")},
	tRows:        {"rows", cols("program tbl rkey version state"), 3, nil},
	tOutbox:      {"outbox", cols("program bucket recorded account seq"), 5, nil},
	tEntriesOld:  {"entries_old", cols("program account seq recorded effective op data"), 3, nil},
	tLotsOld:     {"lots_old", cols("program account lot data"), 3, cols("data")},
	tCheckpoints: {"checkpoints", cols("program account seq recorded data"), 3, nil},
}

func cols(names string) []string { return strings.Fields(names) }

// values appends n rows of placeholders.
func values(b *strings.Builder, columns, n int) {
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(?")
		for range columns - 1 {
			b.WriteString(", ?")
		}
		b.WriteString(")")
	}
}

// insert is the text that inserts n rows, or, with set, changes those columns of rows that
// are there.
func (t *table) insert(d Dialect, n int, set []string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO {table:" + t.name + "} (" + strings.Join(t.columns, ", ") + ") VALUES ")
	values(&b, len(t.columns), n)
	t.orSet(&b, d, set)
	return b.String()
}

// orSet is what an insert does with rows that are there.
func (t *table) orSet(b *strings.Builder, d Dialect, set []string) {
	for i, c := range set {
		switch {
		case i > 0:
			b.WriteString(", ")
		case d == MySQL:
			b.WriteString(" ON DUPLICATE KEY UPDATE ")
		default:
			b.WriteString(" ON CONFLICT (" + strings.Join(t.columns[:t.key], ", ") + ") DO UPDATE SET ")
		}
		if d == MySQL {
			b.WriteString(c + " = VALUES(" + c + ")")
		} else {
			b.WriteString(c + " = excluded." + c)
		}
	}
}

// remove is the text that deletes n rows by their keys.
func (t *table) remove(n int) string {
	var b strings.Builder
	b.WriteString("DELETE FROM {table:" + t.name + "} WHERE ")
	for i := range n {
		if i > 0 {
			b.WriteString(" OR ")
		}
		b.WriteString("(" + strings.Join(t.columns[:t.key], " = ? AND ") + " = ?)")
	}
	return b.String()
}
