package decide

import (
	"path"
	"strings"
)

// equivalent is a text that errors are searched for, and what to ask instead.
type equivalent struct {
	text string
	// ask is the question, with err for the error. It is made of sentinel if empty.
	ask string
	// sentinel is a variable whose text is just text, or that says it for all systems.
	sentinel string
	// exact says that the text means this only if nothing else is searched for with it.
	exact bool
	// needs is a package, or a folder of packages, that the code has to import for the text to mean this.
	needs string
}

// question returns the question about the error that is called name.
func (e *equivalent) question(name string) string {
	ask := e.ask
	if ask == "" {
		i := strings.LastIndexByte(e.sentinel, '.')
		ask = "errors.Is(err, " + path.Base(e.sentinel[:i]) + e.sentinel[i:] + ")"
	}
	return strings.Replace(ask, "(err", "("+name, 1)
}

// equivalent returns the best equivalent of what is searched for.
func (f *finder) equivalent(needles []string) (*equivalent, string, bool) {
	var best *equivalent
	var which string
	consider := func(e *equivalent, needle string) {
		if best == nil || len(e.text) > len(best.text) {
			best, which = e, needle
		}
	}
	for _, needle := range needles {
		if s, ok := strings.CutPrefix(needle, sentinelMark); ok {
			return &equivalent{ask: "errors.Is(err, " + s + ")"}, needle, true
		}
		lower := strings.ToLower(needle)
		for _, e := range f.Config.Equivalents {
			if e.Text != "" && strings.Contains(lower, strings.ToLower(e.Text)) {
				consider(configured(e.Text, e.Is), needle)
			}
		}
		for i := range equivalents {
			e := &equivalents[i]
			text := strings.ToLower(e.text)
			if strings.Contains(lower, text) && (!e.exact || strings.Trim(lower, " :.") == text) && (e.needs == "" || f.imports(e.needs)) {
				consider(e, needle)
			}
		}
	}
	return best, which, best != nil
}

// configured returns what a user said: a variable or a function by its full name.
func configured(text, is string) *equivalent {
	i := strings.LastIndexByte(is, '.')
	if i < 0 {
		return &equivalent{text: text, ask: is}
	}
	if name := is[i+1:]; strings.HasPrefix(strings.ToLower(name), "err") || strings.ToUpper(name) == name {
		return &equivalent{text: text, sentinel: is}
	}
	return &equivalent{text: text, ask: path.Base(is[:i]) + is[i:] + "(err)"}
}

// equivalents are the texts of the standard library, of the system, and of widely used modules.
var equivalents = []equivalent{
	// Files.
	{text: "permission denied", sentinel: "io/fs.ErrPermission"},
	{text: "operation not permitted", sentinel: "io/fs.ErrPermission", exact: true, ask: "errors.Is(err, fs.ErrPermission)"},
	{text: "no such file or directory", sentinel: "io/fs.ErrNotExist"},
	{text: "no such file", ask: "errors.Is(err, fs.ErrNotExist)"},
	{text: "file does not exist", sentinel: "io/fs.ErrNotExist"},
	{text: "cannot find the file", ask: "errors.Is(err, fs.ErrNotExist)"},
	{text: "cannot find the path", ask: "errors.Is(err, fs.ErrNotExist)"},
	{text: "file exists", ask: "errors.Is(err, fs.ErrExist)"},
	{text: "file already exists", sentinel: "io/fs.ErrExist"},
	{text: "file already closed", sentinel: "io/fs.ErrClosed"},
	{text: "is a directory", ask: "errors.Is(err, syscall.EISDIR)", exact: true},
	{text: "not a directory", sentinel: "syscall.ENOTDIR", exact: true},
	{text: "directory not empty", sentinel: "syscall.ENOTEMPTY"},
	{text: "cross-device link", ask: "errors.Is(err, syscall.EXDEV)"},
	{text: "read-only file system", sentinel: "syscall.EROFS"},
	{text: "no space left on device", sentinel: "syscall.ENOSPC"},
	{text: "no space left", ask: "errors.Is(err, syscall.ENOSPC)"},
	{text: "disk quota exceeded", sentinel: "syscall.EDQUOT"},
	{text: "too many open files", ask: "errors.Is(err, syscall.EMFILE)"},
	{text: "file name too long", sentinel: "syscall.ENAMETOOLONG"},
	{text: "too many levels of symbolic links", sentinel: "syscall.ELOOP"},
	{text: "text file busy", sentinel: "syscall.ETXTBSY"},
	{text: "device or resource busy", sentinel: "syscall.EBUSY"},
	{text: "inappropriate ioctl for device", sentinel: "syscall.ENOTTY"},
	{text: "bad file descriptor", sentinel: "syscall.EBADF"},
	{text: "stale nfs file handle", sentinel: "syscall.ESTALE"},
	{text: "input/output error", sentinel: "syscall.EIO", exact: true},

	// Processes.
	{text: "process already finished", ask: "errors.Is(err, os.ErrProcessDone)"},
	{text: "os: process already finished", sentinel: "os.ErrProcessDone"},
	{text: "no such process", sentinel: "syscall.ESRCH"},
	{text: "no child processes", sentinel: "syscall.ECHILD"},
	{text: "executable file not found", ask: "errors.Is(err, exec.ErrNotFound)"},
	{text: "argument list too long", sentinel: "syscall.E2BIG"},
	{text: "exec format error", sentinel: "syscall.ENOEXEC"},
	{text: "exit status ", ask: "errors.As(err, *exec.ExitError) for its ExitCode"},
	{text: "signal: killed", ask: "errors.As(err, *exec.ExitError) for its ProcessState"},
	{text: "signal: terminated", ask: "errors.As(err, *exec.ExitError) for its ProcessState"},
	{text: "signal: interrupt", ask: "errors.As(err, *exec.ExitError) for its ProcessState"},
	{text: "resource temporarily unavailable", sentinel: "syscall.EAGAIN"},
	{text: "interrupted system call", sentinel: "syscall.EINTR"},
	{text: "cannot allocate memory", sentinel: "syscall.ENOMEM"},
	{text: "function not implemented", sentinel: "syscall.ENOSYS"},
	{text: "operation not supported", ask: "errors.Is(err, errors.ErrUnsupported)"},
	{text: "unsupported operation", sentinel: "errors.ErrUnsupported"},

	// Networks.
	{text: "connection refused", sentinel: "syscall.ECONNREFUSED"},
	{text: "actively refused it", ask: "errors.Is(err, syscall.ECONNREFUSED)"},
	{text: "connection reset", ask: "errors.Is(err, syscall.ECONNRESET)"},
	{text: "connection reset by peer", sentinel: "syscall.ECONNRESET"},
	{text: "forcibly closed by the remote host", ask: "errors.Is(err, syscall.ECONNRESET)"},
	{text: "connection aborted", ask: "errors.Is(err, syscall.ECONNABORTED)"},
	{text: "software caused connection abort", sentinel: "syscall.ECONNABORTED"},
	{text: "broken pipe", sentinel: "syscall.EPIPE"},
	{text: "address already in use", sentinel: "syscall.EADDRINUSE"},
	{text: "only one usage of each socket address", ask: "errors.Is(err, syscall.EADDRINUSE)"},
	{text: "cannot assign requested address", sentinel: "syscall.EADDRNOTAVAIL"},
	{text: "network is unreachable", sentinel: "syscall.ENETUNREACH"},
	{text: "network is down", sentinel: "syscall.ENETDOWN"},
	{text: "no route to host", sentinel: "syscall.EHOSTUNREACH"},
	{text: "host is down", sentinel: "syscall.EHOSTDOWN"},
	{text: "connection timed out", sentinel: "syscall.ETIMEDOUT"},
	{text: "transport endpoint is not connected", sentinel: "syscall.ENOTCONN"},
	{text: "message too long", sentinel: "syscall.EMSGSIZE"},
	{text: "use of closed network connection", sentinel: "net.ErrClosed"},
	{text: "use of closed", ask: "errors.Is(err, net.ErrClosed)"},
	{text: "i/o timeout", sentinel: "os.ErrDeadlineExceeded"},
	{text: "no such host", ask: "errors.As(err, *net.DNSError) for its IsNotFound"},
	{text: "server misbehaving", ask: "errors.As(err, *net.DNSError) for its IsTemporary"},
	{text: "temporary failure in name resolution", ask: "errors.As(err, *net.DNSError) for its IsTemporary"},
	{text: "tls handshake timeout", ask: "errors.As(err, net.Error) for its Timeout"},
	{text: "client.timeout exceeded", ask: "errors.Is(err, context.DeadlineExceeded), or errors.As for Timeout"},
	{text: "timeout awaiting response headers", ask: "errors.As(err, net.Error) for its Timeout"},
	{text: "request canceled", ask: "errors.Is(err, context.Canceled)"},
	{text: "missing port in address", ask: "errors.As(err, *net.AddrError)"},
	{text: "too many colons in address", ask: "errors.As(err, *net.AddrError)"},
	{text: "x509: certificate signed by unknown authority", ask: "errors.As(err, x509.UnknownAuthorityError)"},
	{text: "certificate signed by unknown authority", ask: "errors.As(err, x509.UnknownAuthorityError)"},
	{text: "certificate has expired", ask: "errors.As(err, x509.CertificateInvalidError) for its Reason"},
	{text: "x509: ", ask: "errors.As(err, *tls.CertificateVerificationError)"},
	{text: "first record does not look like a tls handshake", ask: "errors.As(err, tls.RecordHeaderError)"},
	{text: "remote error: tls:", ask: "errors.As(err, tls.AlertError)"},
	{text: "http: request body too large", ask: "errors.As(err, *http.MaxBytesError)"},
	{text: "request body too large", ask: "errors.As(err, *http.MaxBytesError)"},
	{text: "http: Server closed", sentinel: "net/http.ErrServerClosed"},
	{text: "http: named cookie not present", sentinel: "net/http.ErrNoCookie"},
	{text: "http: no such file", sentinel: "net/http.ErrMissingFile"},
	{text: "net/http: abort Handler", sentinel: "net/http.ErrAbortHandler"},
	{text: "server gave HTTP response to HTTPS client", ask: "errors.As(err, tls.RecordHeaderError), or errors.Is with http.ErrSchemeMismatch"},

	// Readers and contexts.
	{text: "EOF", sentinel: "io.EOF", exact: true},
	{text: "unexpected EOF", sentinel: "io.ErrUnexpectedEOF"},
	{text: "short write", sentinel: "io.ErrShortWrite"},
	{text: "short buffer", sentinel: "io.ErrShortBuffer"},
	{text: "multiple Read calls return no data or error", sentinel: "io.ErrNoProgress"},
	{text: "io: read/write on closed pipe", sentinel: "io.ErrClosedPipe"},
	{text: "read/write on closed pipe", ask: "errors.Is(err, io.ErrClosedPipe)"},
	{text: "bufio.Scanner: token too long", sentinel: "bufio.ErrTooLong"},
	{text: "context canceled", sentinel: "context.Canceled"},
	{text: "operation was canceled", ask: "errors.Is(err, context.Canceled)"},
	{text: "context cancelled", ask: "errors.Is(err, context.Canceled)"},
	{text: "context deadline exceeded", sentinel: "context.DeadlineExceeded"},
	{text: "deadline exceeded", ask: "errors.Is(err, context.DeadlineExceeded)", exact: true},

	// Formats.
	{text: "invalid syntax", ask: "errors.Is(err, strconv.ErrSyntax)", exact: true},
	{text: "value out of range", ask: "errors.Is(err, strconv.ErrRange)"},
	{text: "unexpected end of JSON input", ask: "errors.As(err, *json.SyntaxError)"},
	{text: "json: cannot unmarshal", ask: "errors.As(err, *json.UnmarshalTypeError)"},
	{text: "zip: not a valid zip file", sentinel: "archive/zip.ErrFormat"},
	{text: "gzip: invalid header", sentinel: "compress/gzip.ErrHeader"},
	{text: "gzip: invalid checksum", sentinel: "compress/gzip.ErrChecksum"},
	{text: "archive/tar: invalid tar header", sentinel: "archive/tar.ErrHeader"},
	{text: "flag: help requested", sentinel: "flag.ErrHelp"},
	{text: "pflag: help requested", sentinel: "github.com/spf13/pflag.ErrHelp", needs: "github.com/spf13/pflag"},
	{text: "image: unknown format", sentinel: "image.ErrFormat"},
	{text: "crypto/rsa: verification error", sentinel: "crypto/rsa.ErrVerification"},

	// Databases.
	{text: "sql: no rows in result set", sentinel: "database/sql.ErrNoRows"},
	{text: "no rows in result set", ask: "errors.Is(err, sql.ErrNoRows)"},
	{text: "sql: transaction has already been committed or rolled back", sentinel: "database/sql.ErrTxDone"},
	{text: "sql: connection is already closed", sentinel: "database/sql.ErrConnDone"},
	{text: "driver: bad connection", sentinel: "database/sql/driver.ErrBadConn"},
	{text: "duplicate key value", ask: "errors.As(err, *pgconn.PgError) for its Code 23505", needs: "github.com/jackc"},
	{text: "duplicate key value", ask: "errors.As(err, *pq.Error) for its Code 23505", needs: "github.com/lib/pq"},
	{text: "duplicate entry", ask: "errors.As(err, *mysql.MySQLError) for its Number 1062", needs: "github.com/go-sql-driver/mysql"},
	{text: "UNIQUE constraint failed", ask: "errors.As(err, sqlite3.Error) for its ExtendedCode", needs: "github.com/mattn/go-sqlite3"},
	{text: "database is locked", ask: "errors.As(err, sqlite3.Error) for its Code", needs: "github.com/mattn/go-sqlite3"},
	{text: "record not found", sentinel: "gorm.io/gorm.ErrRecordNotFound", needs: "gorm.io/gorm"},
	{text: "redis: nil", ask: "errors.Is(err, redis.Nil)", needs: "github.com/redis/go-redis"},
	{text: "redis: nil", ask: "errors.Is(err, redis.Nil)", needs: "github.com/go-redis/redis"},
	{text: "redigo: nil returned", ask: "errors.Is(err, redis.ErrNil)", needs: "github.com/gomodule/redigo"},
	{text: "mongo: no documents in result", ask: "errors.Is(err, mongo.ErrNoDocuments)", needs: "go.mongodb.org/mongo-driver"},
	{text: "duplicate key error", ask: "mongo.IsDuplicateKeyError(err)", needs: "go.mongodb.org/mongo-driver"},
	{text: "leveldb: not found", sentinel: "github.com/syndtr/goleveldb/leveldb.ErrNotFound", needs: "github.com/syndtr/goleveldb"},
	{text: "required revision has been compacted", ask: "errors.Is(err, rpctypes.ErrCompacted)", needs: "go.etcd.io/etcd"},

	// Services. Their texts are general: they count only beside the package that has the question.
	{text: "not found", ask: "apierrors.IsNotFound(err)", needs: "k8s.io/apimachinery/pkg/api/errors"},
	{text: "already exists", ask: "apierrors.IsAlreadyExists(err)", needs: "k8s.io/apimachinery/pkg/api/errors"},
	{text: "the object has been modified", ask: "apierrors.IsConflict(err)"},
	{text: "optimistic lock", ask: "apierrors.IsConflict(err)", needs: "k8s.io/apimachinery/pkg/api/errors"},
	{text: "is forbidden", ask: "apierrors.IsForbidden(err)", needs: "k8s.io/apimachinery/pkg/api/errors"},
	{text: "forbidden", ask: "apierrors.IsForbidden(err)", needs: "k8s.io/apimachinery/pkg/api/errors"},
	{text: "unauthorized", ask: "apierrors.IsUnauthorized(err)", needs: "k8s.io/apimachinery/pkg/api/errors"},
	{text: "is invalid", ask: "apierrors.IsInvalid(err)", needs: "k8s.io/apimachinery/pkg/api/errors"},
	{text: "too many requests", ask: "apierrors.IsTooManyRequests(err)", needs: "k8s.io/apimachinery/pkg/api/errors"},
	{text: "no matches for kind", ask: "meta.IsNoMatchError(err)", needs: "k8s.io/apimachinery"},
	{text: "could not find the requested resource", ask: "apierrors.IsNotFound(err)"},
	{text: "release: not found", ask: "errors.Is(err, driver.ErrReleaseNotFound)", needs: "helm.sh/helm"},
	{text: "has no deployed releases", ask: "errors.Is(err, driver.ErrNoDeployedReleases)", needs: "helm.sh/helm"},
	{text: "no such container", ask: "cerrdefs.IsNotFound(err)", needs: "github.com/docker/docker"},
	{text: "no such image", ask: "cerrdefs.IsNotFound(err)", needs: "github.com/docker/docker"},
	{text: "no such network", ask: "cerrdefs.IsNotFound(err)", needs: "github.com/docker/docker"},
	{text: "no such volume", ask: "cerrdefs.IsNotFound(err)", needs: "github.com/docker/docker"},
	{text: "cannot connect to the docker daemon", ask: "client.IsErrConnectionFailed(err)", needs: "github.com/docker/docker"},
	{text: "not found", ask: "errdefs.IsNotFound(err)", exact: true, needs: "github.com/containerd/errdefs"},
	{text: "already exists", ask: "errdefs.IsAlreadyExists(err)", exact: true, needs: "github.com/containerd/errdefs"},
	{text: "already up-to-date", ask: "errors.Is(err, git.NoErrAlreadyUpToDate)", needs: "github.com/go-git/go-git"},
	{text: "reference not found", ask: "errors.Is(err, plumbing.ErrReferenceNotFound)", needs: "github.com/go-git/go-git"},
	{text: "repository not found", ask: "errors.Is(err, transport.ErrRepositoryNotFound)", needs: "github.com/go-git/go-git"},
	{text: "remote repository is empty", ask: "errors.Is(err, transport.ErrEmptyRemoteRepository)", needs: "github.com/go-git/go-git"},
	{text: "authentication required", ask: "errors.Is(err, transport.ErrAuthenticationRequired)", needs: "github.com/go-git/go-git"},
	{text: "repository does not exist", ask: "errors.Is(err, git.ErrRepositoryNotExists)", needs: "github.com/go-git/go-git"},
	{text: "repository already exists", ask: "errors.Is(err, git.ErrRepositoryAlreadyExists)", needs: "github.com/go-git/go-git"},
	{text: "websocket: close", ask: "websocket.IsCloseError(err)", needs: "github.com/gorilla/websocket"},
	{text: "token is expired", ask: "errors.Is(err, jwt.ErrTokenExpired)", needs: "github.com/golang-jwt/jwt"},
	{text: "hashedPassword is not the hash", ask: "errors.Is(err, bcrypt.ErrMismatchedHashAndPassword)", needs: "golang.org/x/crypto/bcrypt"},
	{text: "knownhosts: key is unknown", ask: "errors.As(err, *knownhosts.KeyError)", needs: "golang.org/x/crypto/ssh/knownhosts"},
	{text: "NoSuchKey", ask: "errors.As(err, *types.NoSuchKey), or smithy.APIError for its ErrorCode", needs: "github.com/aws/aws-sdk-go-v2"},
	{text: "NoSuchBucket", ask: "errors.As(err, *types.NoSuchBucket), or smithy.APIError for its ErrorCode", needs: "github.com/aws/aws-sdk-go-v2"},
	{text: "AccessDenied", ask: "errors.As(err, smithy.APIError) for its ErrorCode", needs: "github.com/aws/aws-sdk-go-v2"},
	{text: "Throttling", ask: "errors.As(err, smithy.APIError) for its ErrorCode", needs: "github.com/aws/aws-sdk-go-v2"},
	{text: "NotFoundException", ask: "errors.As(err, smithy.APIError) for its ErrorCode", needs: "github.com/aws/aws-sdk-go-v2"},
	{text: "AlreadyExistsException", ask: "errors.As(err, smithy.APIError) for its ErrorCode", needs: "github.com/aws/aws-sdk-go-v2"},
	{text: "NoSuchKey", ask: "errors.As(err, awserr.Error) for its Code", needs: "github.com/aws/aws-sdk-go/aws/awserr"},
	{text: "AccessDenied", ask: "errors.As(err, awserr.Error) for its Code", needs: "github.com/aws/aws-sdk-go/aws/awserr"},
	{text: "googleapi: Error ", ask: "errors.As(err, *googleapi.Error) for its Code", needs: "google.golang.org/api"},
	{text: "storage: object doesn't exist", ask: "errors.Is(err, storage.ErrObjectNotExist)", needs: "cloud.google.com/go/storage"},
	{text: "storage: bucket doesn't exist", ask: "errors.Is(err, storage.ErrBucketNotExist)", needs: "cloud.google.com/go/storage"},
	{text: "LDAP Result Code", ask: "ldap.IsErrorWithCode(err, ...)", needs: "github.com/go-ldap/ldap"},

	// gRPC.
	{text: "code = NotFound", ask: "status.Code(err) == codes.NotFound"},
	{text: "code = AlreadyExists", ask: "status.Code(err) == codes.AlreadyExists"},
	{text: "code = Unavailable", ask: "status.Code(err) == codes.Unavailable"},
	{text: "code = Canceled", ask: "status.Code(err) == codes.Canceled"},
	{text: "code = DeadlineExceeded", ask: "status.Code(err) == codes.DeadlineExceeded"},
	{text: "code = PermissionDenied", ask: "status.Code(err) == codes.PermissionDenied"},
	{text: "code = Unauthenticated", ask: "status.Code(err) == codes.Unauthenticated"},
	{text: "code = ResourceExhausted", ask: "status.Code(err) == codes.ResourceExhausted"},
	{text: "code = InvalidArgument", ask: "status.Code(err) == codes.InvalidArgument"},
	{text: "code = FailedPrecondition", ask: "status.Code(err) == codes.FailedPrecondition"},
	{text: "code = Unimplemented", ask: "status.Code(err) == codes.Unimplemented"},
	{text: "code = ", ask: "status.Code(err)", needs: "google.golang.org/grpc"},
	{text: "rpc error", ask: "status.FromError(err)", needs: "google.golang.org/grpc"},
	{text: "transport is closing", ask: "status.Code(err) == codes.Unavailable", needs: "google.golang.org/grpc"},
}
