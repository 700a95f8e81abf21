package castest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/holdfast-go/holdfast/executor/digest"
)

// Damage does to a store's blobs what disks, people and other processes do, behind
// the store's back. A blob that is not there stays so; the empty one cannot be damaged. Its
// methods may be called from many goroutines.
type Damage interface {
	Delete(d digest.Digest)
	Flip(d digest.Digest)     // one bit
	Truncate(d digest.Digest) // to half its length
}

// Folder damages the store of package disk that is in the folder of this name. It
// panics when the machine does not let it.
type Folder string

var _ Damage = Folder("")

// Delete implements [Damage].
func (f Folder) Delete(d digest.Digest) {
	for _, path := range f.paths(d) {
		must(os.Remove(path))
	}
}

// Flip implements [Damage].
func (f Folder) Flip(d digest.Digest) { f.change(d, flip) }

// Truncate implements [Damage].
func (f Folder) Truncate(d digest.Digest) { f.change(d, truncate) }

// paths are where the two forms of a blob are.
func (f Folder) paths(d digest.Digest) [2]string {
	plain := filepath.Join(string(f), d.Hex()[:2], d.Hex())
	return [2]string{plain, plain + ".x"}
}

// change gives the blob other bytes in another file: a disk that fails does not
// change what a sandbox has a link to.
func (f Folder) change(d digest.Digest, how func([]byte) []byte) {
	for _, path := range f.paths(d) {
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		must(err)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		must(err)
		tmp, err := os.CreateTemp(string(f), "damage-")
		must(err)
		_, err = tmp.Write(how(data))
		must(err)
		must(tmp.Chmod(info.Mode()))
		must(tmp.Close())
		must(os.Rename(tmp.Name(), path))
	}
}

func must(err error) {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		panic(fmt.Errorf("castest: damage: %w", err))
	}
}

func flip(data []byte) []byte {
	data[len(data)/2] ^= 1
	return data
}

func truncate(data []byte) []byte { return data[:len(data)/2] }
