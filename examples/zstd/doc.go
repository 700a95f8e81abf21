// Command zstd writes a plan that builds the zstd library, and can measure it.
//
//	go run ./examples/zstd
//	go run ./cmd/holdfast run examples/zstd/plan.yaml
//	go run ./examples/zstd -compare
//
// It is a C project of honest size, 40 files and 50,000 lines, that any machine
// with Go has at hand: the sources travel in the module github.com/DataDog/zstd.
// The program fetches that module, checks it against a hash written down here,
// unpacks the C files into src, asks the compiler which headers each of them
// reads, and writes plan.yaml with one step for each, exactly those headers
// declared.
//
// What it promises:
//
//   - go.mod and go.sum of the module you are in are left alone.
//   - src and plan.yaml appear whole or not at all, and are not touched when
//     they are right already.
//   - The same compiler and sources give the same plan, byte for byte.
//
// Exit status: 0 when the plan stands, 1 when something went wrong, 2 for wrong
// usage and for a tool that is missing from the machine.
package main
