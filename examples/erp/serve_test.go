package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
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
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-db", ""}, 2, "-db"},
		{[]string{"-sweep", "1ms", "more"}, 2, `"more"`},
		{[]string{"-acknowledged", "x"}, 2, "-verify"},
		{[]string{"-nothing"}, 2, "-nothing"},
		{[]string{"-db", filepath.Join(dir, "no", "such", "folder", "x.db"), "-verify"}, 1, "open"},
		{[]string{"-db", filepath.Join(dir, "a.db"), "-verify", "-acknowledged", filepath.Join(dir, "none")}, 1, "none"},
		{[]string{"-db", filepath.Join(dir, "a.db"), "-addr", "nowhere:x"}, 1, "listen"},
		{[]string{"-db", "postgres://nobody@127.0.0.1:1/x?connect_timeout=1", "-verify"}, 1, "connect"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), c.args, &stdout, &stderr); code != c.code || !strings.Contains(stderr.String(), c.says) || stdout.Len() > 0 {
			t.Errorf("%q: exit %d, %q, %q", c.args, code, &stdout, &stderr)
		}
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-db", filepath.Join(dir, "a.db"), "-verify"}, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), `"customers":0`) {
		t.Errorf("exit %d, %s%s", code, &stdout, &stderr)
	}
}
