// Daemon is a small queue-runner that meets every fault it may meet, on real sockets.
//
//	go run ./examples/daemon                     # until Ctrl-C; it says where it takes messages
//	go run ./examples/daemon -fault database     # dies within a second, and says of what
//	go run ./examples/daemon -chaos 1m -seed 7   # everything fails, again and again
//
// It takes items from a database, has workers carry them out, puts the results on a mirror,
// and takes new items as messages. The outside (world.go) is made by the same process: a database and
// two workers that speak a line protocol over TCP, a mirror that speaks HTTP, a
// producer of messages. Each can be taken down.
//
// Where to read what:
//
//	policy.go   what is done about which error: one table for each dependency
//	daemon.go   the role: its tasks, their scopes, and what they do
//	client.go   errors are typed and get their context; nothing is decided here
//	chaos.go    many faults, and the sums that must come out
//	world.go    the outside
//	main.go     flags and exit codes
package main
