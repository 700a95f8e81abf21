//go:build gc && !purego

#include "textflag.h"

// func returnAddress() uintptr
//
// BP points to callSite's frame record: the exported function's BP, and a return
// address. That BP points to the next record, whose address is the one wanted.
TEXT ·returnAddress(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ 0(BP), AX
	MOVQ 8(AX), AX
	MOVQ AX, ret+0(FP)
	RET
