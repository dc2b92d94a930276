# From the PVH entry (32 bits, paging off) to Rust in long mode, with SSE, at -2 GiB.
.set BASE, 0xFFFFFFFF80000000

.section .note.pvh, "a", @note
    .long 4, 4, 18              # name and value sizes; XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long start32 - BASE

.section .text.start, "ax"
.code32
.global start32
start32:
    cli
    # One page directory of 2 MiB pages maps the first GiB, at 0 and at -2 GiB.
    mov $(directory - BASE), %edi
    mov $0x83, %eax             # present, writable, large
    mov $512, %ecx
1:  mov %eax, (%edi)
    movl $0, 4(%edi)
    add $0x200000, %eax
    add $8, %edi
    loop 1b
    mov $(directory - BASE + 3), %eax
    mov %eax, (low_pointers - BASE)
    mov %eax, (high_pointers - BASE + 510 * 8)
    mov $(low_pointers - BASE + 3), %eax
    mov %eax, (top_level - BASE)
    mov $(high_pointers - BASE + 3), %eax
    mov %eax, (top_level - BASE + 511 * 8)
    mov $(top_level - BASE), %eax
    mov %eax, %cr3
    mov $0x620, %eax            # PAE, OSFXSR, OSXMMEXCPT
    mov %eax, %cr4
    mov $0xC0000080, %ecx       # EFER
    rdmsr
    or $0x100, %eax             # long mode
    wrmsr
    mov $0x80000013, %eax       # paging, protection, monitored coprocessor, no emulation
    mov %eax, %cr0
    lgdt (descriptors_pointer - BASE)
    ljmp $8, $(start64 - BASE)
.code64
start64:
    movabs $1f, %rax
    jmp *%rax
1:  xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    lea stack_top(%rip), %rsp
    xor %ebp, %ebp
    call main
    ud2

.section .rodata
.balign 8
descriptors:
    .quad 0, 0x00209A0000000000 # null; 64-bit code
descriptors_pointer:
    .word 15
    .long descriptors - BASE

.section .bss
.balign 4096
top_level: .skip 4096
low_pointers: .skip 4096
high_pointers: .skip 4096
directory: .skip 4096
.global stack_bottom
stack_bottom: .skip 65536
.global stack_top
stack_top:
