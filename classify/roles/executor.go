package roles

import (
	c "github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// LocalExecutor runs the steps of a plan on one machine: there is nowhere else to retry, and
// nobody to drop a message of.
func LocalExecutor() c.Role {
	return c.Role{
		Name:    "local-executor",
		Can:     c.SetOf(c.BestEffort, c.RetryHere, c.Backtrack, c.Fail, c.Fatal),
		Default: c.Fatal,
		Edges: []c.Edge{
			{Name: c.Self, Packs: packs.Standard, Do: c.Every(c.Fatal).But(c.Table{
				c.Timeout: c.RetryHere, c.Stopped: c.RetryHere, c.Interrupted: c.RetryHere, c.Throttled: c.RetryHere,
			})},
			{Name: LocalDisk, Packs: with(packs.FS), Do: c.Every(c.Fatal).But(c.Table{
				c.Timeout: c.RetryHere, c.Interrupted: c.RetryHere, c.Conflict: c.RetryHere,
				c.Exhausted: c.RetryHere, // once the garbage is collected
				c.Missing:   c.Fail, c.Exists: c.Fail, c.Invalid: c.Fail, c.Denied: c.Fail,
			})},
			{Name: Process, Item: true, Packs: packs.Standard, Do: c.Every(c.Fail).But(c.Table{
				c.Exhausted: c.RetryHere, c.Conflict: c.RetryHere, // no process could be started; the file is being written
			})},
			{Name: CAS, Packs: packs.Standard, Default: c.Fail, Do: c.Every(c.Fatal).But(c.Table{
				c.Timeout: c.RetryHere, c.Interrupted: c.RetryHere, c.Throttled: c.RetryHere, c.Unavailable: c.RetryHere, c.Exhausted: c.RetryHere,
			})},
			{Name: InputData, Item: true, Packs: with(packs.Decode), Do: c.Every(c.Fail)},
			{Name: Config, Packs: packs.Standard, Do: c.Every(c.Fatal)},
			{Name: Index, Packs: with(packs.SQLite), Do: c.Every(c.Fatal).But(c.Table{
				c.Conflict: c.RetryHere, c.Timeout: c.RetryHere, c.Exists: c.Fail,
			})},
		},
	}
}
