package provoke

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"
	miniocredentials "github.com/minio/minio-go/v7/pkg/credentials"
)

// store returns an S3 client for the server at url.
func (e *Env) store(url string, change ...func(*s3.Options)) *s3.Client {
	// A transport of its own: with the default one the rows would share connections.
	t := http.DefaultTransport.(*http.Transport).Clone()
	e.cleanup(t.CloseIdleConnections)
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(url), Region: "us-east-1", UsePathStyle: true, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""), HTTPClient: &http.Client{Transport: t},
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
	}, change...)
}

// fake serves S3 from memory, with two empty buckets.
func (e *Env) fake() (url string) {
	backend := s3mem.New()
	check(errors.Join(backend.CreateBucket("b"), backend.CreateBucket("bucket")))
	s := httptest.NewServer(gofakes3.New(backend, gofakes3.WithLogger(gofakes3.DiscardLog())).Server())
	e.cleanup(s.Close)
	return s.URL
}

// stub serves one S3 error to every request.
func (e *Env) stub(httpStatus int, code, message string) (url string) {
	return e.web(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(httpStatus)
		_, _ = fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message)
	}).URL
}

func put(ctx context.Context, c *s3.Client, body io.Reader) error {
	_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("k"), Body: body})
	return err
}

func s3Answer(httpStatus int, code string) provocation {
	return func(ctx context.Context, e *Env) error {
		return put(ctx, e.store(e.stub(httpStatus, code, "m")), strings.NewReader("x"))
	}
}

// minio returns a MinIO client for the server at url.
func (e *Env) minio(url string) *minio.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	e.cleanup(t.CloseIdleConnections)
	return must(minio.New(strings.TrimPrefix(url, "http://"), &minio.Options{
		Creds: miniocredentials.NewStaticV4("id", "secret", ""), Region: "us-east-1", Transport: t, MaxRetries: 1,
	}))
}

func minioAnswer(httpStatus int, code string) provocation {
	return func(ctx context.Context, e *Env) error {
		return minioPut(ctx, e.minio(e.stub(httpStatus, code, "m")), "bucket")
	}
}

func minioPut(ctx context.Context, c *minio.Client, bucket string) error {
	_, err := c.PutObject(ctx, bucket, "k", strings.NewReader("x"), 1, minio.PutObjectOptions{})
	return err
}

var s3Rows = map[string]provocation{
	"s3-nosuchkey": func(ctx context.Context, e *Env) error {
		_, err := e.store(e.fake()).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("none")})
		return err
	},
	"s3-head-404": func(ctx context.Context, e *Env) error {
		_, err := e.store(e.fake()).HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("b"), Key: aws.String("none")})
		return err
	},
	"s3-nosuchbucket": func(ctx context.Context, e *Env) error {
		_, err := e.store(e.fake()).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("none"), Key: aws.String("k")})
		return err
	},
	"s3-403-accessdenied":    s3Answer(403, "AccessDenied"),
	"s3-403-clockskew":       s3Answer(403, "RequestTimeTooSkewed"),
	"s3-400-expiredtoken":    s3Answer(400, "ExpiredToken"),
	"s3-400-requesttimeout":  s3Answer(400, "RequestTimeout"),
	"s3-429":                 s3Answer(429, "TooManyRequests"),
	"s3-503-slowdown":        s3Answer(503, "SlowDown"),
	"s3-412-precondition":    s3Answer(412, "PreconditionFailed"),
	"s3-400-entitytoolarge":  s3Answer(400, "EntityTooLarge"),
	"s3-403-signature":       s3Answer(403, "SignatureDoesNotMatch"),
	"s3-500-internal":        s3Answer(500, "InternalError"),
	"s3-507-quota":           s3Answer(507, "XMinioStorageFull"),
	"s3-301-wrong-region":    s3Answer(301, "PermanentRedirect"),
	"s3-400-baddigest":       s3Answer(400, "BadDigest"),
	"s3-200-html-from-proxy": s3HTML,
	"s3-reset": func(ctx context.Context, e *Env) error {
		addr := e.serve(func(c net.Conn) {
			_, _ = io.ReadFull(c, make([]byte, 4096))
			reset(c)
		})
		return put(ctx, e.store("http://"+addr), bytes.NewReader(make([]byte, 8<<20)))
	},
	"s3-refused": func(ctx context.Context, e *Env) error {
		return put(ctx, e.store("http://"+e.refused()), strings.NewReader("x"))
	},
	"s3-max-attempts": func(ctx context.Context, e *Env) error {
		impatient := retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 2, time.Millisecond })
		c := e.store(e.stub(503, "ServiceUnavailable", "Service Unavailable"), func(o *s3.Options) { o.Retryer = impatient })
		return put(ctx, c, strings.NewReader("x"))
	},
	"s3-no-credentials": func(ctx context.Context, e *Env) error {
		none := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, errors.New("no EC2 IMDS role found")
		})
		return put(ctx, e.store(e.fake(), func(o *s3.Options) { o.Credentials = none }), strings.NewReader("x"))
	},
	"s3-param-missing": func(ctx context.Context, e *Env) error {
		_, err := e.store(e.fake()).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("b")})
		return err
	},
	"minio-nosuchkey": func(ctx context.Context, e *Env) error {
		_, err := e.minio(e.fake()).StatObject(ctx, "bucket", "none", minio.StatObjectOptions{})
		return err
	},
	"minio-accessdenied": minioAnswer(403, "AccessDenied"),
	"minio-slowdown":     minioAnswer(503, "SlowDown"),
	"minio-refused": func(ctx context.Context, e *Env) error {
		return minioPut(ctx, e.minio("http://"+e.refused()), "bucket")
	},
	"minio-bad-bucket": func(ctx context.Context, e *Env) error { return minioPut(ctx, e.minio(e.fake()), "No_Bucket!") },
}

// s3HTML is a proxy's error page with a status that says success.
func s3HTML(ctx context.Context, e *Env) error {
	s := e.web(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>sign in</html") })
	_, err := e.store(s.URL).ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("b")})
	return err
}
