/* A FreeBSD kernel's linker and interface in user space, as far as perilune.ko needs them. */
#ifndef KLD_H
#define KLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * The module's view of a thread is these words (kpi.h): a process at 0x8, credentials at 0x180, the system call's result at 0x460; a process has its
 * number at 0xc4.
 */
#define TD_PROC 0x8
#define TD_UCRED 0x180
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
	B_EACCES = 13,
	B_EFAULT = 14,
	B_ENODEV = 19,
	B_EINVAL = 22,
	B_E2BIG = 7,
	B_ENOTCAPABLE = 93,
	B_ECAPMODE = 94,
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
/* Within 2 GiB, for addresses of 32 bits, and beyond where a randomised heap may begin: 1 GiB behind the program. */
#define KLD_BASE 0x60000000UL

/* The interface. */
void *kpi_find(const char *name);
void *files_find(const char *name);
void *vm_find(const char *name);
/* FreeBSD's number of an error of Linux; the result of a call, or its error. Is it the process's memory? */
int kpi_number(int linux_errno);
int kpi_done(long result);
int is_user(const void *address, size_t len);
void *kpi_file(int fd);
extern int vm_objects;
extern int signal_waits, fpu_depth;
extern long blocks;
/* What the credentials have reserved of swap, and may. */
extern long reserved, swap_limit;
extern char credentials[64];
/* Does the process run in capability mode? May a security policy's say be no? */
extern int capability_mode, mac_denies;
/* What a descriptor's rights lack. */
enum { CAN_READ = 1, CAN_WRITE = 2, CAN_IOCTL = 4, CAN_RECEIVE = 8, CAN_SEND = 16 };
void limit_rights(int fd, int without);
/* mmap of a descriptor by the process: its result, negative for an error, and munmap. */
long user_mmap(int fd, size_t len, int protection, int most, long offset);
void user_munmap(long address);
/* kern.perilune.enabled and so on. */
extern int *sysctl_enabled, *sysctl_harden;
extern unsigned long *sysctl_max_memory;
extern unsigned int *sysctl_max_code;
/* The process's memory. */
extern char *arena;
#define ARENA (1 << 20)

/* System calls that the module registered. */
struct call {
	int (*function)(void *, void *);
	int arguments, number, flags;
};
extern struct call calls[4];
extern int call_count;
#endif
