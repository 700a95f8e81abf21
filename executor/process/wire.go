package process

import "github.com/holdfast-go/holdfast/errctx/wire"

// StartWire says how a StartError travels. The names are stable.
var StartWire = wire.NewSum(func(u *wire.Unknown) StartError { return Unknown{u} }, nil,
	wire.Fields[StartError, *InvalidSpec]("process.invalid_spec"),
	wire.Fields[StartError, *NotFound]("process.not_found"),
	wire.Fields[StartError, *RelativePath]("process.relative_path"),
	wire.Fields[StartError, *NotExecutable]("process.not_executable"),
	wire.Fields[StartError, *BadInterpreter]("process.bad_interpreter"),
	wire.Fields[StartError, *BadDir]("process.bad_dir"),
	wire.Fields[StartError, *TooLong]("process.too_long"),
	wire.Fields[StartError, *Busy]("process.busy"),
	wire.Fields[StartError, *ResourceLimit]("process.resource_limit"),
	wire.Fields[StartError, *StartIO]("process.io"),
	wire.Fields[StartError, *Interrupted]("process.interrupted"),
)

// Unknown says why there is no process in a way that another version of this program has a name for.
type Unknown struct{ *wire.Unknown }
