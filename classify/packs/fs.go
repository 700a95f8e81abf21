package packs

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// FS is for files, and for readers and writers in general. The reasons that the system
// gives for a failure are [Syscall]'s: list it behind.
var FS = fsTable.pack()

var fsTable = table{name: "fs", rows: []row{
	is("fs.ErrNotExist", fs.ErrNotExist, missing, "io/fs: ErrNotExist"),
	is("fs.ErrExist", fs.ErrExist, exists, "io/fs: ErrExist"),
	is("fs.ErrPermission", fs.ErrPermission, denied, "io/fs: ErrPermission"),
	is("fs.ErrInvalid", fs.ErrInvalid, invalid, "io/fs: ErrInvalid, ValidPath"),
	is("fs.ErrClosed", fs.ErrClosed, bug, "io/fs: ErrClosed"),
	is("fs.SkipDir", fs.SkipDir, bug, "io/fs: SkipDir is not returned as an error by any function"),
	is("fs.SkipAll", fs.SkipAll, bug, "io/fs: SkipAll is not returned as an error by any function"),
	cutOff("os.ErrDeadlineExceeded", os.ErrDeadlineExceeded, timeout, "os: ErrDeadlineExceeded"),
	is("os.ErrNoDeadline", os.ErrNoDeadline, bug, "os: ErrNoDeadline"),
	is("os.ErrProcessDone", os.ErrProcessDone, missing, "os: ErrProcessDone; kill(2), ESRCH"),
	is("os.ErrNoHandle", os.ErrNoHandle, misconfigured, "os: ErrNoHandle"),
	is("errors.ErrUnsupported", errors.ErrUnsupported, misconfigured, "errors: ErrUnsupported"),
	is("io.ErrUnexpectedEOF", io.ErrUnexpectedEOF, corrupt, "io: ErrUnexpectedEOF, of a file"),
	is("io.EOF", io.EOF, corrupt, "io: EOF, of a file that should go on"),
	is("io.ErrShortWrite", io.ErrShortWrite, bug, "io: ErrShortWrite, Writer must return an error if it writes less"),
	is("io.ErrShortBuffer", io.ErrShortBuffer, bug, "io: ErrShortBuffer"),
	is("io.ErrNoProgress", io.ErrNoProgress, bug, "io: ErrNoProgress, the sign of a broken Reader"),
	is("io.ErrClosedPipe", io.ErrClosedPipe, stopped, "io: ErrClosedPipe, closed by this program"),
}}
