/* Where machine code of scripts goes: pages of the module that can be executed, and are written by way of code.c only. */
#include "section.h"

	.section .perilune.code, "ax", @nobits
	.balign 4096
	.globl perilune_code
perilune_code:
	.skip PL_CODE_SIZE
