package packs

import "syscall"

var systemErrnos = []keyed[syscall.Errno]{
	errno(syscall.EUCLEAN, "EUCLEAN", corrupt, "the structure of the file system: EFSCORRUPTED of xfs, ext4 and btrfs"),
	errno(syscall.EREMOTEIO, "EREMOTEIO", hardware, "errno(3)"),
	errno(syscall.ENOMEDIUM, "ENOMEDIUM", hardware, "errno(3)"),
	errno(syscall.ENODATA, "ENODATA", missing, "getxattr(2)"),
	errno(syscall.ETIME, "ETIME", timeout, "errno(3)"),
	unsureErrno(syscall.ENOLINK, "ENOLINK", interrupted, "errno(3): the link to a remote file system is gone"),
	unsureErrno(syscall.ECOMM, "ECOMM", interrupted, "errno(3)"),
	errno(syscall.ENONET, "ENONET", unavailable, "errno(3)"),
	errno(syscall.ERFKILL, "ERFKILL", unavailable, "errno(3)"),
	errno(syscall.EOWNERDEAD, "EOWNERDEAD", conflict, "pthread_mutex_lock(3)"),
	errno(syscall.EBADFD, "EBADFD", bug, "errno(3)"),
	errno(syscall.ELIBACC, "ELIBACC", missing, "errno(3): a shared library"),
	errno(syscall.ELIBBAD, "ELIBBAD", invalid, "execve(2)"),
	errno(syscall.EMEDIUMTYPE, "EMEDIUMTYPE", misconfigured, "errno(3)"),
	errno(syscall.ENOKEY, "ENOKEY", misconfigured, "open(2), fscrypt: the key of an encrypted directory"),
	errno(syscall.EKEYEXPIRED, "EKEYEXPIRED", misconfigured, "errno(3)"),
	errno(syscall.EKEYREVOKED, "EKEYREVOKED", misconfigured, "errno(3)"),
	errno(syscall.EKEYREJECTED, "EKEYREJECTED", misconfigured, "errno(3)"),
}

func canonical(e syscall.Errno) syscall.Errno { return e }
