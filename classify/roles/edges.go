package roles

import (
	"slices"

	c "github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// The names of the edges. An error gets one where the dependency is called:
// classify.Dep(roles.DB, err).
const (
	// LocalDisk is the role's own disk: its store, its scratch space.
	LocalDisk = "local-disk"
	// Process is the process of a step: that it starts, and how it ends. An item's edge.
	Process = "process"
	// CAS is the store of blobs that steps read and write.
	CAS = "cas"
	// InputData is data that is part of an item, such as an archive that a step is to unpack. An item's edge.
	InputData = "input-data"
	// PeerMessage is a request or a report that somebody sent. An item's edge.
	PeerMessage = "peer-message"
	// Config is what the program was started with.
	Config = "config"
	// Listen is the socket on which the program is served.
	Listen = "self-listen"
	// DB is the database of the queue.
	DB = "db"
	// Index is a local database of what is in a store.
	Index = "index"
	// Builders are those that steps are sent to.
	Builders = "builder"
	// Scheduler is whoever sends steps to a builder.
	Scheduler = "scheduler"
	// Destination is where results are published.
	Destination = "destination"
	// API is another service that is asked over HTTP.
	API = "http-api"
)

// with returns the standard packs behind those that know more of an edge.
func with(first ...c.Pack) []c.Pack {
	all := slices.Clone(first)
	for _, p := range packs.Standard {
		if !slices.ContainsFunc(first, func(f c.Pack) bool { return f.Name == p.Name }) {
			all = append(all, p)
		}
	}
	return all
}
