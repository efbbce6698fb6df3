//go:build unix

package sqltest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// childEnv holds the job of a process that a test has started: this program again.
const childEnv = "GUANXI_FAULT_CHILD"

// job is what such a process does.
type job struct {
	Do      string
	Driver  string
	DSN     string
	Config  loyaltysql.Config // with its program
	Name    string
	Workers int
	From    int // the number of the first command
	Folder  string
	Began   time.Time // of all processes of a test
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		var j job
		err := json.Unmarshal([]byte(text), &j)
		if err == nil {
			err = j.run(context.Background())
		}
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	_ = mysql.SetLogger(&mysql.NopLogger{}) // connections that are cut
	status := m.Run()
	stopServers()
	os.Exit(status)
}

func (j *job) run(ctx context.Context) error {
	switch j.Do {
	case "sell":
		return j.sell(ctx)
	case "sweep":
		return j.sweep(ctx)
	case "fill":
		return j.fill(ctx)
	}
	return fmt.Errorf("no job %q", j.Do)
}

// job returns a job on a programme of a database.
func (d *database) job(do, program, name string) job {
	cfg := d.config
	cfg.Program = program
	return job{Do: do, Driver: d.driver, DSN: d.dsn, Config: cfg, Name: name}
}

// child is a process that does a job. It says what it has done, a line each.
type child struct {
	cmd   *exec.Cmd
	lines chan string
	err   strings.Builder
	once  sync.Once
}

// spawn starts a process, which is gone at the end of the test; under is what it is run by.
func spawn(t testing.TB, j job, under ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	args := append(under, self)
	c := &child{cmd: exec.Command(args[0], args[1:]...), lines: make(chan string, 100_000)}
	c.cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	c.cmd.Stderr = &c.err
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	// a process that a test has left behind ends when its input does
	in, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			c.lines <- s.Text()
		}
		close(c.lines)
	}()
	t.Cleanup(func() {
		c.kill()
		for range c.lines {
		}
		_, _ = c.end(), in.Close()
	})
	return c
}

// kill ends the process as kill -9 does. What it has told can still be read.
func (c *child) kill() { _ = c.cmd.Process.Kill() }

// end waits for the end of the process, when all it has told was read.
func (c *child) end() (err error) {
	c.once.Do(func() { err = c.cmd.Wait() })
	return err
}

// line returns the next line; false at the end.
func (c *child) line() (string, bool) {
	l, ok := <-c.lines
	return l, ok
}

// orphan ends this process when its input ends.
func orphan() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
}
