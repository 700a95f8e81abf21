package roles

import (
	c "github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// Builder executes steps for whoever asks. A request never ends it, however poisonous: the
// next builder would get it then. A broken disk does.
//
// peer has the packs for what schedulers speak, such as packs.GRPC[*status.Status]().
func Builder(peer ...c.Pack) c.Role {
	return c.Role{
		Name:    "builder",
		Can:     c.SetOf(c.Drop, c.BestEffort, c.RetryHere, c.RetryElsewhere, c.Backtrack, c.Fail, c.Fatal),
		Default: c.Fatal,
		Edges: []c.Edge{
			{Name: c.Self, Packs: packs.Standard, Do: c.Every(c.Fatal).But(c.Table{
				c.Timeout: c.RetryHere, c.Stopped: c.RetryHere, c.Interrupted: c.RetryHere,
			})},
			{Name: Scheduler, Packs: with(peer...), Do: c.Every(c.Fatal).But(c.Table{
				c.Unavailable: c.RetryHere, c.Interrupted: c.RetryHere, c.Throttled: c.RetryHere, c.Timeout: c.RetryHere, c.Conflict: c.RetryHere, c.Exhausted: c.RetryHere,
				c.Missing: c.Drop, c.Stopped: c.Drop, // of a job that is not there any more; of a connection that we closed
			})},
			{Name: CAS, Packs: with(peer...), Do: c.Every(c.Fatal).But(c.Table{
				c.Unavailable: c.RetryHere, c.Interrupted: c.RetryHere, c.Throttled: c.RetryHere, c.Timeout: c.RetryHere, c.Conflict: c.RetryHere, c.Exhausted: c.RetryHere,
			})},
			{Name: API, Packs: with(packs.S3), Do: c.Every(c.Fatal).But(c.Table{
				c.Unavailable: c.RetryHere, c.Interrupted: c.RetryHere, c.Throttled: c.RetryHere, c.Timeout: c.RetryHere, c.Conflict: c.RetryHere, c.Exhausted: c.RetryHere,
				c.Invalid: c.Fail, c.Missing: c.Fail, c.Exists: c.Fail,
			})},
			{Name: LocalDisk, Packs: with(packs.FS), Do: c.Every(c.Fatal).But(c.Table{
				c.Timeout: c.RetryHere, c.Interrupted: c.RetryHere, c.Conflict: c.RetryHere,
				c.Invalid: c.Fail, c.Missing: c.RetryElsewhere,
			})},
			{Name: Process, Item: true, Packs: packs.Standard, Do: c.Every(c.Fail).But(c.Table{
				c.Exhausted: c.RetryElsewhere, c.Conflict: c.RetryHere, // no process could be started; the file is being written
			})},
			{Name: PeerMessage, Item: true, Packs: with(packs.Decode), Do: c.Every(c.Fail)},
			{Name: InputData, Item: true, Packs: with(packs.Decode), Do: c.Every(c.Fail)},
			{Name: Config, Packs: packs.Standard, Do: c.Every(c.Fatal)},
			{Name: Listen, Packs: packs.Standard, Do: c.Every(c.Fatal).But(c.Table{
				c.Exhausted: c.RetryHere, c.Interrupted: c.RetryHere, c.Timeout: c.RetryHere,
			})},
			{Name: Index, Packs: with(packs.SQLite), Do: c.Every(c.Fatal).But(c.Table{
				c.Conflict: c.RetryHere, c.Timeout: c.RetryHere,
			})},
		},
	}
}
