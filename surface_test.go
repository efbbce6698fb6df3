package guanxi_test

import (
	"bytes"
	"errors"
	"flag"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/surface.txt")

// testdata/surface.txt has a line for each exported name of each package that a
// host can import, with its signature. Whoever changes one changes that file
// with it, and so whoever reviews sees it.
func TestSurface(t *testing.T) {
	t.Parallel()
	lines, err := surface(".")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(lines, "\n") + "\n"
	const file = "testdata/surface.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	old := strings.Split(strings.TrimSuffix(string(want), "\n"), "\n")
	for _, line := range lines {
		if !slices.Contains(old, line) {
			t.Error("+ " + line)
		}
	}
	for _, line := range old {
		if !slices.Contains(lines, line) {
			t.Error("- " + line)
		}
	}
	t.Error("the exported names are not those of testdata/surface.txt; if that is meant: go test . -run Surface -update")
}

// surface lists the exported names of the packages below root, sorted. Nested
// modules count, apart from the examples; commands and internal packages do not.
func surface(root string) ([]string, error) {
	packages := map[string][]*ast.File{}
	set := token.NewFileSet()
	files := os.DirFS(root)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		base := path.Base(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (base[0] == '.' || base == "internal" || base == "testdata" || name == "examples"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if file.Name.Name != "main" {
			packages[path.Dir(name)] = append(packages[path.Dir(name)], file)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(packages) == 0 {
		return nil, errors.New("no packages")
	}
	var lines []string
	for dir, files := range packages {
		s := surfaceOf{set: set, name: strings.Replace(dir, ".", "guanxi", 1), types: map[string]ast.Expr{}, methods: map[string][]*ast.FuncDecl{}}
		for _, file := range files {
			s.collect(file)
		}
		for _, file := range files {
			s.file(file)
		}
		lines = append(lines, s.lines...)
	}
	slices.Sort(lines)
	return slices.Compact(lines), nil
}

// surfaceOf is the surface of one package.
type surfaceOf struct {
	set     *token.FileSet
	name    string
	types   map[string]ast.Expr
	methods map[string][]*ast.FuncDecl
	lines   []string
}

// add notes one name: package, kind, name, signature.
func (s *surfaceOf) add(kind, name, signature string) {
	line := s.name + " " + kind + " " + name
	if signature != "" {
		line += " " + signature
	}
	s.lines = append(s.lines, line)
}

// text is a piece of source on one line.
func (s *surfaceOf) text(node any) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, s.set, node); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// collect notes the types and methods of a file, for what embeds them.
func (s *surfaceOf) collect(file *ast.File) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil && d.Name.IsExported() {
				name, _ := receiver(d.Recv.List[0].Type)
				s.methods[name] = append(s.methods[name], d)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok {
					s.types[t.Name.Name] = t.Type
				}
			}
		}
	}
}

func (s *surfaceOf) file(file *ast.File) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.IsExported() {
				s.add("func", d.Name.Name, s.params(d.Type.TypeParams)+s.signature(d.Type))
			}
		case *ast.GenDecl:
			s.decl(d)
		}
	}
}

// decl notes the exported names of a declaration of constants, variables or types.
func (s *surfaceOf) decl(d *ast.GenDecl) {
	var like *ast.ValueSpec // what a constant without a value repeats
	for i, spec := range d.Specs {
		switch v := spec.(type) {
		case *ast.TypeSpec:
			if v.Name.IsExported() {
				s.typ(v)
			}
		case *ast.ValueSpec:
			if len(v.Values) > 0 || v.Type != nil {
				like = v
			}
			for j, name := range v.Names {
				if name.IsExported() {
					s.value(d.Tok, name.Name, like, i, j)
				}
			}
		}
	}
}

// value notes a constant or a variable. A constant is its value, of iota with
// its place; a variable without a type shows what it is made of.
func (s *surfaceOf) value(tok token.Token, name string, like *ast.ValueSpec, place, j int) {
	var parts []string
	if like.Type != nil {
		parts = append(parts, s.text(like.Type))
	}
	if j < len(like.Values) && (tok == token.CONST || like.Type == nil) {
		value := s.text(like.Values[j])
		if tok == token.CONST && strings.Contains(value, "iota") {
			value = strings.ReplaceAll(value, "iota", strconv.Itoa(place))
		}
		parts = append(parts, "= "+value)
	}
	s.add(tok.String(), name, strings.Join(parts, " "))
}

// typ notes a type, its exported fields or methods, and what it is promoted.
func (s *surfaceOf) typ(v *ast.TypeSpec) {
	name, alias := v.Name.Name, ""
	if v.Assign.IsValid() {
		alias = "= "
	}
	params := s.params(v.TypeParams)
	switch body := v.Type.(type) {
	case *ast.StructType:
		s.add("type", name, alias+params+"struct")
	case *ast.InterfaceType:
		s.add("type", name, alias+params+"interface")
	default:
		s.add("type", name, alias+params+s.text(body))
	}
	s.members(name, v.Type)
	for _, m := range s.methods[name] {
		s.method(name, m)
	}
}

func (s *surfaceOf) method(of string, m *ast.FuncDecl) {
	_, pointer := receiver(m.Recv.List[0].Type)
	s.add("method", pointer+of+"."+m.Name.Name, s.signature(m.Type))
}

// members notes the fields of a struct and the methods of an interface. What an
// unexported type that is embedded has counts as the type's own.
func (s *surfaceOf) members(of string, body ast.Expr) {
	switch b := body.(type) {
	case *ast.StructType:
		for _, field := range b.Fields.List {
			tag := ""
			if field.Tag != nil {
				tag = " " + field.Tag.Value
			}
			for _, name := range field.Names {
				if name.IsExported() {
					s.add("field", of+"."+name.Name, s.text(field.Type)+tag)
				}
			}
			if len(field.Names) > 0 {
				continue
			}
			inner, _ := receiver(field.Type)
			if ast.IsExported(inner) {
				s.add("field", of+"."+inner, "embedded "+s.text(field.Type)+tag)
				continue
			}
			s.members(of, s.types[inner])
			for _, m := range s.methods[inner] {
				s.method(of, m)
			}
		}
	case *ast.InterfaceType:
		for _, m := range b.Methods.List {
			switch f := m.Type.(type) {
			case *ast.FuncType:
				for _, name := range m.Names {
					if name.IsExported() {
						s.add("method", of+"."+name.Name, s.signature(f))
					} else {
						s.add("method", of+"."+name.Name, "keeps others from implementing it")
					}
				}
			default:
				s.add("method", of, "embedded "+s.text(m.Type))
			}
		}
	}
}

func (s *surfaceOf) signature(f *ast.FuncType) string {
	return strings.TrimPrefix(s.text(&ast.FuncType{Params: f.Params, Results: f.Results}), "func")
}

// params is a list of type parameters with its brackets, or nothing.
func (s *surfaceOf) params(list *ast.FieldList) string {
	if list == nil {
		return ""
	}
	var all []string
	for _, p := range list.List {
		var names []string
		for _, name := range p.Names {
			names = append(names, name.Name)
		}
		all = append(all, strings.Join(names, ", ")+" "+s.text(p.Type))
	}
	return "[" + strings.Join(all, ", ") + "] "
}

// receiver is the name of a receiver's or an embedded type, and "*" or nothing.
func receiver(e ast.Expr) (name, pointer string) {
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e, pointer = t.X, "*"
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.SelectorExpr:
			return t.Sel.Name, pointer
		case *ast.Ident:
			return t.Name, pointer
		default:
			return "", pointer
		}
	}
}
