/* From C, whose stack is aligned to 8 bytes, to Rust, which wants 16. */
#include <linux/linkage.h>

.macro entry name
SYM_FUNC_START(perilune_enter_\name)
	push %rbp
	mov %rsp, %rbp
	and $-16, %rsp
	call perilune_rust_\name
	leave
	RET
SYM_FUNC_END(perilune_enter_\name)
.endm

entry prepare
entry load
entry run
entry log
entry region
entry release
