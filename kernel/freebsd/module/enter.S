/* From C to Rust, with the stack aligned to 16 bytes; the thunks that Rust makes indirect calls and returns by. */
.macro entry name
	.globl perilune_enter_\name
	.type perilune_enter_\name, @function
perilune_enter_\name:
	push %rbp
	mov %rsp, %rbp
	and $-16, %rsp
	call perilune_rust_\name
	leave
	ret
	int3
	.size perilune_enter_\name, . - perilune_enter_\name
.endm

	.text
	entry prepare
	entry load
	entry run
	entry log
	entry region
	entry release

/* A jump to where the register points, by a return that is predicted to lead into an endless loop. */
.macro thunk register
	.globl __x86_indirect_thunk_\register
	.type __x86_indirect_thunk_\register, @function
	.balign 32
__x86_indirect_thunk_\register:
	call 1f
2:	pause
	lfence
	jmp 2b
1:	mov %\register, (%rsp)
	ret
	int3
	.size __x86_indirect_thunk_\register, . - __x86_indirect_thunk_\register
.endm

	.irp register, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
	thunk \register
	.endr

	.globl __x86_return_thunk
	.type __x86_return_thunk, @function
__x86_return_thunk:
	ret
	int3
	.size __x86_return_thunk, . - __x86_return_thunk

/* Where machine code of scripts goes: pages that kldload maps to be executed, and that are written by way of code.c only. */
	.section .perilune.code, "ax", @nobits
	.balign 4096
	.globl perilune_code
perilune_code:
	.skip 0x800000

	.section .note.GNU-stack, "", @progbits
