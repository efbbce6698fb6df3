package loyalty

// RowID names a row: any table and key of whoever writes it, that a store compares byte by
// byte and does not look into. A store has room for a table of MaxText bytes and a key of
// 1000 bytes at least; package loyaltysql refuses longer ones.
type RowID struct{ Table, Key string }

// RowChange is a row that is written in a commit. Rows are records of the host's, or of a
// package such as coupon, that must go with the points or not at all: a coupon used at a
// basket that is paid with points, the order that points were given for. A row is written
// only over the version that it was decided on: whoever was slower decides again.
type RowChange struct {
	RowID
	Expected int64 // the version it was decided on, the next one is written; 0: never written
	State    []byte
}

// Row is a row as it was written last.
type Row struct {
	Version int64 // 0: it was never written
	State   []byte
}
