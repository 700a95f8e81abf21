package score

import (
	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/roles"
)

// place says where a role meets the values of an edge of the corpus. The corpus names some by their
// transport, which is no edge: what is behind it is.
type place struct {
	edge string   // of the corpus
	role string   // "" for every role
	at   []string // edges of the role; none: it has no such edge
	why  string
}

var places = []place{
	{"self", "", []string{classify.Self}, "came through no dependency"},
	{"local-disk", "", []string{roles.LocalDisk}, "the own disk"},
	{"process", "local-executor", []string{roles.Process}, "runs steps"},
	{"process", "queue-runner", nil, "runs no processes"},
	{"process", "builder", []string{roles.Process}, "runs steps"},
	{"network", "local-executor", nil, "talks to nobody"},
	{"network", "queue-runner", []string{roles.Builders}, "what is behind it and may be gone any time is a builder; at the database the rows pg-* say what holds"},
	{"network", "builder", []string{roles.Scheduler, roles.CAS}, "these two are what it talks to"},
	{"self-listen", "local-executor", nil, "serves nobody"},
	{"self-listen", "", []string{roles.Listen}, "its own socket"},
	{"http-api", "local-executor", nil, "talks to nobody"},
	{"http-api", "", []string{roles.API}, "another service"},
	{"config", "", []string{roles.Config}, "read at the start"},
	{"peer-message", "local-executor", nil, "talks to nobody"},
	{"peer-message", "", []string{roles.PeerMessage}, "what peers send"},
	{"grpc-peer", "local-executor", nil, "talks to nobody"},
	{"grpc-peer", "queue-runner", []string{roles.Builders}, "its peers are builders"},
	{"grpc-peer", "builder", []string{roles.Scheduler, roles.CAS}, "these two are its peers"},
	{"dest-store", "queue-runner", []string{roles.Destination}, "publishes"},
	{"dest-store", "", nil, "does not publish"},
	{"sqlite", "queue-runner", nil, "has no index in files"},
	{"sqlite", "", []string{roles.Index}, "the index of the store"},
	{"db", "queue-runner", []string{roles.DB}, "its queue"},
	{"db", "", nil, "has no database server"},
	{"input-data", "", []string{roles.InputData}, "data of an item"},
	{"cas", "", []string{roles.CAS}, "the store of blobs"},
	{"builder", "queue-runner", []string{roles.Builders}, "its workers"},
	{"builder", "", nil, "has no workers"},
	{"broker", "queue-runner", []string{roles.DB}, "where a queue lives in a broker, the broker is to it what the database is here"},
	{"broker", "", nil, "has no queue"},
	{"cache", "queue-runner", []string{roles.Destination}, "a side effect, as publishing is"},
	{"cache", "", nil, "has no such cache"},
	{"telemetry", "queue-runner", []string{roles.Destination}, "a side effect, as publishing is"},
	{"telemetry", "", nil, "sends none"},
	{"notify", "queue-runner", []string{roles.Destination}, "a side effect, as publishing is"},
	{"notify", "", nil, "notifies nobody"},
	{"container", "", nil, "starts steps without a container engine"},
	{"source", "", nil, "fetches no sources"},
}

// at overrides places for single rows, whose edge is then "".
var at = map[string][]place{
	"fs-enoent-output": {
		{"", "local-executor", []string{roles.Process}, "it is the step that did not write it"},
		{"", "builder", []string{roles.Process}, "it is the step that did not write it"},
		{"", "queue-runner", nil, "runs no steps"},
	},
}

// find returns the place of a row for a role.
func find(id, edge, role string) (p place, ok bool) {
	for _, p := range at[id] {
		if p.role == role {
			return p, true
		}
	}
	for _, p := range places {
		if p.edge == edge && (p.role == role || p.role == "") {
			return p, true
		}
	}
	return place{}, false
}

// mark is what a caller says that the value cannot.
type mark struct {
	decisions map[string]classify.Decision // by role
	why       string
}

// killedByOthers is for a process that somebody else ended: it is nobody's fault, and the work goes on elsewhere if there is one.
var killedByOthers = map[string]classify.Decision{
	"local-executor": classify.RetryHere, "queue-runner": classify.RetryElsewhere, "builder": classify.RetryElsewhere,
}

func everywhere(d classify.Decision) map[string]classify.Decision {
	return map[string]classify.Decision{"local-executor": d, "queue-runner": d, "builder": d}
}

// marks are the rows whose note says that the value alone does not tell (who killed,
// whether we are stopping, what was intended). Each is marked as the caller would who knows.
var marks = map[string]mark{
	"exec-sigkill-foreign": {killedByOthers, "the executor did not send this kill"},
	"exec-sigterm-foreign": {killedByOthers, "the executor did not send this signal"},
	"exec-ctx-timeout":     {everywhere(classify.Fail), "the executor sent this kill, because the step's time was up"},
	"ssh-killed":           {killedByOthers, "nobody here asked for this kill"},
	"sqlite-unique":        {map[string]classify.Decision{"builder": classify.Drop}, "the insert was meant as insert-if-absent; an executor has nothing to drop and leaves it to its table"},
	"sql-norows":           {everywhere(classify.Drop), "the row may have been deleted meanwhile: a probe"},
	"pg-norows":            {everywhere(classify.Drop), "the row may have been deleted meanwhile: a probe"},
	"mongo-norows":         {everywhere(classify.Drop), "the document may have been deleted meanwhile: a probe"},
	"s3-head-404":          {everywhere(classify.Drop), "a HEAD is a probe: absent is an answer"},
	"minio-nosuchkey":      {everywhere(classify.Drop), "a HEAD is a probe: absent is an answer"},
	"redis-nil":            {everywhere(classify.Drop), "a lookup is a probe: absent is an answer"},
	"memcache-miss":        {everywhere(classify.Drop), "a lookup is a probe: absent is an answer"},
	"http-status-404":      {everywhere(classify.Drop), "asked whether it is there: absent is an answer"},
	"k8s-not-found":        {everywhere(classify.Drop), "asked whether it is there: absent is an answer"},
	"k8s-already-exists":   {everywhere(classify.Drop), "the create was meant as create-if-absent"},
	"s3-412-precondition":  {everywhere(classify.Drop), "the upload was meant as put-if-absent"},
	"net-closed-local":     {everywhere(classify.Cancelled), "we are stopping, and closed it"},
	"net-listener-closed":  {everywhere(classify.Cancelled), "we are stopping, and closed it"},
	"grpc-conn-closed":     {everywhere(classify.Cancelled), "we are stopping, and closed it"},
}

// gone are the rows whose requester has given up: its context is what was already done.
var gone = map[string]string{
	"pg-ctx-already-done": "the context that the call was given is the requester's",
}
