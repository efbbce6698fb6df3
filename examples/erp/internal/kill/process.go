package kill

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is the service, started again and again.
type process struct {
	command, env []string
	stderr       io.Writer
	idle         func() // closes connections that nobody uses, for which the service would wait

	mu  sync.Mutex
	url string // "": it is not there
	cmd *exec.Cmd
}

// base is where the service is now, "" while it is not there.
func (p *process) base() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.url
}

// start starts the service and waits until it listens.
func (p *process) start(ctx context.Context) error {
	cmd := exec.Command(p.command[0], p.command[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stderr = p.stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	p.mu.Lock()
	p.cmd = cmd
	p.mu.Unlock()
	heard := make(chan string, 1)
	go func() {
		defer close(heard)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
				heard <- url
			}
		}
	}()
	select {
	case url, ok := <-heard:
		if !ok {
			return errors.New("the service ended before it listened")
		}
		p.mu.Lock()
		p.url = url
		p.mu.Unlock()
		return nil
	case <-time.After(20 * time.Second):
		return errors.New("the service does not listen")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// gone forgets the process and returns it.
func (p *process) gone() *exec.Cmd {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := p.cmd
	p.cmd, p.url = nil, ""
	return cmd
}

// kill is kill -9.
func (p *process) kill() error {
	cmd := p.gone()
	if cmd == nil {
		return nil
	}
	if err := cmd.Process.Kill(); err != nil {
		return err
	}
	_ = cmd.Wait() // it says that it was killed
	return nil
}

// terminate is SIGTERM, upon which the service ends by itself, with exit code 0.
func (p *process) terminate() error {
	cmd := p.gone()
	if cmd == nil {
		return errors.New("the service is not there")
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	defer time.AfterFunc(50*time.Millisecond, p.idle).Stop()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("after SIGTERM: %w", err)
		}
		return nil
	case <-time.After(20 * time.Second):
		_ = cmd.Process.Kill()
		<-ended
		return errors.New("the service does not end after SIGTERM")
	}
}
