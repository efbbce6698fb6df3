// Package wholefile writes a file that is whole or as it was.
package wholefile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Check says what is in the way of writing a file called name: no such folder, or
// something there that is no ordinary file, such as a folder or a device. It changes
// nothing.
func Check(name string) error {
	_, _, err := place(name)
	return err
}

// place is where a file called name goes, and with which rights: behind a link to
// the file it leads to, and with the rights of one that is there.
func place(name string) (path string, mode fs.FileMode, err error) {
	if info, err := os.Stat(filepath.Dir(name)); err != nil {
		return "", 0, fmt.Errorf("%s: its folder: %w", name, err)
	} else if !info.IsDir() {
		return "", 0, fmt.Errorf("%s: its folder is a file", name)
	}
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return name, 0o644, nil
	}
	if path, err = filepath.EvalSymlinks(name); err != nil {
		return "", 0, fmt.Errorf("%s: %w", name, err)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", 0, fmt.Errorf("%s: %w", name, err)
	case info.IsDir():
		return "", 0, fmt.Errorf("%s is a folder", name)
	case !info.Mode().IsRegular():
		return "", 0, fmt.Errorf("%s is no file to write to", name)
	}
	return path, info.Mode().Perm(), nil
}

// Write writes a file: first to another one in the same folder, which then takes its
// place. What is no ordinary file is left alone: see [Check].
func Write(name string, write func(io.Writer) error) error {
	path, mode, err := place(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := fill(f, mode, write); err != nil {
		_ = f.Close() // of one that is closed it does nothing
		return errors.Join(fmt.Errorf("%s: %w", name, err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", name, err), os.Remove(f.Name()))
	}
	return nil
}

// fill writes f and closes it. The first fault is the only one: those after it follow from it.
func fill(f *os.File, mode fs.FileMode, write func(io.Writer) error) error {
	w := bufio.NewWriter(f)
	for _, step := range []func() error{
		func() error { return write(w) }, w.Flush,
		func() error { return f.Chmod(mode) }, f.Sync, f.Close,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
