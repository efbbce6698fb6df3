package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// databases returns a new SQLite file, and where GUANXI_POSTGRES_DSN names a server a new
// schema there, each gone after the test.
func databases(t testing.TB) map[string]func(t testing.TB) string {
	all := map[string]func(t testing.TB) string{"sqlite": func(t testing.TB) string {
		return filepath.Join(t.TempDir(), "a shop?.db") // a name that a URL must escape
	}}
	if dsn := os.Getenv("GUANXI_POSTGRES_DSN"); strings.HasPrefix(dsn, "postgres") && strings.Contains(dsn, "://") {
		all["postgres"] = func(t testing.TB) string {
			name := "erp_" + strings.ToLower(rand.Text())[:12]
			d, err := openDatabase(dsn)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.pool.Exec("CREATE SCHEMA " + name); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if _, err := d.pool.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
					t.Error(err)
				}
				_ = d.close()
			})
			u, err := url.Parse(dsn)
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			q.Set("search_path", name)
			u.RawQuery = q.Encode()
			return u.String()
		}
	}
	return all
}

// onEach runs a test on each database.
func onEach(t *testing.T, f func(t *testing.T, db string)) {
	for name, open := range databases(t) {
		t.Run(name, func(t *testing.T) { f(t, open(t)) })
	}
}

// clock stands where it is set.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMicro(c.at.Load()).UTC() }
func (c *clock) forward(d time.Duration) { c.at.Add(d.Microseconds()) }

// desk is the service with a clock of the test's.
type desk struct {
	testing.TB
	*shop
	*clock
	url string
}

func openDesk(t testing.TB, db string) *desk {
	t.Helper()
	d := &desk{TB: t, clock: new(clock)}
	d.at.Store(time.Date(2026, 3, 8, 2, 0, 0, 0, time.UTC).UnixMicro()) // 10:00 in Beijing
	s, err := openShop(context.Background(), db, d.clock.now, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(routes(s))
	t.Cleanup(func() {
		server.Close()
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	d.shop, d.url = s, server.URL
	return d
}

func (d *desk) now() time.Time { return d.clock.now() }

// reply is what came back.
type reply struct {
	status int
	header http.Header
	text   string
}

func (d *desk) send(method, path, key, body string) reply {
	d.Helper()
	req, err := http.NewRequest(method, d.url+path, strings.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	return d.do(req)
}

func (d *desk) do(req *http.Request) reply {
	d.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		d.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, strings.TrimSpace(string(data))}
}

// post expects a status and reads the answer into v, if v is not nil.
func (d *desk) post(path, key, body string, status int, v any) reply {
	d.Helper()
	return d.read(d.send(http.MethodPost, path, key, body), path, status, v)
}

func (d *desk) get(path string, v any) {
	d.Helper()
	d.read(d.send(http.MethodGet, path, "", ""), path, http.StatusOK, v)
}

func (d *desk) read(r reply, path string, status int, v any) reply {
	d.Helper()
	if r.status != status {
		d.Fatalf("%s: %d %s, want %d", path, r.status, r.text, status)
	}
	if v != nil {
		if err := json.Unmarshal([]byte(r.text), v); err != nil {
			d.Fatalf("%s: %v in %s", path, err, r.text)
		}
	}
	return r
}

// sound verifies the whole database.
func (d *desk) sound() verified {
	d.Helper()
	v, err := d.verify(context.Background(), nil)
	if err != nil {
		d.Error(err)
	}
	return v
}
