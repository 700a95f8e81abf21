// Package wire carries errors to another process, or to a later one, and brings
// their static type back.
//
// A sealed sum declares once how its variants travel:
//
//	var Wire = wire.NewSum(func(u *wire.Unknown) StoreError { return Unknown{u} }, nil,
//		wire.Fields[StoreError, *MissingDigest]("cas.missing_digest"),
//		wire.Fields[StoreError, *DiskFull]("cas.disk_full", "cas.no_space"), // an alias: what it was called before
//	)
//
//	data := Wire.Encode(err)          // err is a WithContext[StoreError]
//	back, bad := Wire.Decode(data)    // so is back
//
// Which function do I call?
//
//	a variant whose exported fields are all there is   Fields
//	one with errors of other sums in its fields        Fields, with Lower in NewSum
//	a variant that needs code of its own               Custom
//	errors of several sums, as plain errors            NewRegistry
//	forgot no variant?                                 wiretest.Complete, wiretest.RoundTrip
//
// Promises:
//
//   - What Decode returns has the type that was encoded, its fields, and the layers
//     with their messages, call sites and attributes. It is marked: [errctx.Origin].
//   - Encode never fails and never drops the root. Layers beyond 32, and those that do not fit
//     into 4 KiB, are left out from the middle, and counted.
//   - Safe attributes travel, private ones as "[private]", secret ones not at all; see
//     [errctx.Profile]. To declare a variant is to say that its exported fields travel; a field
//     tagged `errctx:"private"` and the text of an error in a field travel to a [Trusted] peer
//     only, which may see what this program's own log shows; one tagged `errctx:"secret"` never does.
//   - A kind that the receiver does not know becomes the sum's variant for such, and is
//     encoded again byte for byte.
//   - An error in a field, such as a syscall.Errno, arrives as a [Foreign]: what
//     a peer says about its own machine must never match a rule about this one.
//   - Decode takes any bytes: it returns a [Malformed], or an error within the limits of this package.
//   - The package imports the standard library and errctx only.
//
// # Format
//
// One JSON object; what is empty is left out. Members are only ever added.
//
//	v        1
//	kind     the name under which the variant is declared
//	payload  the variant, as its codec writes it
//	type     for an error that no sum declares, Go's name of its type
//	text     and its text, if that may travel
//	layers   outermost first, each [message, line, function, file, {safe attributes}, origin,
//	         {private attributes}]; function, file and origin are indexes into names, -1 for none.
//	         The end may be missing: function and file are then those of the layer before
//	names    what the layers refer to
//	dropped  [n, i]: n layers are left out before the i-th
//	joined   the branches of a join: objects like this one
//	origin   who sent it
//	class    what the sender would do about it; for people
//	trusted  true if it was written for a trusted peer; it is not passed on to others as it is
package wire
