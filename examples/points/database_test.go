package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain is the command itself where a test has started it as a process.
func TestMain(m *testing.M) {
	if os.Getenv("POINTS_COMMAND") != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// place is a database that nobody else uses.
type place struct {
	dialect, driver, dsn string
	arg                  string // of -db
}

// file is a place in a SQLite file.
func file(name string) place {
	return place{"sqlite", "sqlite", "file:" + (&url.URL{Path: name}).EscapedPath() + "?_pragma=busy_timeout(5000)", name}
}

// newPlace returns an empty database of a server, or a file.
func newPlace(t *testing.T, dialect string) place {
	t.Helper()
	name := "points_" + strings.ToLower(rand.Text())[:12]
	on := func(driver, dsn, now, after string) {
		t.Helper()
		db, err := sql.Open(driver, dsn)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(now); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if _, err := db.Exec(after); err != nil {
				t.Error(err)
			}
			_ = db.Close()
		})
	}
	switch dialect {
	case "postgres":
		dsn := os.Getenv("GUANXI_POSTGRES_DSN")
		if dsn == "" {
			t.Skip("GUANXI_POSTGRES_DSN names no database")
		}
		on("pgx", dsn, "CREATE SCHEMA "+name, "DROP SCHEMA "+name+" CASCADE")
		u, err := url.Parse(dsn)
		if err != nil || u.Scheme == "" {
			t.Skip("GUANXI_POSTGRES_DSN is no URL")
		}
		q := u.Query()
		q.Set("search_path", name)
		u.RawQuery = q.Encode()
		return place{dialect, "pgx", u.String(), u.String()}
	case "mysql":
		dsn := os.Getenv("GUANXI_MYSQL_DSN")
		if dsn == "" {
			t.Skip("GUANXI_MYSQL_DSN names no database")
		}
		on("mysql", dsn, "CREATE DATABASE "+name, "DROP DATABASE "+name)
		at := strings.LastIndex(dsn, "/")
		rest := ""
		if q := strings.Index(dsn[at:], "?"); q >= 0 {
			rest = dsn[at+q:]
		}
		dsn = dsn[:at+1] + name + rest
		return place{dialect, "mysql", dsn, dsn}
	}
	return file(filepath.Join(t.TempDir(), "points 1%.db"))
}

// open opens a place beside the command.
func (p place) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open(p.driver, p.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// does gives a place a statement.
func (p place) does(t *testing.T, statement string) {
	t.Helper()
	db := p.open(t)
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// steps is how many steps were committed; 0 also before there is a table.
func steps(db *sql.DB) (n int) {
	if db.QueryRow("SELECT COUNT(*) FROM points_steps").Scan(&n) != nil {
		return 0
	}
	return n
}

// journals is a hash of all entries and of what was answered.
func (p place) journals(t *testing.T) string {
	t.Helper()
	db := p.open(t)
	h := sha256.New()
	for _, text := range []string{
		"SELECT account, seq, data FROM loyalty_entries ORDER BY account, seq",
		"SELECT step, n, answer FROM points_steps ORDER BY n",
	} {
		rows, err := db.Query(text)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var a, c []byte
			var n int64
			if err := rows.Scan(&a, &n, &c); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(h, "%q %d %q\n", a, n, c)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// started is the command as a process of its own.
type started struct {
	*exec.Cmd
	stdout, stderr bytes.Buffer
}

func start(t *testing.T, args ...string) *started {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &started{Cmd: exec.Command(self, args...)}
	s.Env = append(os.Environ(), "POINTS_COMMAND=1")
	s.Stdout, s.Stderr = &s.stdout, &s.stderr
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// undisturbed plays args in a database that nobody disturbs, and returns what it says and
// what is there then.
func undisturbed(t *testing.T, args []string) (stdout, journals string, all int) {
	t.Helper()
	_, memory, _ := pointed(args...)
	p := newPlace(t, "sqlite")
	code, stdout, stderr := pointed(append(args, "-db", p.arg)...)
	if code != 0 || stderr != "" || stdout != memory {
		t.Fatalf("exit %d, %s; as in memory: %t", code, stderr, stdout == memory)
	}
	return stdout, p.journals(t), steps(p.open(t))
}
