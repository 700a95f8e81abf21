package cas

import "github.com/holdfast-go/holdfast/errctx/wire"

// Wire says how a StoreError travels. The names are stable.
var Wire = wire.NewSum(func(u *wire.Unknown) StoreError { return Unknown{u} }, nil,
	wire.Fields[StoreError, *MissingDigest]("cas.missing_digest"),
	wire.Fields[StoreError, *CorruptBlob]("cas.corrupt_blob"),
	wire.Fields[StoreError, *TooLarge]("cas.too_large"),
	wire.Fields[StoreError, *LinkRefused]("cas.link_refused"),
	wire.Fields[StoreError, *Unreadable]("cas.unreadable"),
	wire.Fields[StoreError, *DiskFull]("cas.disk_full"),
	wire.Fields[StoreError, *Resource]("cas.resource"),
	wire.Fields[StoreError, *Denied]("cas.denied"),
	wire.Fields[StoreError, *Interrupted]("cas.interrupted"),
	wire.Fields[StoreError, *StoreIO]("cas.io"),
)

// Unknown is a fault of a store that another version of this program has a name for.
type Unknown struct{ *wire.Unknown }
