package errctx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"syscall"

	"github.com/holdfast-go/holdfast/errctx"
)

// A function that passes a fault up adds what it was doing. Its caller still
// switches on the sum, without an assertion.
func Example() {
	readInput := func(digest string) StoreErr {
		if err := Open(digest); err != nil {
			return errctx.Wrap(err, "read input", slog.String("step", "compile"))
		}
		return nil
	}

	err := readInput("3f2a")
	fmt.Println(err)
	switch root := err.Root().(type) {
	case *MissingDigest:
		fmt.Println("rerun the producer of", root.Digest)
	case *DiskFull:
		fmt.Println("collect garbage:", root.Need)
	}
	// Output:
	// read input: open blob: blob 3f2a is missing
	// rerun the producer of 3f2a
}

// The fault is seen here, and its type is ours.
func ExampleNew() {
	exit := errctx.New(&ExitStatus{2}, "run compiler")                         // WithContext[*ExitStatus]
	sum := errctx.New[StoreError](&MissingDigest{"3f2a"}, "open blob")         // WithContext[StoreError]
	none := errctx.New[StoreError](nil, "open blob", slog.Bool("never", true)) // nil is no error

	fmt.Println(exit.Root().Code)
	fmt.Println(sum)
	fmt.Println(none == nil)
	// Output:
	// 2
	// open blob: blob 3f2a is missing
	// true
}

// The fault is seen here, and its type is somebody else's: a pointer or a value.
func ExampleAdopt() {
	_, err := os.Open("/nonexistent/config")
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		w := errctx.Adopt(path, "open configuration")
		fmt.Println(w)
		fmt.Println(w.Root().Path, errors.Is(w, fs.ErrNotExist))
	}

	w := errctx.AdoptValue(syscall.ENOSPC, "write blob")
	fmt.Println(w.Root() == syscall.ENOSPC, w)
	// Output:
	// open configuration: open /nonexistent/config: no such file or directory
	// /nonexistent/config true
	// true write blob: no space left on device
}

// A phase boundary is where the type may change: on purpose, layers kept.
func ExampleMap() {
	err := errctx.Map(errctx.Wrap(Open("3f2a"), "link input"), asInputFault) // WithContext[PhaseError]

	fmt.Println(err)
	_, isFault := err.Root().(InputFault)
	missing, ok := errors.AsType[*MissingDigest](err)
	fmt.Println(isFault, ok, missing.Digest)
	// Output:
	// link input: open blob: blob 3f2a is missing
	// true true 3f2a
}

// Code that returns plain errors adopts the package one line at a time.
func ExampleAnnotate() {
	load := func(file string) error {
		_, err := os.ReadFile(file)
		return errctx.Annotate(err, "load configuration", slog.Int("attempt", 1)) // nil stays nil
	}

	err := load("/nonexistent/config")
	fmt.Println(err)
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	fmt.Println(load(os.DevNull))
	// Output:
	// load configuration: open /nonexistent/config: no such file or directory
	// true
	// <nil>
}

// At a seam that dictates plain errors, such as an interface of the standard library,
// From brings the handle back: its static type, and the layers.
func ExampleFrom() {
	var plain error = fmt.Errorf("plug-in: %w", errctx.Annotate(Open("3f2a"), "read"))

	if w, ok := errctx.From[StoreError](plain); ok {
		fmt.Println(w)
		fmt.Println(w.Root().ErrorKind())
	}
	// Output:
	// read: open blob: blob 3f2a is missing
	// store.missing_digest
}

// A decider that is a type with a method for each variant: when the sum gets another
// variant, this does not compile until somebody has decided about it.
func Example_exhaustive() {
	Visit(Open("3f2a").Root(), decider{})
	Visit(Put(4096).Root(), decider{})
	// Output:
	// rerun the producer of 3f2a
	// collect 4096 bytes of garbage
}

type decider struct{}

func (decider) MissingDigest(e *MissingDigest) { fmt.Println("rerun the producer of", e.Digest) }
func (decider) DiskFull(e *DiskFull)           { fmt.Printf("collect %d bytes of garbage\n", e.Need) }

// Many errors of one type that happened side by side. What is printed does not depend on
// the order in which they came.
func ExampleJoin() {
	digests := []string{"b", "a", "b"}
	errs := make([]StoreErr, len(digests))
	var wg sync.WaitGroup
	for i, d := range digests {
		wg.Go(func() { errs[i] = Open(d) })
	}
	wg.Wait()

	err := errctx.Wrap(errctx.Join(errs...), "load tree") // nil if all of them are
	fmt.Println(err)
	for root := range err.Root().Roots() { // StoreError, no assertion
		fmt.Println(root.ErrorKind())
	}
	// Output:
	// load tree: 3 errors: open blob: blob a is missing; open blob: blob b is missing (2 times)
	// store.missing_digest
	// store.missing_digest
	// store.missing_digest
}

// Log an error once, where it is handled. slog gets the whole tree.
func Example_logOnce() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "layers" { // not the same in every run
			return slog.Attr{}
		}
		return a
	}}))

	err := errctx.Wrap(Put(4096), "store output", slog.String("step", "compile"))
	log.Error("step failed", "err", err)
	// Output:
	// {"level":"ERROR","msg":"step failed","err":{"message":"store output: put blob: /var/store is full, 4096 bytes needed","kind":"store.disk_full","type":"*errctx_test.DiskFull","root":"/var/store is full, 4096 bytes needed","fields":{"Path":"/var/store","Need":4096}}}
}

// What is shown of an error depends on who looks. Nothing is shown to strangers
// that was not declared to be safe, and what is secret is not even kept.
func ExampleProfile() {
	err := errctx.Wrap(Put(4096), "store output",
		errctx.Safe(slog.String("step", "compile")),
		slog.String("user", "bob"),
		errctx.Secret(slog.String("token", "hunter2")))

	fmt.Println("log:   ", errctx.Log.Line(err))
	fmt.Println("public:", errctx.Public.Line(err))
	fmt.Println(string(errctx.Public.JSON(err)))
	for layer := range errctx.Layers(err) {
		for _, a := range layer.Attrs() {
			if shown, ok := errctx.Wire.Attr(a); ok {
				fmt.Println("wire:  ", shown)
			}
		}
	}
	// Output:
	// log:    store output: put blob: /var/store is full, 4096 bytes needed
	// public: store output: put blob: store.disk_full
	// {"message":"store output: put blob: store.disk_full","kind":"store.disk_full","fields":{"Need":4096},"layers":[{"message":"store output","attrs":{"step":"compile"}},{"message":"put blob"}]}
	// wire:   step=compile
	// wire:   user=[private]
}

// json.Marshal gives the same tree, with function, file and line of every layer.
func Example_json() {
	b, err := json.Marshal(Open("3f2a"))
	if err != nil {
		fmt.Println(err)
	}
	var tree struct {
		Message, Kind string
		Fields        map[string]any
		Layers        []struct {
			Message, Function, File string
			Line                    int
			Attrs                   map[string]any
		}
	}
	if err := json.Unmarshal(b, &tree); err != nil {
		fmt.Println(err)
	}
	fmt.Println(tree.Message, "|", tree.Kind, tree.Fields)
	fmt.Println(tree.Layers[0].Function, tree.Layers[0].File, tree.Layers[0].Line > 0, tree.Layers[0].Attrs)
	// Output:
	// open blob: blob 3f2a is missing | store.missing_digest map[Digest:3f2a]
	// errctx_test.Open errctx/example_store_test.go true map[digest:3f2a]
}

// A nil pointer in an error is not nil, which is how functions report an error that did
// not happen. A handle is an interface: a nil one is nil, and whatever is given
// nothing gives nothing back.
func Example_typedNil() {
	check := func() *ExitStatus { return nil }
	handle := func() errctx.WithContext[*ExitStatus] { return errctx.New(check(), "run compiler") }

	var pointer, handled error = check(), handle()
	fmt.Println("pointer:", pointer != nil)
	fmt.Println("handle: ", handled != nil)
	fmt.Println("wrapped:", errctx.Wrap(handle(), "compile") != nil, errctx.Annotate(pointer, "compile") != nil)
	// Output:
	// pointer: true
	// handle:  false
	// wrapped: false false
}

// From text to type in three steps. Each one compiles, and callers need not change.
func Example_migrate() {
	cause := func() error { _, err := os.Open("/nonexistent"); return err }

	before := func() error { return fmt.Errorf("open index: %w", cause()) } // where was it? what was it?
	step1 := func() error { return errctx.Annotate(cause(), "open index") } // call site, attributes, structured output
	step2 := func() error {                                                 // a kind of its own; still a plain error to callers
		if err := cause(); err != nil {
			return errctx.New(&IndexLost{err}, "open index")
		}
		return nil
	}
	step3 := func() errctx.WithContext[*IndexLost] { // the signature says what can happen
		if err := cause(); err != nil {
			return errctx.New(&IndexLost{err}, "open index")
		}
		return nil
	}

	for _, err := range []error{before(), step1(), step2(), step3()} {
		_, typed := errors.AsType[*IndexLost](err)
		fmt.Println(err, errors.Is(err, fs.ErrNotExist), typed)
	}
	// Output:
	// open index: open /nonexistent: no such file or directory true false
	// open index: open /nonexistent: no such file or directory true false
	// open index: index lost: open /nonexistent: no such file or directory true true
	// open index: index lost: open /nonexistent: no such file or directory true true
}

// IndexLost says that the index has to be built anew.
type IndexLost struct{ Err error }

func (e *IndexLost) Error() string     { return "index lost: " + e.Err.Error() }
func (e *IndexLost) Unwrap() error     { return e.Err }
func (e *IndexLost) ErrorKind() string { return "index.lost" }

// The layers, for those who want to show them in a way of their own.
func ExampleLayers() {
	err := errctx.Wrap(Open("3f2a"), "read input", slog.String("step", "compile"))
	for layer := range errctx.Layers(err) {
		fmt.Println(layer.Message(), layer.Attrs(), layer.Frame().Line > 0)
	}
	// Output:
	// read input [step=compile] true
	// open blob [digest=3f2a] true
}

// An error that happened elsewhere is marked, and stays so. Package wire does this for
// whole sums.
func ExampleRestore() {
	err := errctx.Restore[StoreError](&MissingDigest{"3f2a"}, "builder-3",
		errctx.Record{Message: "open blob", Function: "disk.Open", File: "open.go", Line: 42})
	here := errctx.Wrap(err, "dispatch step")

	fmt.Println(here)
	fmt.Println(errctx.Origin(here))
	fmt.Println(errctx.Origin(Open("3f2a")))
	// Output:
	// dispatch step: open blob: blob 3f2a is missing
	// builder-3 true
	//  false
}
