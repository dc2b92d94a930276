/*
 * The kernel's functions that the module calls, over Linux's system calls. Each behaves as FreeBSD's does as far as the module can tell. Those of
 * descriptors are in files.c, those of virtual memory in vm.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "kld.h"

char thread[0x1000], process[0x1000], credentials[64], *arena;
int signal_waits, fpu_depth, capability_mode, mac_denies;
long blocks, reserved, swap_limit = 1L << 40;
int *sysctl_enabled, *sysctl_harden;
unsigned long *sysctl_max_memory;
unsigned int *sysctl_max_code;
struct call calls[4];
int call_count;
static char m_soname[64], kern_oid[64], own_oid[64];

int kpi_number(int linux_errno)
{
	static const struct {
		int from, to;
	} map[] = {
		{ EAGAIN, 35 }, { EINPROGRESS, 36 }, { EALREADY, 37 }, { ENOTSOCK, 38 }, { EMSGSIZE, 40 }, { EOPNOTSUPP, 45 }, { EAFNOSUPPORT, 47 },
		{ ECONNRESET, 54 }, { ENOTCONN, 57 }, { ECONNREFUSED, 61 }, { EDESTADDRREQ, 39 }, { EISCONN, 56 }, { EDEADLK, 11 },
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].from == linux_errno)
			return map[i].to;
	return linux_errno;
}

int kpi_done(long result)
{
	if (result < 0)
		return kpi_number(errno);
	RETVAL = result;
	return 0;
}

/* Memory: of the module's own type, which it has registered. */

struct malloc_type {
	struct malloc_type *next;
	unsigned long version;
	const char *name;
	uint64_t own[11];
};
static struct malloc_type *own_type, m_temp = { .version = 2020110501 };

static void k_malloc_init(struct malloc_type *type)
{
	CHECK(!own_type && type->version == 2020110501 && !strcmp(type->name, "perilune"));
	own_type = type;
}
static void k_malloc_uninit(struct malloc_type *type)
{
	CHECK(own_type && type == own_type && blocks == 0);
	own_type = NULL;
}
static void *k_malloc(size_t size, void *type, int flags)
{
	CHECK(own_type && type == own_type && (flags == 1 || flags == 2));
	blocks++;
	return malloc(size);
}
static void *k_malloc_aligned(size_t size, size_t align, void *type, int flags)
{
	CHECK(own_type && type == own_type && flags == 1 && !(align & (align - 1)));
	blocks++;
	return aligned_alloc(align, (size + align - 1) & ~(align - 1));
}
static void k_free(void *block, void *type)
{
	CHECK((own_type && type == own_type) || type == m_soname);
	blocks -= block != NULL && type == own_type;
	free(block);
}

int is_user(const void *address, size_t len)
{
	uintptr_t at = (uintptr_t)address, start = (uintptr_t)arena;

	return at >= start && len <= ARENA && at - start <= ARENA - len;
}
static int k_copyin(const void *from, void *to, size_t len)
{
	if (!is_user(from, len))
		return B_EFAULT;
	memcpy(to, from, len);
	return 0;
}
static int k_copyout(const void *from, void *to, size_t len)
{
	if (!is_user(to, len))
		return B_EFAULT;
	memcpy(to, from, len);
	return 0;
}
static void k_arc4random_buf(void *to, size_t len)
{
	CHECK(getrandom(to, len, 0) == (ssize_t)len);
}

static uint64_t k_kva_alloc(uint64_t size)
{
	void *at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? 0 : (uint64_t)at;
}
static void k_kva_free(uint64_t address, uint64_t size)
{
	munmap((void *)address, size);
}
#define PHYSICAL (1UL << 40)
static uint64_t k_pmap_kextract(uint64_t address)
{
	return PHYSICAL + address - KLD_BASE;
}
static void *k_PHYS_TO_VM_PAGE(uint64_t address)
{
	return (void *)(address >> 12);
}
static void k_pmap_qenter(uint64_t address, void **pages, int count)
{
	for (int i = 1; i < count; i++)
		CHECK((char *)pages[i] == (char *)pages[i - 1] + 1);
	kld_map_alias(address, (uint64_t)pages[0] - (PHYSICAL >> 12), count);
}
static void k_pmap_qremove(uint64_t address, int count)
{
	CHECK(mmap((void *)address, count * 4096UL, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
}

/* The FPU: entered once at a time here, since nothing nests. Its registers are destroyed when it is left. */

static void *k_fpu_kern_alloc_ctx(unsigned int flags)
{
	CHECK(flags == 0);
	return malloc(16);
}
static void k_fpu_kern_free_ctx(void *context)
{
	free(context);
}
static void k_fpu_kern_enter(void *td, void *context, unsigned int flags)
{
	CHECK(td == thread && context && flags == 0);
	fpu_depth++;
}
static int k_fpu_kern_leave(void *td, void *context)
{
	CHECK(td == thread && context && fpu_depth-- > 0);
	return 0;
}

/* The rest. */

static int k_kern_clock_gettime(void *td, int clock, struct timespec *time)
{
	CHECK(td == thread && (clock == 0 || clock == 4 || clock == 14));
	return clock_gettime(clock == 0 ? CLOCK_REALTIME : clock == 4 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, time);
}
static int k_kern_nanosleep(void *td, struct timespec *time, struct timespec *left)
{
	CHECK(td == thread);
	return nanosleep(time, left) ? kpi_number(errno) : 0;
}
static int k_kern_getppid(void *td)
{
	CHECK(td == thread);
	return getppid();
}
#define IDENTITY(name)                           \
	static int k_sys_##name(void *td, void *unused) \
	{                                        \
		(void)unused;                    \
		CHECK(td == thread);             \
		return kpi_done(name());             \
	}
IDENTITY(getpid)
IDENTITY(getuid)
IDENTITY(geteuid)
IDENTITY(getgid)
IDENTITY(getegid)
static void k_maybe_yield(void)
{
	sched_yield();
}
static int k_sig_intr(void)
{
	return signal_waits ? B_EINTR : 0;
}
static void k_panic(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	abort();
}
static int k_sysctl_ctx_init(void *list)
{
	(void)list;
	return 0;
}
static int k_sysctl_ctx_free(void *list)
{
	(void)list;
	sysctl_enabled = NULL;
	return 0;
}
static int k_sysctl_handle_int(void)
{
	return 0;
}
static int k_sysctl_handle_long(void)
{
	return 0;
}
static void *k_sysctl_add_oid(void *list, void *parent, int n, const char *name, int kind, void *value, intptr_t unused, void *handler,
			      const char *format, const char *description, const char *label)
{
	(void)list;
	(void)description;
	CHECK(n == -1 && !unused && !label);
	if (parent == kern_oid) {
		CHECK(!strcmp(name, "perilune") && (unsigned)kind == 0xc0040001u && !value && !handler && !strcmp(format, "N"));
		return own_oid;
	}
	CHECK(parent == own_oid);
#define VALUE(variable, type, function, letters)                                                                                    \
	if (!strcmp(name, #variable)) {                                                                                             \
		CHECK((unsigned)kind == (0xc0040000u | type) && handler == k_sysctl_handle_##function && !strcmp(format, letters)); \
		sysctl_##variable = value;                                                                                          \
		return kern_oid;                                                                                                    \
	}
	VALUE(enabled, 2, int, "I")
	VALUE(harden, 2, int, "I")
	VALUE(max_code, 6, int, "IU")
	VALUE(max_memory, 8, long, "LU")
	CHECK(!"a variable");
	return NULL;
}

struct sysent {
	int (*call)(void *, void *);
	void *trace;
	uint8_t arguments, flags;
	uint16_t audit;
	uint32_t entry, leave, threads;
};
struct syscall_module {
	int (*chain)(void *, int, void *);
	void *argument;
	int *offset;
	struct sysent *fresh, old;
	int flags;
};
/* Registers a system call and tells the module of it; the other way round at the end. */
static int k_syscall_module_handler(void *module, int what, void *data)
{
	struct syscall_module *m = data;

	if (what == 0) {
		CHECK(*m->offset == -1 && call_count < 4);
		*m->offset = 210 + call_count;
		calls[call_count++] = (struct call){ m->fresh->call, m->fresh->arguments, *m->offset, m->fresh->flags };
		return m->chain ? m->chain(module, what, m->argument) : 0;
	}
	if (what == 1) {
		int error = m->chain ? m->chain(module, what, m->argument) : 0;

		if (error)
			return error;
		CHECK(call_count > 0);
		call_count--;
		*m->offset = -1;
		return 0;
	}
	return 45;
}
void kld_register(const void *data);

void *kpi_find(const char *name)
{
#define F(name) { #name, k_##name }
	static const struct {
		const char *name;
		void *address;
	} all[] = {
		F(arc4random_buf), F(copyin), F(copyout), F(fpu_kern_alloc_ctx), F(fpu_kern_enter), F(fpu_kern_free_ctx), F(fpu_kern_leave), F(free),
		F(kern_clock_gettime), F(kern_getppid), F(kern_nanosleep), F(kva_alloc), F(kva_free), F(malloc), F(malloc_aligned), F(maybe_yield),
		F(panic), F(PHYS_TO_VM_PAGE), F(pmap_kextract), F(pmap_qenter), F(pmap_qremove), F(sig_intr), F(sys_getegid), F(sys_geteuid),
		F(sys_getgid), F(sys_getpid), F(sys_getuid), F(syscall_module_handler), F(sysctl_add_oid), F(sysctl_ctx_free), F(sysctl_ctx_init),
		F(sysctl_handle_int), F(sysctl_handle_long), F(malloc_init), F(malloc_uninit), { "module_register_init", kld_register },
		{ "M_TEMP", &m_temp }, { "M_SONAME", m_soname }, { "sysctl___kern", kern_oid }, { "memcmp", memcmp }, { "memcpy", memcpy },
		{ "memmove", memmove }, { "memset", memset },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].name, name))
			return all[i].address;
	return files_find(name);
}
