package compare

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/holdfast-go/holdfast/bench/peer"
)

var plainErrors = Feature{
	Name: "Works where errors are plain",
	Doc:  "Yes: a layer on any error, also between layers of fmt.Errorf, keeps errors.Is, errors.As and the text. Partly: errors.Is also finds an error that is not there.",
	probe: func(p peer.Peer) Outcome {
		root := &fs.PathError{Op: "open", Path: "blob", Err: fs.ErrNotExist}
		err := p.Any(fmt.Errorf("between: %w", p.Any(root)))
		found, typed := errors.AsType[*fs.PathError](err)
		is := errors.Is(err, fs.ErrNotExist)
		text := strings.Contains(err.Error(), "between") && strings.Contains(err.Error(), "open blob: file does not exist")
		fact := fmt.Sprintf("a *fs.PathError in two layers with one of fmt.Errorf between: Is %t, AsType %t, text %t", is, typed && found == root, text)
		// Another error with the text of a layer.
		if stranger := errors.New("open blob"); errors.Is(err, stranger) {
			return partly("%s; errors.Is takes an unrelated error with the text of a layer for the same", fact)
		}
		if is && typed && found == root && text {
			return yes("%s", fact)
		}
		return no("%s", fact)
	},
}
