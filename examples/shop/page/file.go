package page

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// CheckFile says what is in the way of writing a report to name: no such folder, or
// something there that is no ordinary file, such as a folder or a device. It changes
// nothing.
func CheckFile(name string) error {
	_, _, err := place(name)
	return err
}

// place is where a report called name goes, and with which rights: behind a link to
// the file it leads to, and with the rights of one that is there.
func place(name string) (path string, mode fs.FileMode, err error) {
	if info, err := os.Stat(filepath.Dir(name)); err != nil {
		return "", 0, fmt.Errorf("page: %s: its folder: %w", name, err)
	} else if !info.IsDir() {
		return "", 0, fmt.Errorf("page: %s: its folder is a file", name)
	}
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return name, 0o644, nil
	}
	if path, err = filepath.EvalSymlinks(name); err != nil {
		return "", 0, fmt.Errorf("page: %s: %w", name, err)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", 0, fmt.Errorf("page: %s: %w", name, err)
	case info.IsDir():
		return "", 0, fmt.Errorf("page: %s is a folder", name)
	case !info.Mode().IsRegular():
		return "", 0, fmt.Errorf("page: %s is no file to write to", name)
	}
	return path, info.Mode().Perm(), nil
}

// WriteFile writes the document to a file: first to another one in the same folder,
// which then takes its place, so that the file is whole or as it was. What is no
// ordinary file is left alone: see [CheckFile].
func (d *Document) WriteFile(name string) (err error) {
	path, mode, err := place(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("page: %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("page: %s: %w", name, err), os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriter(f)
	if err = errors.Join(d.Write(w), w.Flush(), f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
