# As much of FreeBSD's bsd.kmod.mk (sys/conf/kmod.mk) as a module's Makefile sees, for bmake on a machine without FreeBSD: KMOD, SRCS, OBJS, CFLAGS,
# CLEANFILES, EXPORT_SYMS; objects linked with -r, symbols that aren't exported made local, debugging symbols removed. The headers are those of the cross
# build, where FreeBSD's has the kernel's (-D_KERNEL, -nostdinc, -I${SYSDIR}, opt_global.h).
CC=	gcc
LD=	ld
OBJCOPY=	objcopy
.SUFFIXES: .o .c .S

CFLAGS+=	-DPL_CROSS -O2 -Wall -Werror -ffreestanding -fno-builtin -fno-common -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -mcmodel=kernel \
	-mno-red-zone -mgeneral-regs-only -fno-pic -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none
OBJS+=	${SRCS:N*.h:R:S/$/.o/g}
PROG?=	${KMOD}.ko
EXPORT_SYMS?=	NO
CLEANFILES+=	${PROG} ${OBJS} export_syms

all: ${PROG}

${PROG}: ${OBJS}
	${LD} -m elf_x86_64 -z noexecstack --no-warn-execstack -r -d -o ${.TARGET} ${OBJS}
.if ${EXPORT_SYMS} != YES
	nm -g --defined-only ${.TARGET} | awk '{print $$3}' >export_syms
	${OBJCOPY} --localize-symbols=export_syms ${.TARGET}
.endif
	${OBJCOPY} --strip-debug ${.TARGET}

.c.o:
	${CC} ${CFLAGS} -c ${.IMPSRC} -o ${.TARGET}
.S.o:
	${CC} ${CFLAGS} -x assembler-with-cpp -c ${.IMPSRC} -o ${.TARGET}

clean:
	rm -f ${CLEANFILES}
