package libraries

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/gorilla/websocket"
	"github.com/twmb/franz-go/pkg/kerr"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
	"golang.org/x/oauth2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	kubernetes "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// tested is one edge with packs in front of the standard ones, and the rules that decided.
type tested struct {
	*classify.Policy
	decided map[string]bool
}

// policy returns that edge. At the end of the test each of the packs must have decided something.
func policy(t *testing.T, first []classify.Pack) *tested {
	t.Helper()
	decided := map[string]bool{}
	t.Cleanup(func() {
		for _, p := range first {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(decided)), func(rule string) bool { return strings.HasPrefix(rule, p.Name+": ") }) {
				t.Errorf("pack %s decided nothing", p.Name)
			}
		}
	})
	role := classify.Role{
		Name: "test", Can: classify.SetOf(classify.Cancelled, classify.RetryHere, classify.Fatal), Default: classify.Fatal,
		Edges: []classify.Edge{{Name: "x", Packs: packs.Standard, Do: classify.Every(classify.RetryHere)}},
	}
	return &tested{classify.Must(classify.New(Before(role, "x", first...))), decided}
}

// says holds a pack to one value.
func says(t *testing.T, p *tested, err error, want classify.Finding) {
	t.Helper()
	v := p.Classify(t.Context(), classify.Dep("x", fmt.Errorf("layer: %w", err)))
	p.decided[v.Explain().Rule] = true
	if got := (classify.Finding{Kind: v.Kind, After: v.After, OutcomeUnknown: v.OutcomeUnknown}); got != want {
		t.Errorf("%v says %+v, want %+v: %s", err, got, want, v.Explain())
	}
}

// each makes a value for every row of a table: the row decides about it, there is no second one, and it has a source.
func each[K comparable](t *testing.T, p *tested, rows table[K], value func(K) error) {
	t.Helper()
	seen := map[K]bool{}
	for _, r := range rows {
		if seen[r.says] {
			t.Errorf("two rows for %v", r.says)
		}
		seen[r.says] = true
		if r.source == "" {
			t.Errorf("no source for %v", r.says)
		}
		says(t, p, value(r.says), r.means)
	}
}

func itself(err error) error { return err }

func TestMySQL(t *testing.T) {
	p := policy(t, MySQL)
	each(t, p, mysqlNumbers, func(n uint16) error { return &mysql.MySQLError{Number: n} })
	each(t, p, mysqlValues, itself)
	says(t, p, &mysql.MySQLError{Number: 9999, SQLState: [5]byte([]byte("40001"))}, conflict)
}

func TestMongo(t *testing.T) {
	p := policy(t, Mongo)
	each(t, p, mongoCodes, func(c int32) error { return mongo.CommandError{Code: c} })
	each(t, p, mongoLabels, func(l string) error { return mongo.CommandError{Code: 112, Labels: []string{l}} })
	each(t, p, mongoValues, itself)
	says(t, p, topology.ServerSelectionError{Wrapped: context.DeadlineExceeded}, unavailable)
	writes := func(codes ...int) (e mongo.WriteException) {
		for _, c := range codes {
			e.WriteErrors = append(e.WriteErrors, mongo.WriteError{Code: c})
		}
		return e
	}
	says(t, p, writes(11000, 11001), exists)
	says(t, p, writes(11000, 14031), classify.Finding{})
	says(t, p, writes(), classify.Finding{})
}

func TestEtcd(t *testing.T) {
	p := policy(t, Etcd)
	each(t, p, etcdValues, itself)
	// For each code a value of the library's that has no row of its own; with a message of our own rpctypes.Error would not make one.
	others := map[codes.Code]error{
		codes.InvalidArgument: rpctypes.ErrGRPCRequestTooLarge, codes.OutOfRange: rpctypes.ErrGRPCFutureRev,
		codes.NotFound: rpctypes.ErrGRPCMemberNotFound, codes.PermissionDenied: rpctypes.ErrGRPCPermissionDenied,
		codes.ResourceExhausted: rpctypes.ErrGRPCNoSpace, codes.FailedPrecondition: rpctypes.ErrGRPCClusterIDMismatch, codes.Unavailable: rpctypes.ErrGRPCNoLeader,
		codes.DataLoss: rpctypes.ErrGRPCCorrupt, codes.Unauthenticated: rpctypes.ErrGRPCInvalidAuthToken,
	}
	for c, want := range others {
		e, ok := errors.AsType[rpctypes.EtcdError](rpctypes.Error(want))
		if !ok || e.Code() != c || status.Code(want) != c {
			t.Errorf("%v is %T with code %v", want, rpctypes.Error(want), e.Code())
		}
		says(t, p, e, etcdCode(c))
	}
	says(t, p, status.Error(codes.DeadlineExceeded, "m"), unsure(timeout))
	for _, r := range etcdCodes {
		if others[r.says] == nil {
			t.Errorf("no value has code %v", r.says)
		}
	}
}

func TestKafka(t *testing.T) {
	p := policy(t, Kafka)
	each(t, p, kafkaCodes, func(c int16) error { return kerr.TypedErrorForCode(c) })
	each(t, p, kafkaValues, itself)
	says(t, p, kerr.NotLeaderForPartition, conflict)
	says(t, p, kerr.GroupIDNotFound, classify.Finding{})
}

func TestNATS(t *testing.T) {
	each(t, policy(t, NATS), natsValues, itself)
}

func TestSSH(t *testing.T) {
	p := policy(t, SSH)
	says(t, p, &ssh.ExitError{}, invalid)
	says(t, p, &ssh.ExitMissingError{}, unsure(interrupted))
	says(t, p, &ssh.AlgorithmNegotiationError{}, misconfigured)
	says(t, p, &knownhosts.KeyError{}, misconfigured)
	says(t, p, &knownhosts.RevokedError{}, denied)
	each(t, p, sshReasons, func(r ssh.RejectionReason) error { return &ssh.OpenChannelError{Reason: r} })
	for _, r := range sshSignals { // of which only a session makes an error
		if got := ended(r.says); got != r.means {
			t.Errorf("signal %s says %+v, want %+v", r.says, got, r.means)
		}
	}
}

func TestWebSocket(t *testing.T) {
	p := policy(t, WebSocket)
	each(t, p, closeCodes, func(c int) error { return &websocket.CloseError{Code: c} })
	each(t, p, websocketValues, itself)
	says(t, p, &websocket.CloseError{Code: 4000}, classify.Finding{})
}

func TestKubernetes(t *testing.T) {
	p := policy(t, Kubernetes)
	each(t, p, kubernetesReasons, func(r metav1.StatusReason) error {
		return &kubernetes.StatusError{ErrStatus: metav1.Status{Reason: r}}
	})
	says(t, p, kubernetes.NewTooManyRequests("m", 2), classify.Finding{Kind: classify.Throttled, After: 2 * time.Second})
	wait := &metav1.StatusDetails{RetryAfterSeconds: 3}
	says(t, p, &kubernetes.StatusError{ErrStatus: metav1.Status{Code: 503, Details: wait}}, classify.Finding{Kind: classify.Unavailable, After: 3 * time.Second})
}

func TestOAuth2(t *testing.T) {
	p := policy(t, OAuth2)
	each(t, p, oauthCodes, func(c string) error {
		return &oauth2.RetrieveError{ErrorCode: c, Response: &http.Response{StatusCode: 400}}
	})
	says(t, p, &oauth2.RetrieveError{Response: &http.Response{StatusCode: 503, Header: http.Header{"Retry-After": {"4"}}}}, classify.Finding{Kind: classify.Unavailable, After: 4 * time.Second})
	says(t, p, &oauth2.RetrieveError{}, classify.Finding{})
}

func TestBefore(t *testing.T) {
	role := classify.Role{Name: "r", Edges: []classify.Edge{{Name: "a", Packs: packs.Standard}}}
	got := Before(role, "a", NATS...)
	if len(role.Edges[0].Packs) != len(packs.Standard) || got.Edges[0].Packs[0].Name != "nats" {
		t.Error("the role that was given changed, or the other one did not")
	}
	defer func() {
		if recover() == nil {
			t.Error("no edge b, and no panic")
		}
	}()
	Before(role, "b")
}
