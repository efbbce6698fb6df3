package page

import "github.com/guanxi-go/guanxi/examples/internal/wholefile"

// WriteFile writes the document to a file, which is whole or as it was.
func (d *Document) WriteFile(name string) error { return wholefile.Write(name, d.Write) }
