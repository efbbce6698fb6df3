package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
)

// What is changed by hand, in whatever table, is found, and told with the account and what of
// it is wrong.
func TestTampered(t *testing.T) {
	p := newPlace(t, "sqlite")
	if code, _, stderr := pointed(append(someYear, "-db", p.arg)...); code != 0 {
		t.Fatal(stderr)
	}
	if code, stdout, stderr := pointed("-db", p.arg, "-verify"); code != 0 || !strings.Contains(stdout, "hash chain") {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	clean, err := os.ReadFile(p.arg)
	if err != nil {
		t.Fatal(err)
	}
	const somebody = "(SELECT account FROM loyalty_holds WHERE state = CAST('captured' AS BLOB) OR 1 = 1 ORDER BY account LIMIT 1)"
	const account = `account "c0`
	for _, tt := range []struct{ statement, want string }{
		{"UPDATE loyalty_accounts SET seq = seq + 1 WHERE account = " + somebody, account},
		{"UPDATE loyalty_accounts SET head = zeroblob(32) WHERE account = " + somebody, account},
		{"UPDATE loyalty_accounts SET recorded = recorded + 1 WHERE account = " + somebody, account},
		{"UPDATE loyalty_accounts SET bucket = 15 - bucket WHERE account = " + somebody, account},
		{"UPDATE loyalty_accounts SET header = substr(header, 1, length(header) - 1) WHERE account = " + somebody, account},
		{"DELETE FROM loyalty_accounts WHERE account = " + somebody, account},
		{"UPDATE loyalty_entries SET data = CAST(substr(data, 1, 60) || x'01' || substr(data, 62) AS BLOB) WHERE account = " + somebody + " AND seq = 3", "entry 3"},
		{"UPDATE loyalty_entries SET effective = effective - 1 WHERE account = " + somebody + " AND seq = 2", "entry 2"},
		{"UPDATE loyalty_entries SET op = CAST('earn' AS BLOB) WHERE account = " + somebody + " AND op = CAST('activate' AS BLOB)", "entry "},
		{"DELETE FROM loyalty_entries WHERE account = " + somebody + " AND seq = 4", "entry 5"},
		{"DELETE FROM loyalty_entries WHERE seq = (SELECT MAX(seq) FROM loyalty_entries WHERE account = " + somebody + ") AND account = " + somebody, "it is missing"},
		{"UPDATE loyalty_receipts SET data = zeroblob(60) WHERE account = " + somebody, `receipt "k`},
		{"DELETE FROM loyalty_receipts WHERE rkey = (SELECT MIN(rkey) FROM loyalty_receipts WHERE account = " + somebody + ")", `receipt "`},
		{"UPDATE loyalty_receipts SET rkey = CAST('other' AS BLOB) WHERE rkey = (SELECT MIN(rkey) FROM loyalty_receipts WHERE account = " + somebody + ")", `receipt "`},
		{"INSERT INTO loyalty_receipts SELECT program, CAST('more' AS BLOB), account, seq, data FROM loyalty_receipts LIMIT 1", `receipt "more"`},
		{"UPDATE loyalty_lots_open SET remaining = remaining + 1000", `lot "`},
		{"UPDATE loyalty_lots_open SET expire = expire + 1", `lot "`},
		{"UPDATE loyalty_lots_done SET data = zeroblob(20)", `lot "`},
		{"DELETE FROM loyalty_lots_done", `lot "`},
		{"INSERT INTO loyalty_lots_done SELECT program, account, lot, data FROM loyalty_lots_open", `lot "`},
		{"INSERT INTO loyalty_windows SELECT program, account, CAST('points' AS BLOB), 1, 5 FROM loyalty_accounts LIMIT 1", `window of points "1"`},
		{"UPDATE loyalty_uses SET points = points + 1", "use of entry"},
		{"DELETE FROM loyalty_uses", "use of entry"},
		{"UPDATE loyalty_orders SET data = zeroblob(20)", `order "c0`},
		{"DELETE FROM loyalty_orders", `order "c0`},
		{"DELETE FROM loyalty_redemptions", `redemption "k`},
		{"UPDATE loyalty_redemptions SET data = zeroblob(9)", `redemption "k`},
		{"UPDATE loyalty_holds SET state = CAST('open' AS BLOB)", `hold "h-`},
		{"DELETE FROM loyalty_holds", `hold "h-`},
		{"INSERT INTO loyalty_holds SELECT program, account, CAST('more' AS BLOB), state, ends, points FROM loyalty_holds LIMIT 1", account},
		{"UPDATE loyalty_shared SET confirmed = confirmed + 1", `counter "`},
		{"UPDATE loyalty_shared SET state = zeroblob(9)", ""},
		{"DELETE FROM loyalty_shared", `counter "`},
		{"INSERT INTO loyalty_shared SELECT program, CAST('more' AS BLOB), confirmed, state FROM loyalty_shared LIMIT 1", `counter "more"`},
		{"DELETE FROM loyalty_outbox WHERE account = " + somebody + " AND seq = 2", "the event of entry 2"},
		{"UPDATE loyalty_outbox SET recorded = recorded + 1 WHERE seq = 1", "event"},
		{"UPDATE loyalty_outbox SET bucket = 15 - bucket", "bucket"},
		{"INSERT INTO loyalty_rows (program, tbl, rkey, version, state) VALUES (x'', x'41', x'42', 1, x'')", "rows in rows"},
		{"INSERT INTO loyalty_entries_old SELECT * FROM loyalty_entries LIMIT 1", "entries_old"},
		{"INSERT INTO loyalty_lots_old SELECT program, account, 99, data FROM loyalty_lots_done LIMIT 1", `lot "99"`},
		{"INSERT INTO loyalty_checkpoints SELECT program, account, seq, recorded, header FROM loyalty_accounts WHERE account = " + somebody, account},
		{"INSERT INTO loyalty_orders VALUES (x'', CAST('ghost' AS BLOB), x'41', x'42')", `account "ghost"`},
		{"UPDATE loyalty_schema SET version = 7", "newer than this program"},
		{"UPDATE points_steps SET answer = answer || ' ' WHERE n = 20", "row 20"},
		{"DELETE FROM points_steps WHERE n = 33", "row 33"},
		{"UPDATE points_run SET program = '{}'", "points_run"},
		{"INSERT INTO loyalty_rows (program, tbl, rkey, version, state) VALUES (x'', CAST('coupon_receipt' AS BLOB), x'42', 1, x'')", `receipt "B" of a coupon`},
		{"DELETE FROM points_run", "nothing was ever run"},
	} {
		t.Run(tt.statement, func(t *testing.T) {
			q := file(filepath.Join(t.TempDir(), "points.db"))
			if err := os.WriteFile(q.arg, clean, 0o600); err != nil {
				t.Fatal(err)
			}
			q.does(t, tt.statement)
			commandtest.Fails(t, pointed, 1, tt.want, "-db", q.arg, "-verify")
		})
	}
}

// What a database was found to have is what an undisturbed run prints.
func TestVerified(t *testing.T) {
	p := newPlace(t, "sqlite")
	args := []string{"-customers", "40", "-json", "-db", p.arg}
	year := commandtest.JSON[jsonYear](t, pointed, "", args[:2]...)
	if code, _, stderr := pointed(args...); code != 0 {
		t.Fatal(stderr)
	}
	v := commandtest.JSON[verifiedSums](t, pointed, "", "-db", p.arg, "-verify")
	if v.Issued != year.Issued || v.Redeemed != year.Redeemed || v.Expired != year.Expired || v.Outstanding != year.Outstanding ||
		!v.Liability.Decimal.Equal(year.Liability.Decimal) || v.Accounts != year.Accounts || v.Verified.Accounts != year.Accounts || v.Verified.Events != v.Verified.Entries {
		t.Errorf("%+v, and the year has %d accounts, %d issued, %d redeemed, %d expired, %d outstanding", v, year.Accounts, year.Issued, year.Redeemed, year.Expired, year.Outstanding)
	}
	_, stdout, _ := pointed("-db", p.arg, "-verify", "-lang", "zh")
	if !strings.Contains(stdout, "核对无误") {
		t.Error(stdout)
	}
}

// Databases that cannot be gone on with are refused, and are then what they were.
func TestDatabaseRefused(t *testing.T) {
	kept := newPlace(t, "sqlite")
	if code, _, stderr := pointed("-customers", "3", "-db", kept.arg); code != 0 {
		t.Fatal(stderr)
	}
	changed := func(statements ...string) string {
		t.Helper()
		data, err := os.ReadFile(kept.arg)
		if err != nil {
			t.Fatal(err)
		}
		p := file(commandtest.File(t, "points.db", string(data)))
		for _, s := range statements {
			p.does(t, s)
		}
		return p.arg
	}
	fresh := func(statements ...string) string {
		t.Helper()
		p := file(filepath.Join(t.TempDir(), "points.db"))
		for _, s := range statements {
			p.does(t, s)
		}
		return p.arg
	}
	commands := newPlace(t, "sqlite")
	if code, _, stderr := pointed(with("-db", commands.arg)...); code != 0 {
		t.Fatal(stderr)
	}
	other := commandtest.File(t, "program.json", goodProgram)
	text := commandtest.File(t, "points.db", "customers and points\n")
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no name", []string{"-db", ""}, 2, "-db names no database"},
		{"verify of nothing", []string{"-verify"}, 2, "-verify is of -db"},
		{"verify and seed", []string{"-db", "x", "-verify", "-seed", "2"}, 2, "-seed is not of -verify"},
		{"newer", []string{"-customers", "3", "-db", changed("UPDATE loyalty_schema SET version = 99")}, 1, "newer than this program: version 99"},
		{"older tables of ours", []string{"-db", changed("UPDATE loyalty_schema SET version = 0"), "-verify"}, 1, "older than this program"},
		{"column gone", []string{"-customers", "3", "-db", changed("ALTER TABLE loyalty_holds RENAME COLUMN ends TO finish")}, 1, "not ours"},
		{"not ours", []string{"-db", fresh("CREATE TABLE loyalty_accounts (id INTEGER)")}, 1, "not ours"},
		{"another schema table", []string{"-db", fresh("CREATE TABLE loyalty_schema (x INTEGER)")}, 1, "not ours"},
		{"another record", []string{"-db", fresh("CREATE TABLE points_run (x INTEGER)")}, 1, "points_run"},
		{"accounts of others", []string{"-db", changed("DELETE FROM points_run")}, 1, "something else has written"},
		{"another seed", []string{"-customers", "3", "-seed", "2", "-db", kept.arg}, 1, "it keeps a year of seed 1 with 3 customers"},
		{"another size", []string{"-customers", "4", "-db", kept.arg}, 1, "it keeps a year of seed 1 with 3 customers"},
		{"commands on a year", with("-db", kept.arg), 1, "it keeps a year"},
		{"a year on commands", []string{"-db", commands.arg}, 1, "it keeps commands"},
		{"another programme", []string{"-program", other, "-commands", fileArgs[3], "-db", commands.arg}, 1, "another programme"},
		{"record changed", []string{"-customers", "3", "-db", changed("UPDATE points_steps SET answer = '[]' WHERE n = 1")}, 1, "row 1"},
		{"text", []string{"-db", text}, 1, "not a SQLite database"},
		{"text to verify", []string{"-db", text, "-verify"}, 1, "not a SQLite database"},
		{"folder", []string{"-db", t.TempDir()}, 1, "it is no file"},
		{"no folder", []string{"-db", filepath.Join(t.TempDir(), "a", "points.db")}, 1, "points.db"},
		{"nothing to verify", []string{"-db", filepath.Join(t.TempDir(), "none.db"), "-verify"}, 1, "none.db"},
		{"empty to verify", []string{"-db", fresh("CREATE TABLE x (y INTEGER)"), "-verify"}, 1, "older than this program"},
		{"no server", []string{"-db", "postgres://nobody:secret@127.0.0.1:1/none?connect_timeout=1"}, 1, "no connection to the database"},
		{"no server of the other kind", []string{"-db", "nobody:secret@tcp(127.0.0.1:1)/none"}, 1, "no connection to the database"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			commandtest.Fails(t, pointed, tt.code, tt.want, tt.args...)
			if _, _, stderr := pointed(tt.args...); strings.Contains(stderr, "secret") {
				t.Errorf("it tells the password: %s", stderr)
			}
		})
	}
	if _, err := os.Stat("none.db"); err == nil {
		t.Error("-verify has made a file")
	}
	if os.Getuid() != 0 {
		locked := changed()
		if err := os.Chmod(locked, 0); err != nil {
			t.Fatal(err)
		}
		commandtest.Fails(t, pointed, 1, "permission denied", "-customers", "3", "-db", locked)
	}
	if code, _, stderr := pointed("-customers", "3", "-db", kept.arg); code != 0 {
		t.Errorf("what was refused has changed something: %s", stderr)
	}
}

// Files of commands are verified too: transfers, merges, holds, stored value and tiers.
func TestVerifiedCommands(t *testing.T) {
	args := with()
	_, end := applied(t, args...)
	for _, dialect := range []string{"sqlite", "postgres", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			p := newPlace(t, dialect)
			if code, _, stderr := pointed(append(args, "-db", p.arg)...); code != 0 {
				t.Fatal(stderr)
			}
			v := commandtest.JSON[verifiedSums](t, pointed, "", "-db", p.arg, "-verify")
			if v.Issued != end.Issued || v.Outstanding != end.Outstanding || v.Accounts != end.Accounts || v.Verified.Coupons != 1 || fmt.Sprint(v.Kinds) != fmt.Sprint(end.Kinds) {
				t.Errorf("%+v, and not %+v", v, end)
			}
		})
	}
}

// Coupons are not hashed: their rows are compared with what was answered.
func TestTamperedCoupons(t *testing.T) {
	data, err := os.ReadFile(fileArgs[3])
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), `"key": "k43"`)
	_, text, _ = strings.Cut(text, "\n")
	args := with()
	args[3] = commandtest.File(t, "commands.ndjson", text)
	for _, tt := range []struct{ statement, want string }{
		{"", ""},
		{"DELETE FROM loyalty_rows WHERE CAST(tbl AS TEXT) = 'coupon'", `coupon "`},
		{"DELETE FROM loyalty_rows WHERE CAST(tbl AS TEXT) = 'coupon_receipt'", "receipts of coupons"},
		{"UPDATE loyalty_rows SET version = version + 1 WHERE CAST(tbl AS TEXT) = 'coupon'", `coupon "`},
		{"UPDATE loyalty_rows SET state = replace(CAST(state AS TEXT), '\"left\":0', '\"left\":1') WHERE CAST(tbl AS TEXT) = 'coupon_receipt'", `coupon "`},
	} {
		p := newPlace(t, "sqlite")
		if code, _, stderr := pointed(append(args, "-db", p.arg)...); code != 0 {
			t.Fatal(stderr)
		}
		if tt.statement == "" {
			if v := commandtest.JSON[verifiedSums](t, pointed, "", "-db", p.arg, "-verify"); v.Verified.Coupons != 1 {
				t.Errorf("%+v", v)
			}
			continue
		}
		p.does(t, tt.statement)
		commandtest.Fails(t, pointed, 1, tt.want, "-db", p.arg, "-verify")
	}
}
