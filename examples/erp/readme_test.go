package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The curl lines of the README work, as they stand there.
func TestReadme(t *testing.T) {
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	data, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(data), "\n## erp\n")
	_, script, _ := strings.Cut(section, "```sh\nshop=")
	script, _, ok := strings.Cut("shop="+script, "```")
	if !ok {
		t.Fatal("the README has no such lines")
	}
	d := openDesk(t, filepath.Join(t.TempDir(), "shop.db"))
	server := httptest.NewServer(routes(d.shop))
	defer server.Close()
	cmd := exec.Command("bash", "-c", "set -euo pipefail\n"+strings.Replace(script, "http://127.0.0.1:8080", server.URL, 1))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, &stderr)
	}
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(answers) != 10 || answers[1] != answers[2] || !strings.Contains(answers[1], `"points_earned":89`) || !strings.Contains(answers[9], `"score":1`) {
		t.Errorf("%s", out)
	}
	if v := d.sound(); v.Orders != 1 || v.Refunds != 1 || v.Answers != 1 {
		t.Errorf("%+v", v)
	}
}
