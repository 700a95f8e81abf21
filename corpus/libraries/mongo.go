package libraries

import (
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"github.com/holdfast-go/holdfast/classify"
)

// Mongo is for go.mongodb.org/mongo-driver. It belongs before the pack for contexts: what finds no server ends
// in a context.DeadlineExceeded of the driver's own.
//
// A bulk write has several codes. Where they mean different things, there is no opinion.
var Mongo = []classify.Pack{{Name: "mongo", Rules: append([]classify.Rule{
	classify.KindFunc("labels", func(e mongo.LabeledError) classify.Finding {
		for _, r := range mongoLabels {
			if e.HasErrorLabel(r.says) {
				return r.means
			}
		}
		return classify.Finding{}
	}),
	classify.KindFunc("codes", func(e mongo.ServerError) classify.Finding {
		var all classify.Finding
		for i, code := range e.ErrorCodes() {
			f := mongoCode(int32(code))
			if i > 0 && f != all {
				return classify.Finding{}
			}
			all = f
		}
		return all
	}),
	classify.KindOn[topology.ServerSelectionError]("server selection", classify.Unavailable),
}, sentinels(mongoValues)...)}}

// A label says more than the code: what can be done.
var mongoLabels = table[string]{
	{"UnknownTransactionCommitResult", unsure(interrupted), "MongoDB, Transactions specification"},
	{"TransientTransactionError", conflict, "MongoDB, Transactions specification: the whole transaction can be tried again"},
}

var mongoCode = mongoCodes.index()

// Found in MongoDB, Error Codes (src/mongo/base/error_codes.yml) by the name.
var mongoCodes = table[int32]{
	{11000, exists, "DuplicateKey"},
	{11001, exists, "an older DuplicateKey, of updates"},
	{48, exists, "NamespaceExists"},

	{112, conflict, "WriteConflict"},
	{24, conflict, "LockTimeout"},
	{251, conflict, "NoSuchTransaction: it was aborted"},
	{10107, conflict, "NotWritablePrimary: the driver looks for the new one"},
	{13435, conflict, "NotPrimaryNoSecondaryOk: the driver looks for the new one"},
	{189, unsure(conflict), "PrimarySteppedDown: the driver looks for the new one"},
	{11602, unsure(conflict), "InterruptedDueToReplStateChange: the driver looks for the new one"},
	{50, unsure(timeout), "MaxTimeMSExpired"},
	{262, unsure(timeout), "ExceededTimeLimit"},
	{64, unsure(timeout), "WriteConcernTimeout: written, and not yet everywhere"},

	{6, unavailable, "HostUnreachable, of a mongos"},
	{7, unavailable, "HostNotFound, of a mongos"},
	{91, unsure(unavailable), "ShutdownInProgress"},
	{11600, unsure(unavailable), "InterruptedAtShutdown"},
	{89, unsure(interrupted), "NetworkTimeout, of a mongos"},
	{9001, unsure(interrupted), "SocketException, of a mongos"},
	{43, interrupted, "CursorNotFound: the server closed it"},

	{121, invalid, "DocumentValidationFailure"},
	{66, invalid, "ImmutableField"},
	{10334, invalid, "BSONObjectTooLarge"},
	{17280, invalid, "KeyTooLong"},
	{2, bug, "BadValue"},
	{9, bug, "FailedToParse"},

	{13, denied, "Unauthorized"},
	{18, misconfigured, "AuthenticationFailed"},
	{20, misconfigured, "IllegalOperation: transactions on a standalone server, for one"},
	{26, misconfigured, "NamespaceNotFound"},
	{59, misconfigured, "CommandNotFound"},
	{14031, exhausted, "OutOfDiskSpace"},
	{146, exhausted, "ExceededMemoryLimit"},
}

var mongoValues = table[error]{
	{mongo.ErrNoDocuments, missing, "mongo: ErrNoDocuments"},
	{mongo.ErrClientDisconnected, stopped, "mongo: ErrClientDisconnected, closed by this program"},
}
