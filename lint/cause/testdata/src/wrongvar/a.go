package wrongvar

import (
	"errors"
	"log"
	"os"
)

func save(f *os.File) error {
	_, err := f.Write(nil)
	if err != nil {
		return err
	}
	serr := f.Sync()
	if serr != nil {
		return err // want `serr is tested and err is returned, which is nil here: the caller sees no error`
	}
	if cerr := f.Close(); cerr != nil {
		return err // want `cerr is tested and err is returned`
	}
	return nil
}

func stale(f *os.File) error {
	_, err := f.Write(nil)
	if err != nil {
		return err
	}
	rerr := f.Sync()
	if err != nil { // want `err is tested, which is nil here: rerr, which was just assigned, is not`
		return rerr
	}
	return rerr
}

func result(f *os.File) (err error) {
	if cerr := f.Close(); cerr != nil {
		return err // want `cerr is tested and err is returned`
	}
	return nil
}

func inLoop(fs []*os.File) error {
	for _, f := range fs {
		_, err := f.Write(nil)
		if err != nil {
			return err
		}
		if cerr := f.Close(); cerr != nil {
			return err // want `cerr is tested and err is returned`
		}
	}
	return nil
}

// Strict profile only.

func logged(f *os.File) error {
	err := f.Sync()
	if err != nil {
		return err
	}
	if cerr := f.Close(); cerr != nil {
		log.Println(cerr)
		return err // want `cerr is tested and err is returned`
	}
	return nil
}

// Silent.

func first(f *os.File) error {
	_, err := f.Write(nil)
	if cerr := f.Close(); cerr != nil {
		return err
	}
	if err != nil {
		if cerr := f.Close(); cerr != nil {
			return err
		}
		return err
	}
	return errors.Join(err)
}

func loop(f *os.File) error {
	var last error
	for range 3 {
		if err := f.Sync(); err != nil {
			if cerr := f.Close(); cerr != nil {
				return last
			}
			last = err
		}
	}
	return last
}

func deferred(f *os.File) (err error) {
	defer func() { err = f.Close() }()
	if serr := f.Sync(); serr != nil {
		return err
	}
	return nil
}

func assigned(f *os.File) error {
	err := f.Sync()
	if err != nil {
		return err
	}
	err = f.Sync()
	if cerr := f.Close(); cerr != nil {
		return err
	}
	return err
}
