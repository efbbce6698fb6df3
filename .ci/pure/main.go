// Command pure reads Go files of the library and reports what a library that
// owns no clock, no log and no process may not contain:
//
//   - reading the clock or waiting on it: time.Now, Since, Until, Sleep, After,
//     AfterFunc, Tick, NewTicker, NewTimer, or time imported with a dot;
//   - importing log, flag, the network or another process, cgo, or testing
//     outside a package whose name ends in "test";
//   - func init.
//
// It takes the file names as arguments, passes over _test.go files, prints one
// finding a line and exits 1 if there was one.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"strconv"
	"strings"
)

var clock = map[string]bool{
	"Now": true, "Since": true, "Until": true, "Sleep": true, "After": true,
	"AfterFunc": true, "Tick": true, "NewTicker": true, "NewTimer": true,
}

var forbidden = map[string]string{
	"log":         "the library does not log",
	"log/slog":    "the library does not log",
	"log/syslog":  "the library does not log",
	"expvar":      "registers itself in an init",
	"flag":        "belongs to a program",
	"net":         "the library opens no connection",
	"net/http":    "the library opens no connection",
	"net/rpc":     "the library opens no connection",
	"os/exec":     "the library starts no process",
	"os/signal":   "belongs to a program",
	"plugin":      "belongs to a program",
	"C":           "cgo",
	"testing":     "only in tests and in packages named …test",
	"runtime/cgo": "cgo",
}

func main() {
	n := 0
	for _, name := range os.Args[1:] {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		k, err := check(name, nil, os.Stdout)
		if err != nil {
			fmt.Println(err)
			k++
		}
		n += k
	}
	if n > 0 {
		os.Exit(1)
	}
}

// check prints the findings of one file and returns their number. src is as in
// parser.ParseFile.
func check(name string, src any, w io.Writer) (int, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, 0)
	if err != nil {
		return 0, err
	}
	n := 0
	report := func(at token.Pos, format string, args ...any) {
		n++
		fmt.Fprintf(w, "%s: %s\n", fset.Position(at), fmt.Sprintf(format, args...))
	}

	times := "" // what the file calls package time
	for _, im := range file.Imports {
		path, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			return n, err
		}
		why, bad := forbidden[path]
		if bad && path == "testing" && strings.HasSuffix(file.Name.Name, "test") {
			bad = false
		}
		if bad {
			report(im.Pos(), "imports %s: %s", path, why)
		}
		if path == "time" {
			times = "time"
			if im.Name != nil {
				times = im.Name.Name
			}
			if times == "." {
				report(im.Pos(), "imports time with a dot: the clock could not be told")
			}
		}
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && f.Recv == nil && f.Name.Name == "init" {
			report(f.Pos(), "func init: packages have no effects when loaded")
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		sel, ok := node.(*ast.SelectorExpr)
		if !ok || !clock[sel.Sel.Name] {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if ok && times != "" && x.Name == times && x.Obj == nil { // a local variable has an Obj
			report(sel.Pos(), "%s.%s: time is passed in", x.Name, sel.Sel.Name)
		}
		return true
	})
	return n, nil
}
