package roles

import (
	c "github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// QueueRunner takes builds from a database, hands their steps to builders and publishes
// results. It dies with its database, and outlives every builder, message and destination.
//
// peer has the packs for what builders speak, such as packs.GRPC[*status.Status]().
func QueueRunner(peer ...c.Pack) c.Role {
	return c.Role{
		Name:    "queue-runner",
		Can:     c.SetOf(c.Drop, c.BestEffort, c.RetryHere, c.RetryElsewhere, c.Backtrack, c.Fail, c.Fatal),
		Default: c.Fatal,
		Edges: []c.Edge{
			{Name: c.Self, Packs: packs.Standard, Do: c.Every(c.Fatal).But(c.Table{
				c.Timeout: c.RetryElsewhere, c.Stopped: c.RetryElsewhere, c.Interrupted: c.RetryElsewhere,
			})},
			{Name: DB, Packs: with(packs.Postgres), Do: c.Every(c.Fatal).But(c.Table{
				c.Conflict: c.RetryHere, c.Timeout: c.RetryHere,
				c.Exists: c.Fail, c.Invalid: c.Fail, // a value of the item's
				c.Missing: c.Drop, // somebody deleted it
			})},
			{Name: Builders, Packs: with(peer...), Default: c.Fatal, Do: c.Every(c.RetryElsewhere).But(c.Table{
				c.Missing: c.Drop, c.Stopped: c.Drop, // of a job that is not there any more; of a connection that we closed
				c.Bug: c.Fatal,
			})},
			{Name: CAS, Packs: with(peer...), Do: c.Every(c.Fatal).But(c.Table{
				c.Timeout: c.RetryElsewhere, c.Interrupted: c.RetryElsewhere, c.Throttled: c.RetryElsewhere, c.Unavailable: c.RetryElsewhere,
			})},
			{Name: Destination, Packs: with(packs.S3), Default: c.BestEffort, Do: c.Every(c.BestEffort)},
			{Name: API, Packs: with(packs.S3), Default: c.BestEffort, Do: c.Every(c.BestEffort)},
			{Name: LocalDisk, Packs: with(packs.FS), Do: c.Every(c.Fatal).But(c.Table{
				c.Timeout: c.RetryHere, c.Interrupted: c.RetryHere, c.Conflict: c.RetryHere, c.Invalid: c.Fail,
			})},
			{Name: PeerMessage, Item: true, Packs: with(packs.Decode), Default: c.Drop, Do: c.Every(c.Drop)},
			{Name: InputData, Item: true, Packs: with(packs.Decode), Do: c.Every(c.Fail)},
			{Name: Config, Packs: packs.Standard, Do: c.Every(c.Fatal)},
			{Name: Listen, Packs: packs.Standard, Do: c.Every(c.Fatal).But(c.Table{
				c.Exhausted: c.RetryHere, c.Interrupted: c.RetryHere, c.Timeout: c.RetryHere,
			})},
		},
	}
}
