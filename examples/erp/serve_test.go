package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Told to stop, the service lets the request that it has end, takes no more, and returns.
func TestStop(t *testing.T) {
	d := openDesk(t, filepath.Join(t.TempDir(), "shop.db"))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, d.shop, options{addr: "127.0.0.1:0", sweep: time.Hour}, in)
		_ = in.Close()
	}()
	lines := bufio.NewScanner(out)
	lines.Scan()
	url := strings.TrimPrefix(lines.Text(), "listening on ")
	go func() { _, _ = io.Copy(io.Discard, out) }()

	d.d.writer <- struct{}{} // nobody writes for now
	answered := make(chan int, 1)
	go func() {
		req, err := http.NewRequest(http.MethodPost, url+"/customers", strings.NewReader(`{"id":"anna","name":"Anna"}`))
		if err != nil {
			answered <- 0
			return
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", "k")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			answered <- 0
			return
		}
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	time.Sleep(100 * time.Millisecond) // it is on its way
	stop()
	time.Sleep(50 * time.Millisecond)
	select {
	case err := <-ended:
		t.Fatalf("it has not waited: %v", err)
	default:
	}
	if _, err := http.Get(url + "/health"); err == nil { //nolint:bodyclose // there is none
		t.Error("a new request is taken")
	}
	<-d.d.writer
	if status := <-answered; status != http.StatusCreated {
		t.Errorf("the request that was on its way: %d", status)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestFlags(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-db", ""}, 2, "-db"},
		{[]string{"-sweep", "1ms", "more"}, 2, `"more"`},
		{[]string{"-acknowledged", "x"}, 2, "-verify"},
		{[]string{"-nothing"}, 2, "-nothing"},
		{[]string{"-db", filepath.Join(dir, "no", "such", "folder", "x.db")}, 1, "x.db: "},
		{[]string{"-db", filepath.Join(dir, "nofile.db"), "-verify"}, 1, "there is no database: stat " + filepath.Join(dir, "nofile.db")},
		{[]string{"-db", dir}, 1, dir + " is a folder\n"},
		{[]string{"-db", dir, "-verify"}, 1, dir + " is a folder\n"},
		{[]string{"-db", empty, "-verify"}, 1, "empty.db is empty, and no database"},
		{[]string{"-db", filepath.Join(dir, "a.db"), "-addr", "nowhere:x"}, 1, "listen"},
		{[]string{"-db", filepath.Join(dir, "a.db"), "-verify", "-acknowledged", filepath.Join(dir, "none")}, 1, "none"},
		{[]string{"-db", "postgres://nobody@127.0.0.1:1/x?connect_timeout=1", "-verify"}, 1, "connect"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), c.args, &stdout, &stderr); code != c.code || !strings.Contains(stderr.String(), c.says) || stdout.Len() > 0 ||
			strings.Count(stderr.String(), "unable to open") > 1 {
			t.Errorf("%q: exit %d, %q, %q", c.args, code, &stdout, &stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "nofile.db")); err == nil {
		t.Error("-verify has made a database")
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-db", filepath.Join(dir, "a.db"), "-verify"}, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), `"customers":0`) {
		t.Errorf("exit %d, %s%s", code, &stdout, &stderr)
	}
}
