//go:build gc && !purego

#include "textflag.h"

// func returnAddress() uintptr
//
// R29 is the frame of callSite, and starts with the frame of the exported function,
// which is followed by its return address.
TEXT ·returnAddress(SB), NOSPLIT|NOFRAME, $0-8
	MOVD 0(R29), R0
	MOVD 8(R0), R0
	MOVD R0, ret+0(FP)
	RET
