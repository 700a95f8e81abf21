// Package packs translates the errors of the standard library, and of protocols that
// announce themselves by a method, into the kinds of package classify.
//
// A [classify.Edge] lists the packs whose errors come through it. Of several packs the
// first one with an opinion on a link speaks, so the particular comes before the
// general: what is known of the protocol first, then [Standard].
//
//	classify.Edge{Name: "db", Packs: slices.Concat([]classify.Pack{packs.Postgres}, packs.Standard), Do: …}
//	classify.Edge{Name: "builder", Packs: slices.Concat([]classify.Pack{packs.GRPC[*status.Status]()}, packs.Standard), Do: …}
//
// # Promises
//
//   - Only the standard library is imported. What other libraries return is
//     recognised by methods. Where an error has none that tell, the path and the name of its type do; of those
//     types there is one table, see [Sources].
//   - Text never matters: no rule looks at a message.
//   - Every rule is a row of a table, which says where it is written down that this error
//     means that kind. [Sources] returns them all.
//   - A rule that has no reason for an opinion has none; the walk goes on inwards.
//   - What ends an operation midway, such as a deadline or the end of a connection, leaves its outcome
//     unknown ([classify.Finding]). What ends it before anything was sent does not.
//
// # What a value cannot tell
//
// The end of a stream: in an exchange the peer went away ([Net]), a file is shorter than it
// was ([FS]), data are incomplete ([Decode]). All three packs have a rule for io.EOF and
// io.ErrUnexpectedEOF, and the order of an edge's packs decides. In Standard the exchange
// comes first; at an edge of data put Decode before it.
//
// A process ended by a signal that is sent to end processes reads the same whoever sent it.
// It is [classify.Stopped]; who killed it himself marks the error.
//
// A row that is missing, or there already, is an answer as often as a fault: make a value
// of it before it reaches the classifier, or mark it.
package packs

import (
	"iter"
	"reflect"
	"slices"

	"github.com/holdfast-go/holdfast/classify"
)

// Standard are the packs that fit any edge, in their order: the errors of the standard
// library. What needs to be known of an edge to be understood ([Postgres], [SQLite], [S3],
// [GRPC]) comes before them.
//
// Timeouts comes last, and only after Syscall: the method Timeout of an errno
// calls a lock that is taken a timeout.
var Standard = []classify.Pack{Context, Runtime, Exec, SQL, HTTP, TLS, Net, FS, Syscall, Decode, Timeouts}

// Row is a line of a pack's table.
type Row struct {
	// Pack is the name of the pack.
	Pack string
	// Match is what is matched: a value, a type, a code.
	Match string
	// Kind is what it means.
	Kind classify.Kind
	// OutcomeUnknown says that the operation may have been carried out.
	OutcomeUnknown bool
	// Late says that the rule is asked only where nothing further in has an opinion.
	Late bool
	// Source is where that is written down.
	Source string
}

// Sources yields the tables of all packs. The rows of the pack "syscall" are those of the
// system the program was built for.
func Sources() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for _, t := range tables() {
			for _, r := range t.rows {
				r.Pack = t.name
				if !yield(r.Row) {
					return
				}
			}
		}
	}
}

func tables() []table {
	return []table{
		contextTable, runtimeTable, execTable, sqlTable, httpTable, tlsTable, netTable, fsTable, syscallTable, decodeTable,
		timeoutsTable, postgresTable, sqliteTable, s3Table, grpcTable,
	}
}

// table is a pack with its rows.
type table struct {
	name  string
	rules []classify.Rule // that look rows up
	rows  []row
}

// row is a Row, with the rule that it is, unless a rule of the table looks it up.
type row struct {
	Row
	rule   *classify.Rule
	target error // of a row for a value
}

func (t table) pack() classify.Pack {
	rules := slices.Clone(t.rules)
	for _, r := range t.rows {
		if r.rule != nil {
			rules = append(rules, *r.rule)
		}
	}
	return classify.Pack{Name: t.name, Rules: rules}
}

// The kinds, as tables spell them.
const (
	none          = classify.NoKind
	unavailable   = classify.Unavailable
	interrupted   = classify.Interrupted
	throttled     = classify.Throttled
	timeout       = classify.Timeout
	conflict      = classify.Conflict
	missing       = classify.Missing
	exists        = classify.Exists
	invalid       = classify.Invalid
	denied        = classify.Denied
	misconfigured = classify.Misconfigured
	exhausted     = classify.Exhausted
	corrupt       = classify.Corrupt
	readOnly      = classify.ReadOnly
	hardware      = classify.Hardware
	stopped       = classify.Stopped
	bug           = classify.Bug
)

// code is a row that a rule looks up.
func code(match string, k classify.Kind, source string) row {
	return row{Row: Row{Match: match, Kind: k, Source: source}}
}

// unsure is a code whose operation may have been carried out.
func unsure(match string, k classify.Kind, source string) row {
	return row{Row: Row{Match: match, Kind: k, OutcomeUnknown: true, Source: source}}
}

// is is a row for a value.
func is(match string, target error, k classify.Kind, source string) row {
	rule := classify.KindIs(match, target, k)
	return row{Row: Row{Match: match, Kind: k, Source: source}, rule: &rule, target: target}
}

// cutOff is a row for a value that ends an operation which may have been carried out.
func cutOff(match string, target error, k classify.Kind, source string) row {
	r := unsure(match, k, source)
	rule := classify.KindIs(match, target, r.finding())
	r.rule, r.target = &rule, target
	return r
}

// on is a row for a type.
func on[E error](match string, k classify.Kind, source string) row {
	rule := classify.KindOn[E](match, k)
	return row{Row: Row{Match: match, Kind: k, Source: source}, rule: &rule}
}

// late is a row for a type that carries another error, which speaks first.
func late[E error](match string, k classify.Kind, source string) row {
	rule := classify.KindCapability(match, func(E) classify.Finding { return classify.Finding{Kind: k} })
	return row{Row: Row{Match: match, Kind: k, Late: true, Source: source}, rule: &rule}
}

// from is a pack with one rule, for errors of a type that the table of a pack is about.
func from[E error](name string, f func(E) classify.Finding) classify.Pack {
	typ := reflect.TypeFor[E]().String()
	return classify.Pack{Name: name + " of " + typ, Rules: []classify.Rule{classify.KindFunc(typ, f)}}
}

// finding is what a row found says.
func (r row) finding() classify.Finding {
	return classify.Finding{Kind: r.Kind, OutcomeUnknown: r.OutcomeUnknown}
}

// index is a table of codes, for its rule.
type index[K comparable] map[K]classify.Finding

// find returns the finding of the first key that has one.
func (x index[K]) find(keys ...K) classify.Finding {
	for _, k := range keys {
		if f, ok := x[k]; ok {
			return f
		}
	}
	return classify.Finding{}
}

// keyed is a row of an index.
type keyed[K comparable] struct {
	key K
	row
}

// indexed splits keyed rows into what a rule needs and what a reader does. Where two names
// have one value, the first one counts.
func indexed[K comparable](in ...keyed[K]) (index[K], []row) {
	x, rows := make(index[K], len(in)), make([]row, 0, len(in))
	for _, k := range in {
		if _, twice := x[k.key]; twice {
			continue
		}
		x[k.key] = k.finding()
		rows = append(rows, k.row)
	}
	return x, rows
}
