/* A FreeBSD kernel's linker and interface in user space, as far as perilune.ko needs them. */
#ifndef KLD_H
#define KLD_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The module's view of a thread is these words (kpi.h): a process at 0x8, the system call's result at 0x460; a process has its number at 0xc4. */
#define TD_PROC 0x8
#define TD_RETVAL 0x460
#define P_PID 0xc4
extern char thread[0x1000], process[0x1000];
#define RETVAL (*(int64_t *)(thread + TD_RETVAL))

/* What FreeBSD calls its errors. */
enum {
	B_EPERM = 1,
	B_EINTR = 4,
	B_ENOEXEC = 8,
	B_EBADF = 9,
	B_ENOMEM = 12,
	B_EFAULT = 14,
	B_EINVAL = 22,
	B_E2BIG = 7,
};

#define CHECK(condition)                                                                  \
	do {                                                                              \
		if (!(condition)) {                                                       \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			exit(1);                                                          \
		}                                                                         \
	} while (0)

/* The linker. */
void kld_load(const char *path);
int kld_event(int what);
void *kld_symbol(const char *name);
void kld_map_alias(uint64_t address, uint64_t page, size_t count);
#define KLD_BASE 0x20000000UL

/* The interface. */
void *kpi_find(const char *name);
extern int signal_waits, fpu_depth;
extern long blocks;
extern int *sysctl_enabled;
/* The process's memory. */
extern char *arena;
#define ARENA (1 << 20)

/* System calls that the module registered. */
struct call {
	int (*function)(void *, void *);
	int arguments, number;
};
extern struct call calls[4];
extern int call_count;
#endif
