//go:build gc && !purego

#include "textflag.h"

// func returnAddress() uintptr
//
// R29 points to callSite's frame record: the exported function's R29, and a return
// address. That R29 points to the next record, whose address is the one wanted.
TEXT ·returnAddress(SB), NOSPLIT|NOFRAME, $0-8
	MOVD 0(R29), R0
	MOVD 8(R0), R0
	MOVD R0, ret+0(FP)
	RET
