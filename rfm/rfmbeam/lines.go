package rfmbeam

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/guanxi-go/guanxi/rfm"
)

func init() {
	register.Emitter1[Lines]()
	register.Emitter1[fileRange]()
	beam.RegisterType(reflect.TypeFor[fileRange]())
	beam.RegisterType(reflect.TypeFor[rangesFn]())
	beam.RegisterType(reflect.TypeFor[linesFn]())
}

// Lines is a run of whole lines of one text file.
type Lines struct {
	Source string // the file
	First  int64  // the offset in bytes of the first line
	Data   []byte
}

// All yields every line with its offset in the file, without its line end. The
// text is overwritten by nobody and may be kept as long as Data.
func (l Lines) All() iter.Seq2[int64, []byte] {
	return func(yield func(int64, []byte) bool) {
		data, at := l.Data, l.First
		for len(data) > 0 {
			line, rest, _ := bytes.Cut(data, []byte{'\n'})
			n := len(data) - len(rest)
			if !yield(at, bytes.TrimSuffix(line, []byte{'\r'})) {
				return
			}
			data, at = rest, at+int64(n)
		}
	}
}

// DefaultLinesBytes is how many bytes of text ReadLines reads at a time.
const DefaultLinesBytes = 4 << 20

// ReadLines reads the text files that match globs (of any file system that the
// program registered with Beam) and returns a PCollection<[Lines]> of about size
// bytes each, 0 being DefaultLinesBytes. Large files are read by several workers. A
// row is named by the offset of its line, since nobody knows how many lines come
// before. A glob that matches nothing fails the pipeline.
func ReadLines(s beam.Scope, size int64, globs ...string) (beam.PCollection, error) {
	if size == 0 {
		size = DefaultLinesBytes
	}
	if size < 1 || len(globs) == 0 {
		return beam.PCollection{}, fmt.Errorf("rfmbeam: lines: %w: %d bytes of %d globs", rfm.ErrOption, size, len(globs))
	}
	s = s.Scope("rfmbeam.ReadLines")
	ranges := beam.ParDo(s, &rangesFn{Size: size}, beam.CreateList(s, globs))
	return beam.ParDo(s, &linesFn{}, beam.Reshuffle(s, ranges)), nil
}

// fileRange is a part of a file: the lines that begin in it.
type fileRange struct {
	File     string
	From, To int64
}

func (f fileRange) appendTo(dst []byte) ([]byte, error) {
	return appendSteps(appendText(dst, f.File), []int64{f.From, f.To}), nil
}

func (f *fileRange) readFrom(r *reader) error {
	f.File = r.text()
	if steps := r.steps(); len(steps) == 2 {
		f.From, f.To = steps[0], steps[1]
	} else {
		r.fail()
	}
	return nil
}

// rangesFn divides files into ranges.
type rangesFn struct{ Size int64 }

// ProcessElement divides the files of one glob.
func (fn *rangesFn) ProcessElement(ctx context.Context, glob string, emit func(fileRange)) (err error) {
	fs, err := filesystem.New(ctx, glob)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fs.Close()) }()
	files, err := fs.List(ctx, glob)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("rfmbeam: lines: no file matches %q", glob)
	}
	for _, f := range files {
		n, err := fs.Size(ctx, f)
		if err != nil {
			return err
		}
		for at := int64(0); at < n; at += fn.Size {
			emit(fileRange{File: f, From: at, To: min(at+fn.Size, n)})
		}
	}
	return nil
}

// linesFn reads ranges.
type linesFn struct{}

// ProcessElement reads the lines that begin in one range.
func (*linesFn) ProcessElement(ctx context.Context, f fileRange, emit func(Lines)) (err error) {
	fs, err := filesystem.New(ctx, f.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fs.Close()) }()
	file, err := fs.OpenRead(ctx, f.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	lines, err := readRange(file, f)
	if err != nil {
		return fmt.Errorf("rfmbeam: lines: %s at %d: %w", f.File, f.From, err)
	}
	if len(lines.Data) > 0 {
		emit(lines)
	}
	return nil
}

// readRange reads from the first line that begins in f to the end of the last.
func readRange(file io.Reader, f fileRange) (Lines, error) {
	// The byte before the range says whether a line begins with it.
	if err := skip(file, max(0, f.From-1)); err != nil {
		return Lines{}, err
	}
	r := bufio.NewReaderSize(file, 1<<16)
	l := Lines{Source: f.File, First: f.From}
	if f.From > 0 {
		n, err := discardLine(r)
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return l, err
		}
		l.First = f.From - 1 + n
	}
	if l.First >= f.To {
		return l, nil
	}
	l.Data = make([]byte, f.To-l.First, f.To-l.First+1024)
	n, err := io.ReadFull(r, l.Data)
	l.Data = l.Data[:n]
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			err = nil // the file is shorter than it was
		}
		return l, err
	}
	if l.Data[n-1] == '\n' {
		return l, nil
	}
	rest, err := r.ReadBytes('\n')
	l.Data = append(l.Data, rest...)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return l, err
}

// discardLine reads to the end of a line and returns how many bytes that were.
func discardLine(r *bufio.Reader) (n int64, err error) {
	for {
		part, err := r.ReadSlice('\n')
		n += int64(len(part))
		if !errors.Is(err, bufio.ErrBufferFull) {
			return n, err
		}
	}
}

// skip leaves n bytes out.
func skip(file io.Reader, n int64) error {
	if n == 0 {
		return nil
	}
	if s, ok := file.(io.Seeker); ok {
		_, err := s.Seek(n, io.SeekStart)
		return err
	}
	_, err := io.CopyN(io.Discard, file, n)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
