// Package process runs one command as a session of processes and says exactly
// how it ended and who ended it.
//
// Promises:
//
//   - Exit is data: a status, a signal, a timeout and a cancellation are a [Result].
//     An error says that there was no process, or that its status is lost.
//   - The command gets what its [Spec] declares: the environment is exactly Env,
//     stdin is /dev/null, no other file is open, not even one that the program inherited,
//     and there is no terminal.
//   - What this package killed and what something else killed are told apart, and
//     when a process ends at the very moment it is to be killed, one of the two
//     is what happened, for good.
//   - When [Process.Wait] returns, no goroutine, no zombie and, where the system
//     lets us see it ([AdoptOrphans]), no process of the command remains, even one that left
//     the process group with setsid or a double fork and closed its files.
//   - Only processes that a command of this package started are ever signalled or
//     reaped. Children that the program starts by other means keep their status.
//
// # How a whole command is killed
//
// The command leads a session of its own rather than only a process group. It has no terminal
// that it could stop on, and nothing below it can ever come back into the session
// of the program, which is how its descendants are known from our other children.
// It also means that Ctrl-C reaches the program alone, which ends the context of Start.
//
// A signal to the group misses what left the group. On Linux the program is
// therefore a child subreaper: what loses its parent becomes our child. Each such
// orphan carries the mark of the command it stems from (see the type mark), so
// that commands running at once do not kill each other's.
// Elsewhere only the process group is killed.
package process
