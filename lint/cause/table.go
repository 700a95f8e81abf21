package cause

import (
	"go/types"
	"strings"
)

// matches reports whether a name is one of a table's, where one that ends with a star is a prefix.
func matches(table []string, name string) bool {
	for _, s := range table {
		if p, ok := strings.CutSuffix(s, "*"); ok && strings.HasPrefix(name, p) || s == name {
			return true
		}
	}
	return false
}

func isAnswer(fn *types.Func) bool { return matches(answers, fn.FullName()) }

func isRestating(fn *types.Func) bool { return matches(restating, fn.FullName()) }

// answers are functions that make errors for another program.
var answers = []string{
	"google.golang.org/grpc/status.*",
	"connectrpc.com/connect.NewError",
	"github.com/bufbuild/connect-go.NewError",
	"github.com/twitchtv/twirp.*",
	"github.com/labstack/echo/v4.NewHTTPError",
	"github.com/gofiber/fiber/v2.NewError",
	"github.com/gofiber/fiber/v3.NewError",
	"github.com/danielgtaylor/huma/v2.Error*",
	"github.com/go-kratos/kratos/v2/errors.*",
	"k8s.io/apimachinery/pkg/api/errors.New*",
	"k8s.io/apimachinery/pkg/util/validation/field.*",
	"github.com/gogo/status.*",
	"github.com/gogo/googleapis/google/rpc.*",
}

// restating are functions whose errors say again what their argument was.
var restating = []string{
	"strconv.*",
	"time.Parse*", "time.LoadLocation",
	"net/url.Parse*", "net/url.QueryUnescape", "net/url.PathUnescape", "(*net/url.URL).Parse",
	"net.Parse*", "net.SplitHostPort", "net/netip.Parse*", "net/mail.Parse*", "mime.ParseMediaType", "net.ResolveTCPAddr", "net.ResolveUDPAddr",
	"regexp.Compile*", "regexp.Match*", "regexp/syntax.Parse", "path.Match", "path/filepath.Match", "path/filepath.Glob",
	"encoding/hex.DecodeString", "encoding/hex.Decode", "(*encoding/base64.Encoding).Decode*", "(*encoding/base32.Encoding).Decode*", "encoding/pem.*",
	"os/exec.LookPath", "fmt.Sscan*", "(encoding/json.Number).*", "(*math/big.Int).UnmarshalText", "math/big.ParseFloat", "(encoding.TextUnmarshaler).UnmarshalText",
	"crypto/x509.Parse*", "unicode/utf8.*", "html.*", "go/parser.ParseExpr", "go/version.*", "flag.*",
	"path/filepath.Rel", "path/filepath.Localize",
	"github.com/google/uuid.Parse*", "github.com/google/uuid.Validate", "github.com/gofrs/uuid.From*", "github.com/gofrs/uuid/v5.From*", "github.com/satori/go.uuid.From*", "github.com/oklog/ulid/v2.Parse*",
	"github.com/blang/semver.*", "github.com/blang/semver/v4.*", "github.com/Masterminds/semver.*", "github.com/Masterminds/semver/v3.*", "github.com/hashicorp/go-version.*", "github.com/coreos/go-semver/semver.*", "golang.org/x/mod/semver.*",
	"k8s.io/apimachinery/pkg/api/resource.ParseQuantity", "k8s.io/apimachinery/pkg/labels.Parse", "k8s.io/apimachinery/pkg/labels.ConvertSelectorToLabelsMap", "k8s.io/apimachinery/pkg/fields.ParseSelector", "k8s.io/apimachinery/pkg/runtime/schema.ParseGroupVersion", "k8s.io/apimachinery/pkg/util/intstr.*", "k8s.io/apimachinery/pkg/util/version.*",
	"github.com/distribution/reference.Parse*", "github.com/docker/distribution/reference.Parse*", "github.com/opencontainers/go-digest.Parse", "github.com/google/go-containerregistry/pkg/name.*",
	"github.com/docker/go-units.*", "github.com/dustin/go-humanize.Parse*", "github.com/docker/go-connections/nat.*", "github.com/robfig/cron/v3.Parse*", "(github.com/robfig/cron/v3.Parser).Parse", "github.com/robfig/cron.Parse*",
	"golang.org/x/text/language.Parse*", "github.com/shopspring/decimal.NewFromString", "go.mongodb.org/mongo-driver/bson/primitive.ObjectIDFromHex", "github.com/gobwas/glob.Compile", "github.com/spf13/cast.To*",
	"github.com/sirupsen/logrus.ParseLevel", "go.uber.org/zap/zapcore.ParseLevel", "(*go.uber.org/zap/zapcore.Level).*", "github.com/rs/zerolog.ParseLevel", "(*log/slog.Level).UnmarshalText",
}
