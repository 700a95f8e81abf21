package packs

import "syscall"

var systemErrnos = []keyed[syscall.Errno]{
	errno(syscall.ENOATTR, "ENOATTR", missing, "getxattr(2)"),
	errno(syscall.EDEVERR, "EDEVERR", hardware, "intro(2)"),
	errno(syscall.EPWROFF, "EPWROFF", hardware, "intro(2)"),
	errno(syscall.EBADEXEC, "EBADEXEC", invalid, "intro(2)"),
	errno(syscall.EBADARCH, "EBADARCH", invalid, "intro(2)"),
	errno(syscall.EBADMACHO, "EBADMACHO", invalid, "intro(2)"),
	errno(syscall.EFTYPE, "EFTYPE", invalid, "intro(2)"),
	errno(syscall.EAUTH, "EAUTH", misconfigured, "intro(2)"),
	errno(syscall.ENEEDAUTH, "ENEEDAUTH", misconfigured, "intro(2)"),
	errno(syscall.EPROCLIM, "EPROCLIM", exhausted, "intro(2)"),
	errno(syscall.ETIME, "ETIME", timeout, "intro(2)"),
}

func canonical(e syscall.Errno) syscall.Errno { return e }
