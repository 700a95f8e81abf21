package decide

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/holdfast-go/holdfast/lint/code"
)

// trust says how sure it is that an error is not wrapped.
type trust uint8

const (
	unknown  trust = iota
	usual          // by what the method is called: the contract of io.Reader, or of a stream
	promised       // by documentation
)

// trust returns what is promised about an error at c and a variable that it is compared with: the least of what
// is promised by the calls that it may come from.
func (f *finder) trust(c inspector.Cursor, err, target ast.Expr) trust {
	name := f.variableName(target)
	if name == "" || !f.known(name) {
		return unknown
	}
	if slices.Contains(marks, name) {
		return promised
	}
	defs, ok := f.values(c, err)
	if !ok || len(defs) == 0 {
		return unknown
	}
	least := promised
	for _, d := range defs {
		switch {
		case d.Append:
			return unknown
		case d.Value == nil:
			if s, ok := d.Node.(*ast.ValueSpec); !ok || len(s.Values) > 0 {
				return unknown
			}
		case code.IsNil(f.info, d.Value), code.IsSentinel(f.info, d.Value):
		default:
			least = min(least, f.promise(d.Value, name))
		}
	}
	return least
}

func (f *finder) variableName(e ast.Expr) string {
	var id *ast.Ident
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	default:
		return ""
	}
	obj := f.info.Uses[id]
	if obj == nil || obj.Pkg() == nil {
		return ""
	}
	return obj.Pkg().Path() + "." + obj.Name()
}

func (f *finder) known(name string) bool {
	return unwrapped[name] != nil || strings.HasPrefix(name, "syscall.E") || strings.HasPrefix(name, "golang.org/x/sys/unix.E")
}

// promise returns what the call e promises about a variable.
func (f *finder) promise(e ast.Expr, name string) trust {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		if s, ok := ast.Unparen(e).(*ast.SelectorExpr); ok && s.Sel.Name == "Err" && strings.Contains(name, ".E") && systemError(f.info.TypeOf(s.X)) {
			return usual
		}
		return unknown
	}
	fn := code.Callee(f.info, call)
	if fn == nil {
		return f.promiseOfType(call, name)
	}
	full := fn.FullName()
	if slices.Contains(unwrapped[name], full) {
		return promised
	}
	if pkg := fn.Pkg(); pkg != nil && (pkg.Path() == "syscall" || pkg.Path() == "golang.org/x/sys/unix") {
		return promised // of those all are syscall.Errno
	}
	if name == "io.EOF" && slices.Contains(endOfStream, fn.Name()) && fn.Signature().Recv() != nil {
		return usual
	}
	return unknown
}

// systemError reports whether t is an error type of the system's calls, which has the number itself in its field Err.
func systemError(t types.Type) bool {
	return code.IsNamed(t, "io/fs", "PathError") || code.IsNamed(t, "os", "LinkError") || code.IsNamed(t, "os", "SyscallError") || code.IsNamed(t, "github.com/pkg/xattr", "Error")
}

// promiseOfType is promise for the call of a function value: those of a walk return what skips as it is.
func (f *finder) promiseOfType(call *ast.CallExpr, name string) trust {
	t := f.info.TypeOf(call.Fun)
	if t == nil || !slices.Contains(marks, name) {
		return unknown
	}
	if code.IsNamed(t, "io/fs", "WalkDirFunc") || code.IsNamed(t, "path/filepath", "WalkFunc") {
		return promised
	}
	if s, ok := t.Underlying().(*types.Signature); ok && s.Results().Len() == 1 {
		return usual
	}
	return unknown
}

// marks are no failures but answers to whoever walks, who compares them as the standard library does.
var marks = []string{"io/fs.SkipDir", "io/fs.SkipAll", "path/filepath.SkipDir", "path/filepath.SkipAll"}

// endOfStream are methods that return io.EOF as it is where there is no more, because of the contract that their name stands for.
var endOfStream = []string{"Read", "ReadAt", "ReadByte", "ReadRune", "Recv", "RecvMsg", "ReadFrom", "ReadLine", "ReadString", "ReadBytes", "ReadSlice", "Peek", "Next", "NextPart", "Readdir", "Readdirnames", "ReadDir"}

// unwrapped are the variables that functions promise to return as they are.
var unwrapped = map[string][]string{
	"io.EOF": {
		"(io.Reader).Read", "(io.ReaderAt).ReadAt", "(io.ByteReader).ReadByte", "(io.RuneReader).ReadRune", "(io.ReadCloser).Read", "(io.ReadWriter).Read",
		"(*io.LimitedReader).Read", "(*io.SectionReader).Read", "(*io.SectionReader).ReadAt", "(*io.PipeReader).Read", "io.ReadAtLeast", "io.ReadFull", "io.CopyN",
		"(io.WriterTo).WriteTo", "(io.ReaderFrom).ReadFrom",
		"(*os.File).Read", "(*os.File).ReadAt", "(*os.File).ReadDir", "(*os.File).Readdir", "(*os.File).Readdirnames", "(io/fs.File).Read", "(io/fs.ReadDirFile).ReadDir",
		"(*os.Root).Read",
		"(*bufio.Reader).Discard", "(*bufio.Reader).Peek", "(*bufio.Reader).Read", "(*bufio.Reader).ReadByte", "(*bufio.Reader).ReadBytes", "(*bufio.Reader).ReadLine",
		"(*bufio.Reader).ReadRune", "(*bufio.Reader).ReadSlice", "(*bufio.Reader).ReadString",
		"(*bytes.Buffer).Read", "(*bytes.Buffer).ReadByte", "(*bytes.Buffer).ReadBytes", "(*bytes.Buffer).ReadRune", "(*bytes.Buffer).ReadString",
		"(*bytes.Reader).Read", "(*bytes.Reader).ReadAt", "(*bytes.Reader).ReadByte", "(*bytes.Reader).ReadRune",
		"(*strings.Reader).Read", "(*strings.Reader).ReadAt", "(*strings.Reader).ReadByte", "(*strings.Reader).ReadRune",
		"(*archive/tar.Reader).Next", "(*archive/tar.Reader).Read", "(*encoding/csv.Reader).Read", "(*encoding/json.Decoder).Decode", "(*encoding/json.Decoder).Token",
		"(*encoding/gob.Decoder).Decode", "(*encoding/xml.Decoder).Decode", "(*encoding/xml.Decoder).Token", "(*encoding/xml.Decoder).RawToken",
		"(*debug/elf.Section).ReadAt", "(*debug/dwarf.Reader).Next", "(*debug/dwarf.LineReader).Next", "(*debug/dwarf.LineReader).SeekPC",
		"(*mime/multipart.Reader).NextPart", "(*mime/multipart.Reader).NextRawPart", "(*mime/multipart.Part).Read", "(*compress/gzip.Reader).Read",
		"fmt.Fscan", "fmt.Fscanf", "fmt.Fscanln", "fmt.Scan", "fmt.Scanf", "fmt.Scanln", "fmt.Sscan", "fmt.Sscanf", "fmt.Sscanln",
		"(net.Conn).Read", "(*net/textproto.Reader).ReadLine", "(*net/textproto.Reader).ReadMIMEHeader", "(*net/textproto.Reader).ReadContinuedLine", "(*bufio.Scanner).Err", "(*net/textproto.Reader).ReadLineBytes",
	},
	"io.ErrUnexpectedEOF":                                     {"io.ReadAtLeast", "io.ReadFull"},
	"io.ErrShortBuffer":                                       {"io.ReadAtLeast"},
	"io.ErrClosedPipe":                                        {"(*io.PipeWriter).Write", "(*io.PipeReader).Read"},
	"bufio.ErrBufferFull":                                     {"(*bufio.Reader).ReadSlice", "(*bufio.Reader).Peek"},
	"bufio.ErrTooLong":                                        {"(*bufio.Scanner).Err"},
	"context.Canceled":                                        {"(context.Context).Err"},
	"context.DeadlineExceeded":                                {"(context.Context).Err"},
	"database/sql.ErrNoRows":                                  {"(*database/sql.Row).Scan", "(*database/sql.Row).Err"},
	"database/sql.ErrTxDone":                                  {"(*database/sql.Tx).Commit", "(*database/sql.Tx).Rollback"},
	"encoding/binary.ErrOverflow":                             {},
	"flag.ErrHelp":                                            {"(*flag.FlagSet).Parse"},
	"github.com/spf13/pflag.ErrHelp":                          {"(*github.com/spf13/pflag.FlagSet).Parse"},
	"io/fs.SkipDir":                                           {},
	"io/fs.SkipAll":                                           {},
	"path/filepath.SkipDir":                                   {},
	"path/filepath.SkipAll":                                   {},
	"net/http.ErrServerClosed":                                {"(*net/http.Server).ListenAndServe", "(*net/http.Server).ListenAndServeTLS", "(*net/http.Server).Serve", "(*net/http.Server).ServeTLS", "net/http.ListenAndServe", "net/http.ListenAndServeTLS", "net/http.Serve", "net/http.ServeTLS"},
	"net/http.ErrNoCookie":                                    {"(*net/http.Request).Cookie"},
	"net/http.ErrMissingFile":                                 {"(*net/http.Request).FormFile"},
	"net/http.ErrNoLocation":                                  {"(*net/http.Response).Location"},
	"net/http.ErrBodyNotAllowed":                              {"(net/http.ResponseWriter).Write"},
	"net/http.ErrNotMultipart":                                {"(*net/http.Request).MultipartReader", "(*net/http.Request).ParseMultipartForm"},
	"net/http.ErrLineTooLong":                                 {},
	"net/http.ErrUseLastResponse":                             {},
	"archive/zip.ErrFormat":                                   {},
	"mime.ErrInvalidMediaParameter":                           {"mime.ParseMediaType"},
	"encoding/hex.ErrLength":                                  {"encoding/hex.Decode", "encoding/hex.DecodeString"},
	"crypto/rsa.ErrDecryption":                                {"crypto/rsa.DecryptPKCS1v15", "crypto/rsa.DecryptOAEP"},
	"crypto/rsa.ErrVerification":                              {"crypto/rsa.VerifyPKCS1v15", "crypto/rsa.VerifyPSS"},
	"os/exec.ErrWaitDelay":                                    {},
	"golang.org/x/crypto/bcrypt.ErrMismatchedHashAndPassword": {"golang.org/x/crypto/bcrypt.CompareHashAndPassword"},
}

// types that functions promise their errors to have, without a wrap.
var typed = map[string][]string{
	"*io/fs.PathError": {
		"os.Chdir", "os.Chmod", "os.Chown", "os.Create", "os.Lchown", "os.Lstat", "os.Mkdir", "os.MkdirAll", "os.Open", "os.OpenFile", "os.ReadDir", "os.ReadFile", "os.Readlink", "os.Remove",
		"os.RemoveAll", "os.Stat", "os.Truncate", "os.WriteFile", "(*os.File).Chmod", "(*os.File).Chown", "(*os.File).Close", "(*os.File).Stat", "(*os.File).Sync", "(*os.File).Truncate",
	},
	"*os.LinkError":                     {"os.Link", "os.Rename", "os.Symlink"},
	"*os.SyscallError":                  {"os.NewSyscallError", "os.Getwd", "os.Pipe"},
	"*strconv.NumError":                 {"strconv.Atoi", "strconv.ParseBool", "strconv.ParseFloat", "strconv.ParseInt", "strconv.ParseUint", "strconv.ParseComplex"},
	"*net/url.Error":                    {"net/url.Parse", "net/url.ParseRequestURI", "(*net/http.Client).Do", "(*net/http.Client).Get", "(*net/http.Client).Head", "(*net/http.Client).Post", "(*net/http.Client).PostForm", "net/http.Get", "net/http.Head", "net/http.Post", "net/http.PostForm"},
	"*net.OpError":                      {"net.Dial", "net.DialTimeout", "net.Listen", "(*net.Dialer).Dial", "(*net.Dialer).DialContext"},
	"*net.AddrError":                    {"net.SplitHostPort"},
	"*net.ParseError":                   {"net.ParseCIDR", "net.ParseMAC"},
	"*time.ParseError":                  {"time.Parse", "time.ParseInLocation"},
	"*regexp/syntax.Error":              {"regexp.Compile", "regexp.CompilePOSIX", "regexp/syntax.Parse"},
	"encoding/base64.CorruptInputError": {"(*encoding/base64.Encoding).Decode", "(*encoding/base64.Encoding).DecodeString"},
	"encoding/hex.InvalidByteError":     {"encoding/hex.Decode", "encoding/hex.DecodeString"},
	"*os/exec.ExitError":                {"(*os/exec.Cmd).Run", "(*os/exec.Cmd).Wait", "(*os/exec.Cmd).Output", "(*os/exec.Cmd).CombinedOutput"},
	"*os/exec.Error":                    {"os/exec.LookPath", "(*os/exec.Cmd).Run", "(*os/exec.Cmd).Start"},
	"go/scanner.ErrorList":              {"go/parser.ParseFile", "go/parser.ParseExpr", "go/parser.ParseExprFrom", "go/format.Source"},
	"github.com/go-playground/validator/v10.ValidationErrors": {"(*github.com/go-playground/validator/v10.Validate).Struct", "(*github.com/go-playground/validator/v10.Validate).StructCtx", "(*github.com/go-playground/validator/v10.Validate).Var"},
	"*github.com/jessevdk/go-flags.Error":                     {"(*github.com/jessevdk/go-flags.Parser).Parse", "(*github.com/jessevdk/go-flags.Parser).ParseArgs", "github.com/jessevdk/go-flags.Parse"},
}
