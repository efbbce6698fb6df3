package guanxi_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What hosts copy from: English, Chinese, and a guide for each task.
const (
	readmeEN = "README.md"
	readmeZH = "README.zh-CN.md"
	guides   = "examples/README.md"
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The program in the README is examples/quickstart.
func TestReadmeProgramIsTheExample(t *testing.T) {
	t.Parallel()
	_, body, _ := strings.Cut(read(t, "examples/quickstart/main.go"), "package main")
	for _, file := range []string{readmeEN, readmeZH} {
		if want := "```go\npackage main" + body + "```"; !strings.Contains(read(t, file), want) {
			t.Errorf("the program in %s is not examples/quickstart/main.go", file)
		}
	}
}

// Every block of Go in the documents compiles; those with a main print the block
// of text that follows them.
func TestReadmeCodeRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	module := read(t, "examples/go.mod") // which has all that the library and its modules need
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	module = strings.Replace(module, "module github.com/guanxi-go/guanxi/examples", "module readme", 1)
	module = strings.ReplaceAll(module, "=> ../", "=> "+filepath.ToSlash(root)+"/")
	write(t, filepath.Join(dir, "go.mod"), module)
	write(t, filepath.Join(dir, "go.sum"), read(t, "examples/go.sum"))

	type program struct{ where, file, want string }
	var programs []program
	seen := map[string]bool{}
	for _, file := range []string{readmeEN, readmeZH, guides} {
		blocks := fences(read(t, file))
		for i, b := range blocks {
			if b.language != "go" || seen[b.text] {
				continue
			}
			seen[b.text] = true
			where := fmt.Sprintf("%s, line %d", file, b.line)
			source, runs, err := complete(b.text)
			if err != nil {
				t.Fatalf("%s: %v", where, err)
			}
			name := fmt.Sprintf("block%02d", len(seen))
			write(t, filepath.Join(dir, name, "main.go"), source)
			if !runs {
				continue
			}
			p := program{where: where, file: filepath.Join(dir, "bin", name)}
			if i+1 < len(blocks) && blocks[i+1].language == "text" {
				p.want = blocks[i+1].text
			}
			programs = append(programs, p)
		}
	}
	if len(programs) < 4 {
		t.Fatalf("only %d programs in the documents", len(programs))
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", "bin"+string(filepath.Separator), "./...")
	build.Dir, build.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, p := range programs {
		var faults bytes.Buffer
		run := exec.CommandContext(t.Context(), p.file)
		run.Stderr = &faults
		out, err := run.Output()
		if err != nil {
			t.Errorf("%s: %v\n%s", p.where, err, faults.String())
		}
		if p.want != "" && string(out) != p.want {
			t.Errorf("%s prints\n%s\nand not\n%s", p.where, out, p.want)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// fence is a block of code in Markdown, which begins after a line.
type fence struct {
	language, text string
	line           int
}

func fences(markdown string) []fence {
	var all []fence
	open := -1
	lines := strings.SplitAfter(markdown, "\n")
	for i, line := range lines {
		switch mark, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "```"); {
		case !ok:
		case open < 0:
			open = i
			all = append(all, fence{language: mark, line: i + 1})
		default:
			all[len(all)-1].text = strings.Join(lines[open+1:i], "")
			open = -1
		}
	}
	return all
}

// complete makes a file of a block that leaves out package and imports, and says
// whether it is a program.
func complete(block string) (source string, runs bool, err error) {
	source = block
	if !strings.HasPrefix(block, "package ") {
		source = "package main\n\n" + block
	}
	file, err := parser.ParseFile(token.NewFileSet(), "block.go", source, 0)
	if err != nil {
		return "", false, err
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		runs = runs || ok && f.Recv == nil && f.Name.Name == "main"
	}
	if source != block {
		head, rest, _ := strings.Cut(source, "\n")
		if !runs {
			head = "package block"
		}
		var imports []string
		for _, name := range file.Unresolved {
			if p := importOf(name.Name); p != "" {
				imports = append(imports, fmt.Sprintf("import %q\n", p))
			}
		}
		slices.Sort(imports)
		source = head + "\n" + strings.Join(slices.Compact(imports), "") + rest
	}
	return source, runs, nil
}

// importOf is the path of a package by its name; names that the language has,
// or nobody, are none.
func importOf(name string) string {
	const std = " context database/sql encoding/csv encoding/json errors fmt io io/fs log net/http os strconv strings sync/atomic time "
	for p := range strings.FieldsSeq(std) {
		if path.Base(p) == name {
			return p
		}
	}
	switch name {
	case "decimal":
		return "github.com/shopspring/decimal"
	case "guanxi":
		return "github.com/guanxi-go/guanxi"
	}
	for _, p := range []string{name, "loyalty/" + name, "rfm/" + name, "rfm/clv/" + name, "churn/" + name, "lifecycle/" + name, "segment/" + name, "nps/" + name} {
		if entries, err := filepath.Glob(filepath.Join(filepath.FromSlash(p), "*.go")); err == nil && len(entries) > 0 {
			return "github.com/guanxi-go/guanxi/" + p
		}
	}
	return ""
}

// The two READMEs say the same: sections, tables, code, links and figures.
func TestReadmesAgree(t *testing.T) {
	t.Parallel()
	en, zh := shape(read(t, readmeEN)), shape(read(t, readmeZH))
	for i := range max(len(en), len(zh)) {
		if i >= len(en) || i >= len(zh) || en[i].same != zh[i].same {
			at := func(lines []shapeLine) string {
				if i >= len(lines) {
					return "nothing"
				}
				return fmt.Sprintf("line %d: %s\n%s", lines[i].number, lines[i].text, lines[i].same)
			}
			t.Fatalf("%s has %s\n%s has %s", readmeEN, at(en), readmeZH, at(zh))
		}
	}
}

// shapeLine is what of a line does not depend on the language.
type shapeLine struct {
	same, text string
	number     int
}

var (
	figure = regexp.MustCompile(`[0-9][0-9,.]*`)
	quoted = regexp.MustCompile("`[^`]*`")
	linked = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

func shape(markdown string) []shapeLine {
	var all []shapeLine
	code := false
	for i, line := range strings.Split(markdown, "\n") {
		fence := strings.HasPrefix(line, "```")
		var same string
		switch {
		case line == "" && !code:
			continue
		case fence || code:
			same = line
			code = code != fence
		default:
			same = kind(line) + " " + strings.Join(marks(line), " ")
		}
		all = append(all, shapeLine{same, line, i + 1})
	}
	return all
}

// kind is a heading with its level, a row with its cells, an item or text.
func kind(line string) string {
	switch {
	case line[0] == '#':
		return line[:strings.IndexByte(line, ' ')]
	case line[0] == '|':
		return fmt.Sprintf("row of %d", strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"))
	case strings.HasPrefix(line, "- **"):
		return "item"
	default:
		return "text"
	}
}

// marks are the figures, the code and the links of a line, in any order: two
// languages put them differently. The links between the languages do not count.
func marks(line string) []string {
	var all []string
	for _, m := range linked.FindAllStringSubmatch(line, -1) {
		if p := m[1]; p != readmeEN && p != readmeZH && !strings.HasPrefix(p, "https://") {
			all = append(all, p)
		}
	}
	line = linked.ReplaceAllString(line, "]")
	if line[0] == '|' { // what prose quotes is up to the language
		all = append(all, quoted.FindAllString(line, -1)...)
	}
	for _, f := range figure.FindAllString(quoted.ReplaceAllString(line, ""), -1) {
		all = append(all, strings.TrimRight(f, ",."))
	}
	slices.Sort(all)
	return all
}

// Every relative link leads to a file, and with # to a section of it.
func TestReadmeLinks(t *testing.T) {
	t.Parallel()
	for _, file := range []string{readmeEN, readmeZH, guides, "CONTRIBUTING.md"} {
		for _, m := range linked.FindAllStringSubmatch(read(t, file), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target, section, _ := strings.Cut(m[1], "#")
			to := file
			if target != "" {
				to = path.Join(path.Dir(file), target)
			}
			if _, err := os.Stat(to); errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s links %s, which is not there", file, m[1])
			} else if section != "" && !hasSection(read(t, to), section) {
				t.Errorf("%s links %s, and there is no such section", file, m[1])
			}
		}
	}
}

// hasSection looks for a heading by the name that links know it by.
func hasSection(markdown, section string) bool {
	for line := range strings.Lines(markdown) {
		if heading := strings.TrimLeft(line, "#"); heading != line {
			name := strings.ToLower(strings.TrimSpace(heading))
			if strings.ReplaceAll(name, " ", "-") == section {
				return true
			}
		}
	}
	return false
}

// Each key function in the table of packages is exported by its package, and each
// package that a host can import is named in the README.
func TestReadmeNamesWhatIsThere(t *testing.T) {
	t.Parallel()
	packages := map[string]bool{}
	names := map[string]bool{} // "rfm NewAggregator", "lifecycle Model.Step"
	for line := range strings.Lines(read(t, "testdata/surface.txt")) {
		word := strings.Fields(line)
		packages[word[0]] = true
		names[word[0]+" "+strings.TrimPrefix(word[2], "*")] = true
	}
	text := read(t, readmeEN)
	_, table, _ := strings.Cut(text, "| package | question |")
	table, _, _ = strings.Cut(table, "\n\n")
	checked := 0
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		if len(cells) < 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		name := strings.Trim(quoted.FindString(cells[1]), "`")
		if _, err := os.Stat(filepath.FromSlash(name)); errors.Is(err, fs.ErrNotExist) && !strings.Contains(cells[1], "](") {
			continue // announced, and not linked
		}
		for _, f := range quoted.FindAllString(cells[3], -1) {
			checked++
			if !names[name+" "+strings.Trim(f, "`")] {
				t.Errorf("%s: package %s has no %s", readmeEN, name, f)
			}
		}
	}
	if checked < 80 {
		t.Errorf("only %d key functions in %s", checked, readmeEN)
	}
	delete(packages, "guanxi") // the title
	for p := range packages {
		if !strings.Contains(text, "("+p+")") && !strings.Contains(text, "`"+p+"`") {
			t.Errorf("%s does not name package %s", readmeEN, p)
		}
	}
}
