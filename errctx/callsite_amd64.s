//go:build gc && !purego

#include "textflag.h"

// func returnAddress() uintptr
//
// BP is the frame of callSite, and starts with the frame of the exported function,
// which is followed by its return address.
TEXT ·returnAddress(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ 0(BP), AX
	MOVQ 8(AX), AX
	MOVQ AX, ret+0(FP)
	RET
