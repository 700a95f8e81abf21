// Package roles has the three roles of a build farm as tables: which dependencies each
// has, and what it does about each kind of error that comes through one.
//
// They are what the executor, the queue-runner and the builder of this module run by, and examples of
// how to write down a role of your own. Each function returns a [classify.Role]; the program adds the rules
// for its own errors, such as a visitor of a sealed sum:
//
//	policy, err := classify.New(roles.LocalExecutor(), classify.Sum("store", gives, visit))
//
//	role            what it is                             what it cannot do
//	local-executor  runs the steps of a plan, here         send work elsewhere, drop messages
//	queue-runner    takes builds from a database, hands    bear the loss of its database
//	                their steps to builders, publishes
//	builder         executes one step at a time for        bear a broken disk
//	                whoever asks
package roles
