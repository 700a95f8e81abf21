// Package errctx adds context to an error without changing its type.
//
// An error's type is what a program decides by. [WithContext] is a handle on an
// error of static type E plus the layers of context it gathered on its way up:
// a constant message, attributes and the call site for each.
//
//	func (s *Store) Open(d Digest) (io.ReadCloser, errctx.WithContext[StoreError])
//
//	f, err := s.Open(d)
//	if err != nil {
//		return errctx.Wrap(err, "open input", slog.Any("digest", d)) // still WithContext[StoreError]
//	}
//
// Which function do I call?
//
//	the fault happens here, the type is ours          New(root, "msg")
//	the fault is a foreign *T, such as *fs.PathError  Adopt(root, "msg")
//	the fault is a foreign value, such as an Errno    AdoptValue(root, "msg")
//	pass a handle up                                  Wrap(w, "msg")
//	pass it up as another type, on purpose            Map(w, func(E) F)
//	several handles on one type                       Join(ws...)
//	only a plain error is at hand                     Annotate(err, "msg")
//	a plain error must become a handle again          From[K](err)
//	what is the cause?                                w.Root(), errors.AsType[*T](w)
//	which layers does it have?                        Layers(err), Split(err)
//	who may see an attribute?                         Safe(attr), Secret(attr); private otherwise
//	show it to somebody                               Local, Log, Wire, Public: a Profile
//	it comes from another program                     package wire, Restore, Origin
//
// Promises:
//
//   - Root returns E statically, whatever the number of layers.
//   - A handle is an interface: a nil one assigned to an error is nil.
//     A nil root or a nil handle passed in gives a nil handle back.
//   - Unwrap returns the root in one step, so errors.Is, errors.As and
//     errors.AsType cost the same at depth 1 and at depth 10,000.
//   - No function builds a handle whose root is a handle; the attempt does not compile.
//   - Handles are immutable: any number of goroutines may wrap a shared one.
//   - A layer with up to four attributes is one allocation. Symbols are resolved when printed.
//   - Error, %+v, slog and JSON show the same. A secret is in none of them, a private value
//     in none that leaves the program.
//   - The package imports the standard library only.
//
// Messages are constants ("open input"); what varies goes into attributes.
// Error renders messages and root ("open input: missing digest …");
// %+v renders a tree with attributes, functions and file:line; a handle is
// also a [slog.LogValuer] and a [json.Marshaler].
//
// Recipes, each a compiled example: docs/errors.md in the repository.
package errctx
