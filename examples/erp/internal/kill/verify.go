package kill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// verify asks the service's own check whether all that was acknowledged is there once, and
// compares the points that customers have with those that the answers told of.
func (l *load) verify(ctx context.Context, r *Report) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Acknowledged, r.Orders, r.Refused, r.Resent, r.Lost, r.Twice, r.Points = len(l.acked), l.orders, l.refused, l.resent, l.lost, l.twice, l.points

	var lines bytes.Buffer
	keys := make(map[string]bool)
	for _, a := range l.acked {
		if keys[a.Key] {
			return fmt.Errorf("%s was counted twice", a.Key)
		}
		keys[a.Key] = true
		line, err := json.Marshal(a)
		if err != nil {
			return err
		}
		lines.Write(append(line, '\n'))
	}
	name := filepath.Join(l.cfg.Dir, "acknowledged.ndjson")
	if err := os.WriteFile(name, lines.Bytes(), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, l.cfg.Verify[0], append(l.cfg.Verify[1:len(l.cfg.Verify):len(l.cfg.Verify)], name)...)
	cmd.Env = append(os.Environ(), l.cfg.Env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("verifying: %w\n%s", err, &stderr)
	}
	var found struct {
		Orders       int   `json:"orders"`
		Requests     int   `json:"requests"`
		Acknowledged int   `json:"acknowledged"`
		Points       int64 `json:"points"`
	}
	if err := json.Unmarshal(out, &found); err != nil {
		return fmt.Errorf("verifying: %w in %s", err, out)
	}
	// Every request was answered in the end, so there is nothing else than what was
	// acknowledged.
	for _, c := range []struct {
		what      string
		got, want int64
	}{
		{"acknowledged requests", int64(found.Acknowledged), int64(r.Acknowledged)},
		{"requests", int64(found.Requests), int64(r.Acknowledged)},
		{"orders", int64(found.Orders), int64(r.Orders)},
		{"points", found.Points, r.Points},
	} {
		if c.got != c.want {
			return fmt.Errorf("%s: %d are stored, and %d were acknowledged", c.what, c.got, c.want)
		}
	}
	return nil
}
