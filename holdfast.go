// Package holdfast is the root of the module; it has no code of its own.
//
//   - [github.com/holdfast-go/holdfast/errctx] adds context to an error without changing its type.
//   - [github.com/holdfast-go/holdfast/classify] says what a role should do about an error.
//   - [github.com/holdfast-go/holdfast/executor/engine] runs plans of processes, driven by the two;
//     cmd/holdfast is its command line.
package holdfast
