//go:build unix

package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// filled gives commands until the disk is full for all who give them, makes room, and gives
// the last of them again to the store that has room.
func filled(t testing.TB, store *loyaltysql.Store, room func() (*loyaltysql.Store, error)) {
	t.Helper()
	const workers, most = 4, 30_000
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	l, ids := newLedger(), shops(4)
	for _, id := range ids {
		if err := l.until(ctx, l.service(store), id, l.opened(id)); err != nil {
			t.Fatal(err)
		}
	}
	group := &loyalty.Group{Service: l.service(store)}
	given := make([]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		who := []doer{l.service(store), group}[w%2]
		wg.Go(func() {
			for n, failed := 0, 0; n < most && failed < 4; {
				given[w] = n + 1
				done, err := l.do(ctx, who, ids[w], l.command(fmt.Sprint("w", w), n))
				if err != nil {
					t.Error(err)
					return
				}
				if done {
					n++
				} else {
					failed++
				}
			}
		})
	}
	wg.Wait()
	t.Logf("given: %v, met: %v", given, l.faults)
	if l.faults["full"] == 0 {
		t.Fatalf("the disk was not full: %v commands, %v", given, l.faults)
	}
	store, err := room()
	if err != nil {
		t.Fatal(err)
	}
	l.audit(t, store, ids...)
	for w, n := range given {
		for i := max(0, n-3); i < n; i++ {
			if err := l.again(ctx, l.service(store), ids[w], l.command(fmt.Sprint("w", w), i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.audit(t, store, ids...)
	mugs := 0
	for w, n := range given {
		mugs += (n + 3) / 6
		want := loyalty.Points(1_000_000) - spent(n)
		if n%6 == 4 {
			want -= 4 // a hold
		}
		available(t, store, ids[w], want)
	}
	l.mugs(t, store, mugs)
}

// again gives a command once more, or for the first time.
func (l *ledger) again(ctx context.Context, s doer, id loyalty.AccountID, cmd loyalty.Command) error {
	k := cmd.Common().Key
	l.mu.Lock()
	_, done := l.acked[k]
	l.mu.Unlock()
	if !done {
		return l.until(ctx, s, id, cmd)
	}
	a, err := s.Do(ctx, id, cmd)
	if err == nil && !a.Repeated {
		return fmt.Errorf("%q was done twice", k)
	}
	return err
}

// SQLite's own limit stands for a disk that is full.
func TestFaultFullPages(t *testing.T) {
	d := databases(t)[0]
	roomy := d.program(t, d.open(t), "full")
	small := &database{d.dialect, d.driver, d.dsn + "&_pragma=max_page_count(150)", d.config}
	store := small.program(t, small.open(t), "full")
	if err := store.Check(context.Background()); err != nil {
		t.Fatal(err)
	}
	filled(t, store, func() (*loyaltysql.Store, error) { return roomy, nil })
}

// told is a test of another process.
type told struct {
	testing.TB
	failed bool
}

func (*told) Helper()                       {}
func (*told) Log(args ...any)               { fmt.Println(args...) }
func (*told) Logf(text string, args ...any) { fmt.Printf(text+"\n", args...) }
func (t *told) Error(args ...any)           { t.failed = true; fmt.Println(args...) }
func (t *told) Errorf(text string, args ...any) {
	t.failed = true
	fmt.Printf(text+"\n", args...)
}
func (t *told) Fatal(args ...any)               { t.Error(args...); os.Exit(1) }
func (t *told) Fatalf(text string, args ...any) { t.Errorf(text, args...); os.Exit(1) }

// fill fills the small disk that its folder is.
func (j *job) fill(ctx context.Context) error {
	orphan()
	ballast := filepath.Join(j.Folder, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 3<<20), 0o600); err != nil {
		return err
	}
	db, err := sql.Open(j.Driver, j.DSN)
	if err != nil {
		return err
	}
	store, err := loyaltysql.New(db, j.Config)
	if err != nil {
		return err
	}
	if err := store.Apply(ctx); err != nil {
		return err
	}
	t := new(told)
	filled(t, store, func() (*loyaltysql.Store, error) { return store, os.Remove(ballast) })
	if t.failed {
		return errors.New("see above")
	}
	fmt.Println("well")
	return nil
}

// mounter is what runs a shell that may mount; nil if nothing may.
func mounter() []string {
	for _, flags := range []string{"-m", "-rm"} {
		if exec.Command("unshare", flags, "mount", "-t", "tmpfs", "tmpfs", os.TempDir()).Run() == nil {
			return []string{"unshare", flags}
		}
	}
	return nil
}

// SQLite on a small disk.
func TestFaultFullDisk(t *testing.T) {
	unshare := mounter()
	if unshare == nil {
		t.Skip("no disk can be mounted here")
	}
	dir := t.TempDir()
	j := job{Do: "fill", Driver: "sqlite", Folder: dir, Config: loyaltysql.Config{Dialect: loyaltysql.SQLite},
		DSN: "file:" + filepath.Join(dir, "points.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(10000)&_txlock=immediate"}
	c := spawn(t, j, append(unshare, "sh", "-c", `mount -t tmpfs -o size=8m tmpfs "$0" && exec "$1"`, dir)...)
	var last string
	for {
		line, ok := c.line()
		if !ok {
			break
		}
		t.Log(line)
		last = line
	}
	if err := c.end(); err != nil || last != "well" {
		t.Errorf("%v: %s", err, c.err.String())
	}
}

// PostgreSQL with its tables on a small disk, and MariaDB.
func TestFaultFullServer(t *testing.T) {
	if os.Getuid() != 0 || mounter() == nil || exec.Command("setpriv", "--version").Run() != nil {
		t.Skip("no disk can be mounted here")
	}
	ownServers(t, smallServers, func(t *testing.T, s *server) {
		ctx := context.Background()
		pid, err := s.pid()
		if err != nil {
			t.Fatal(err)
		}
		ballast := filepath.Join("/proc", fmt.Sprint(pid), "root", s.disk(), "ballast")
		if err := os.WriteFile(ballast, make([]byte, s.small<<20/2), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Remove(ballast) })
		d := &database{s.dialect, s.driver(), s.dsn(""), loyaltysql.Config{Dialect: s.dialect, Schema: "small"}}
		db := d.open(t)
		if s.dialect == loyaltysql.PostgreSQL {
			if _, err := db.Exec("SELECT 1 FROM pg_tablespace WHERE spcname = 'disk'"); err != nil {
				t.Fatal(err)
			}
			_, _ = db.Exec("CREATE TABLESPACE disk LOCATION '" + s.disk() + "'") // the first time
			d.command(t, "CREATE SCHEMA small", "DROP SCHEMA small CASCADE")
			d.dsn += "&default_tablespace=disk"
		} else {
			t.Cleanup(func() {
				rows, err := db.Query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'small'")
				if err != nil {
					t.Fatal(err)
				}
				var names []string
				for rows.Next() {
					var name string
					if err := rows.Scan(&name); err != nil {
						t.Error(err)
					}
					names = append(names, "small."+name)
				}
				if _, err := db.Exec("DROP TABLE " + strings.Join(names, ", ")); err != nil {
					t.Error(err)
				}
			})
		}
		store := d.program(t, d.open(t), "full")
		if err := store.Apply(ctx); err != nil {
			t.Fatal(err)
		}
		filled(t, store, func() (*loyaltysql.Store, error) { return store, os.Remove(ballast) })
	})
}
