package packs

import (
	"reflect"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// S3 is for stores that speak the protocol of Amazon S3, and for the clients of other AWS
// services: by the method ErrorCode, and else by the status, as in [HTTP]. Clients
// whose errors have both in fields are for [S3From].
//
// A request that the client gave up after several attempts is exhausted, whatever
// the last one met: trying again was tried. A client of one attempt leaves that to the role.
//
// Put it before [Standard], where the first packs know less of such a chain.
var S3 = s3Table.pack()

var s3Table = table{
	name: "s3",
	rules: []classify.Rule{
		classify.KindFunc("ErrorCode()", func(e interface {
			error
			ErrorCode() string
		}) classify.Finding {
			return s3Codes.find(e.ErrorCode())
		}),
		classify.KindFunc("aws", func(e wrapper) classify.Finding {
			if ask := awsErrors.of(e); ask != nil {
				return (*ask)(e)
			}
			return classify.Finding{}
		}),
		classify.KindCapability("aws, late", func(e wrapper) classify.Finding { return namedFinding(&awsLate, e) }),
		statusRule, otherStatusRule,
		classify.KindCapability("ConnectionError()", func(e interface{ ConnectionError() bool }) classify.Finding {
			return perhaps(e.ConnectionError(), interrupted)
		}),
		classify.KindCapability("CanceledError()", func(e interface{ CanceledError() bool }) classify.Finding {
			return perhaps(e.CanceledError(), stopped)
		}),
	},
	rows: concat(s3Rows, []row{
		code("github.com/aws/aws-sdk-go-v2/aws/retry.MaxAttemptsError, of more than one", exhausted, "aws/retry: MaxAttemptsError"),
		lateCode("github.com/aws/smithy-go.SerializationError", bug, "smithy: SerializationError"),
		lateUnsure("github.com/aws/smithy-go.DeserializationError", corrupt, "smithy: DeserializationError, after the request was carried out"),
		lateCode("github.com/aws/aws-sdk-go-v2/aws.EndpointNotFoundError", misconfigured, "aws: EndpointNotFoundError"),
		lateUnsure("ConnectionError() is true", interrupted, "smithy/transport/http: RequestSendError"),
		lateUnsure("CanceledError() is true", stopped, "smithy: CanceledError"),
	}),
}

// S3From is [S3] for errors of type E that have the code and the status in fields.
//
//	packs.S3From(func(e minio.ErrorResponse) (string, int) { return e.Code, e.StatusCode })
func S3From[E error](get func(E) (code string, status int)) classify.Pack {
	return from("s3", func(e E) classify.Finding {
		code, status := get(e)
		if f := s3Codes.find(code); f.Kind != none {
			return f
		}
		return ofStatus(status, func() time.Duration { return 0 })
	})
}

var (
	awsErrors = names[func(error) classify.Finding]{table: map[string]func(error) classify.Finding{
		"github.com/aws/aws-sdk-go-v2/aws/retry.MaxAttemptsError": func(err error) classify.Finding {
			attempts := reflect.Indirect(reflect.ValueOf(err)).FieldByName("Attempt")
			return when(!attempts.CanInt() || attempts.Int() > 1, exhausted)
		},
	}}
	awsLate = names[classify.Finding]{table: map[string]classify.Finding{
		"github.com/aws/smithy-go.SerializationError":            {Kind: bug},
		"github.com/aws/smithy-go.DeserializationError":          {Kind: corrupt, OutcomeUnknown: true},
		"github.com/aws/aws-sdk-go-v2/aws.EndpointNotFoundError": {Kind: misconfigured},
	}}
)

const (
	s3Doc      = "Amazon S3 API, Error responses"
	awsDoc     = "AWS, Common errors"
	awsRetries = "AWS SDKs, Retry behavior: throttling errors"
	headDoc    = "RFC 9110, 15: the answer to a HEAD has no body, and the status names it"
	minioDoc   = "MinIO, cmd/api-errors.go"
)

func s3(c string, k classify.Kind, source string) keyed[string] {
	return keyed[string]{c, code(c, k, source)}
}

func unsureS3(c string, k classify.Kind, source string) keyed[string] {
	return keyed[string]{c, unsure(c, k, source)}
}

var s3Codes, s3Rows = indexed(
	s3("NoSuchKey", missing, s3Doc),
	s3("NotFound", missing, headDoc),
	s3("NoSuchVersion", missing, s3Doc),
	s3("NoSuchUpload", missing, s3Doc),
	s3("NoSuchBucket", misconfigured, s3Doc),
	s3("BucketAlreadyExists", exists, s3Doc),
	s3("BucketAlreadyOwnedByYou", exists, s3Doc),
	s3("BucketNotEmpty", conflict, s3Doc),

	s3("PreconditionFailed", conflict, s3Doc),
	s3("OperationAborted", conflict, s3Doc),
	s3("ConditionalRequestConflict", conflict, s3Doc),
	s3("RestoreAlreadyInProgress", conflict, s3Doc),
	s3("ExpiredToken", conflict, s3Doc+": the client fetches a new one"),
	s3("ExpiredTokenException", conflict, awsDoc+": the client fetches a new one"),

	s3("SlowDown", throttled, s3Doc),
	s3("SlowDownRead", throttled, minioDoc),
	s3("SlowDownWrite", throttled, minioDoc),
	s3("Throttling", throttled, awsRetries),
	s3("ThrottlingException", throttled, awsRetries),
	s3("ThrottledException", throttled, awsRetries),
	s3("RequestThrottled", throttled, awsRetries),
	s3("RequestThrottledException", throttled, awsRetries),
	s3("TooManyRequests", throttled, "RFC 6585, 4"),
	s3("TooManyRequestsException", throttled, awsRetries),
	s3("ProvisionedThroughputExceededException", throttled, awsRetries),
	s3("TransactionInProgressException", throttled, awsRetries),
	s3("RequestLimitExceeded", throttled, awsRetries),
	s3("BandwidthLimitExceeded", throttled, awsRetries),
	s3("LimitExceededException", throttled, awsRetries),
	s3("PriorRequestNotComplete", throttled, awsRetries),
	s3("EC2ThrottledException", throttled, awsRetries),

	s3("RequestTimeout", timeout, s3Doc+": the request was not complete"),
	s3("RequestTimeoutException", timeout, "AWS SDKs, Retry behavior: transient errors"),
	s3("IncompleteBody", interrupted, s3Doc),
	s3("BadDigest", corrupt, s3Doc),
	s3("XAmzContentSHA256Mismatch", corrupt, s3Doc),
	s3("XAmzContentChecksumMismatch", corrupt, s3Doc),

	unsureS3("InternalError", unavailable, s3Doc),
	unsureS3("InternalFailure", unavailable, awsDoc),
	unsureS3("InternalServerError", unavailable, awsDoc),
	s3("ServiceUnavailable", unavailable, s3Doc),
	s3("ServiceUnavailableException", unavailable, awsDoc),
	s3("TemporaryRedirect", unavailable, s3Doc),
	s3("XMinioServerNotInitialized", unavailable, minioDoc),
	s3("XMinioStorageFull", exhausted, minioDoc),
	s3("XMinioAdminBucketQuotaExceeded", exhausted, minioDoc),
	s3("QuotaExceeded", exhausted, "Ceph, RGW: quotas"),
	s3("TooManyBuckets", exhausted, s3Doc),
	s3("ServiceQuotaExceededException", exhausted, awsDoc),

	s3("AccessDenied", denied, s3Doc),
	s3("AccessDeniedException", denied, awsDoc),
	s3("AllAccessDisabled", denied, s3Doc),
	s3("AccountProblem", denied, s3Doc),
	s3("Forbidden", denied, headDoc),

	s3("InvalidAccessKeyId", misconfigured, s3Doc),
	s3("SignatureDoesNotMatch", misconfigured, s3Doc),
	s3("InvalidToken", misconfigured, s3Doc),
	s3("InvalidSecurity", misconfigured, s3Doc),
	s3("MissingSecurityHeader", misconfigured, s3Doc),
	s3("CredentialsNotSupported", misconfigured, s3Doc),
	s3("AuthorizationHeaderMalformed", misconfigured, s3Doc),
	s3("MissingAuthenticationToken", misconfigured, awsDoc),
	s3("InvalidClientTokenId", misconfigured, awsDoc),
	s3("IncompleteSignature", misconfigured, awsDoc),
	s3("UnrecognizedClientException", misconfigured, awsDoc),
	s3("OptInRequired", misconfigured, awsDoc),
	s3("NotSignedUp", misconfigured, s3Doc),
	s3("RequestTimeTooSkewed", misconfigured, s3Doc+": a clock"),
	s3("RequestExpired", misconfigured, awsDoc+": a clock"),
	s3("InvalidBucketName", misconfigured, s3Doc),
	s3("InvalidLocationConstraint", misconfigured, s3Doc),
	s3("IllegalLocationConstraintException", misconfigured, s3Doc),
	s3("PermanentRedirect", misconfigured, s3Doc),
	s3("MethodNotAllowed", misconfigured, s3Doc),
	s3("NotImplemented", misconfigured, s3Doc),
	s3("KMS.DisabledException", misconfigured, s3Doc),
	s3("KMS.NotFoundException", misconfigured, s3Doc),

	s3("EntityTooLarge", invalid, s3Doc),
	s3("EntityTooSmall", invalid, s3Doc),
	s3("InvalidArgument", invalid, s3Doc),
	s3("InvalidDigest", invalid, s3Doc),
	s3("InvalidObjectState", invalid, s3Doc),
	s3("InvalidPart", invalid, s3Doc),
	s3("InvalidPartOrder", invalid, s3Doc),
	s3("InvalidRange", invalid, s3Doc),
	s3("InvalidRequest", invalid, s3Doc),
	s3("InvalidStorageClass", invalid, s3Doc),
	s3("InvalidTag", invalid, s3Doc),
	s3("InvalidURI", invalid, s3Doc),
	s3("KeyTooLongError", invalid, s3Doc),
	s3("MalformedXML", invalid, s3Doc),
	s3("MaxMessageLengthExceeded", invalid, s3Doc),
	s3("MetadataTooLarge", invalid, s3Doc),
	s3("MissingContentLength", invalid, s3Doc),
	s3("ValidationError", invalid, awsDoc),
	s3("ValidationException", invalid, awsDoc),
	s3("XMinioInvalidObjectName", invalid, minioDoc),
)
