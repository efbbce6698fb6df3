package guanxi_test

import (
	"os"
	"strings"
	"testing"
)

// The program in the README is examples/quickstart, which is compiled and run.
func TestReadmeProgramIsTheExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("examples/quickstart/main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(program), "package main")
	if want := "```go\npackage main" + body + "```"; !strings.Contains(string(readme), want) {
		t.Error("the program in README.md is not examples/quickstart/main.go")
	}
}
