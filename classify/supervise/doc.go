// Package supervise runs the tasks of a role and acts on the verdicts about their errors.
//
// A [Supervisor] owns every goroutine of a daemon: each is a task with a name and a
// scope, and the end of each is judged by one [classify.Policy]. The role ends when
// it is told to or when a verdict says so, and then says why it died.
//
//	s := supervise.New(policy, supervise.Options{})
//	s.Critical("queue monitor", monitor)
//	s.Restarted("status server", serve, supervise.Backoff{})
//	s.BestEffort("mirror", mirror)
//	s.Session("builder 7", build, requeue)
//	os.Exit(s.Main(context.Background()))
//
// Which scope do I use?
//
//	the role is nothing without it                             Critical
//	it serves for as long as the role lives, and may stumble   Restarted
//	nobody's result depends on it                              BestEffort
//	it works on something that others can do as well           Session
//	it answers one request                                     Handle
//
// What is done when a task ends, unless the role is stopping:
//
//	             nil       up to retry-elsewhere  backtrack, fail  fatal  panic, Goexit
//	critical     dies      dies                   dies             dies   dies
//	restarted    restarts  restarts               dies             dies   dies (*)
//	best-effort  done      recorded               recorded         dies   dies (*)
//	session      done      requeued               requeued         dies   dies (*)
//	handler      done      warned                 warned           dies   dies (*)
//
// (*) unless a rule of the policy speaks of [*Panic] or [*Exited]. An item that makes its session
// panic would end one role after the other: give it such a rule, and have requeue put it aside.
// An unknown error is the role's default, except that in a best-effort task it is best-effort.
//
// Promises:
//
//   - Every end of a task is judged, by the policy alone; no error is dropped.
//   - The first fatal one is the report's; what goes wrong afterwards is listed with it.
//   - What a task returns because it was told to stop is no failure, unless a rule or a mark calls what wraps
//     the cancellation fatal. A context.Canceled that comes from elsewhere is.
//   - A session that was accepted and did not return nil is requeued once, also when the role
//     dies, or was stopped before it ran; only one that does not stop is not.
//   - Whatever a task returns, and whatever Notify and ExitCode do, the role ends in order and its report
//     is complete: a panic is part of it.
//   - Sessions and handlers are told to stop first, all at once; then the other tasks, last started
//     first, each when the one before it has ended or had its share of the grace period.
//   - Run returns when the grace period is over. Who still runs then is reported by
//     name, with the stack where it hangs.
//   - The supervisor leaves no goroutine behind but those.
//   - The package imports the standard library, errctx and classify only.
package supervise
