/* The kernel's functions that the module calls, over Linux's system calls. Each behaves as FreeBSD's does as far as the module can tell. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
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
static char m_soname[64], kern_oid[64], own_oid[64], rights[2][64];

static int number(int linux_errno)
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

static int done(long result)
{
	if (result < 0)
		return number(errno);
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

static int is_user(const void *address, size_t len)
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

/* Descriptors. Those of scripts take a number of Linux's. */

struct fileops {
	int (*read)(void *, void *, void *, int, void *);
	void *others[6];
	int (*close)(void *, void *);
	void *more[5];
	int (*mmap)(void *, void *, uint64_t *, uint64_t, unsigned char, unsigned char, int, int64_t, void *);
};
struct file {
	unsigned int flag, count;
	void *data;
	struct fileops *ops;
	void *vnode, *credentials;
	int fd;
};
#define FILES 1024
static struct file *files[FILES];
static int without[FILES];
#define CREDENTIALS (*(void **)(thread + TD_UCRED))

void limit_rights(int fd, int lacks)
{
	without[fd] = lacks;
}
static int may(int fd, int what)
{
	return fd >= 0 && fd < FILES && without[fd] & what ? B_ENOTCAPABLE : 0;
}
static int bad_close(void *fp, void *td)
{
	(void)fp;
	(void)td;
	return B_EBADF;
}
static struct fileops bad = { .close = bad_close };

static int k__fdrop(struct file *fp, void *td)
{
	int error = fp->ops->close(fp, td);

	free(fp);
	return error;
}
static void drop(struct file *fp)
{
	if (--fp->count == 0)
		k__fdrop(fp, thread);
}
static int k_falloc_caps(void *td, struct file **fp, int *fd, int flags, void *caps)
{
	CHECK(td == thread && flags == 0x100000 && caps == NULL);
	*fd = open("/dev/null", O_RDONLY);
	CHECK(*fd >= 0 && *fd < FILES);
	*fp = calloc(1, sizeof(**fp));
	**fp = (struct file){ .count = 2, .ops = &bad, .credentials = CREDENTIALS, .fd = *fd };
	files[*fd] = *fp;
	return 0;
}
static void k_finit(struct file *fp, unsigned int flag, short type, void *data, struct fileops *ops)
{
	CHECK(flag == 3 && type == 0);
	fp->flag = flag;
	fp->data = data;
	fp->ops = ops;
}
static int k_fget(void *td, int fd, const void *asked, struct file **fp)
{
	CHECK(td == thread && asked == rights[0]);
	if (fd < 0 || fd >= FILES || !files[fd])
		return B_EBADF;
	if (may(fd, CAN_IOCTL))
		return B_ENOTCAPABLE;
	*fp = files[fd];
	(*fp)->count++;
	return 0;
}
void *kpi_file(int fd)
{
	CHECK(files[fd]);
	return files[fd];
}
static int k_kern_close(void *td, int fd)
{
	CHECK(td == thread);
	if (fd >= 0 && fd < FILES && files[fd]) {
		struct file *fp = files[fd];

		files[fd] = NULL;
		drop(fp);
	}
	if (fd >= 0 && fd < FILES)
		without[fd] = 0;
	return close(fd) ? number(errno) : 0;
}
static void k_fdclose(void *td, struct file *fp, int fd)
{
	CHECK(files[fd] == fp);
	CHECK(!k_kern_close(td, fd));
}
static int k_invfo(void)
{
	return 19;
}

/* Files. */

struct uio {
	struct iovec *iov;
	int count;
	off_t offset;
	ssize_t resid;
	int segment, rw;
	void *td;
};
static int check(struct uio *uio)
{
	ssize_t sum = 0;

	CHECK(uio->td == thread && (uio->segment == 0 || uio->segment == 1));
	for (int i = 0; i < uio->count; i++) {
		sum += uio->iov[i].iov_len;
		if (uio->segment == 0 && !is_user(uio->iov[i].iov_base, uio->iov[i].iov_len))
			return B_EFAULT;
	}
	CHECK(sum == uio->resid);
	return 0;
}
static int moved(struct uio *uio, ssize_t n)
{
	if (n >= 0)
		uio->resid -= n;
	return done(n);
}
static int k_kern_readv(void *td, int fd, struct uio *uio)
{
	int error = may(fd, CAN_READ) ? B_ENOTCAPABLE : check(uio);

	CHECK(td == thread && uio->rw == 0);
	return error ? error : moved(uio, readv(fd, uio->iov, uio->count));
}
static int k_kern_writev(void *td, int fd, struct uio *uio)
{
	int error = may(fd, CAN_WRITE) ? B_ENOTCAPABLE : check(uio);

	CHECK(td == thread && uio->rw == 1);
	return error ? error : moved(uio, writev(fd, uio->iov, uio->count));
}
static int k_kern_preadv(void *td, int fd, struct uio *uio, off_t offset)
{
	int error = may(fd, CAN_READ) ? B_ENOTCAPABLE : check(uio);

	CHECK(td == thread && uio->rw == 0);
	return error ? error : moved(uio, preadv(fd, uio->iov, uio->count, offset));
}
static int k_kern_pwritev(void *td, int fd, struct uio *uio, off_t offset)
{
	int error = may(fd, CAN_WRITE) ? B_ENOTCAPABLE : check(uio);

	CHECK(td == thread && uio->rw == 1);
	return error ? error : moved(uio, pwritev(fd, uio->iov, uio->count, offset));
}
static int k_kern_lseek(void *td, int fd, off_t offset, int whence)
{
	CHECK(td == thread);
	return done(lseek(fd, offset, whence));
}
static int k_kern_fcntl(void *td, int fd, int command, long argument)
{
	static const int commands[] = { F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL };
	int result;

	CHECK(td == thread && command >= 0 && command < 5);
	/* O_NONBLOCK is 4 there. */
	if (command == 4)
		argument = argument & 4 ? O_NONBLOCK : 0;
	result = fcntl(fd, commands[command], argument);
	if (command == 3 && result >= 0)
		result = (result & O_ACCMODE) | (result & O_NONBLOCK ? 4 : 0);
	return done(result);
}
static int k_kern_poll_kfds(void *td, struct pollfd *fds, unsigned int count, struct timespec *time, void *mask)
{
	CHECK(td == thread && !mask);
	return done(ppoll(fds, count, time, NULL));
}

/* Sockets. */

static int k_getsock(void *td, int fd, const void *asked, struct file **fp)
{
	int kind;
	socklen_t len = sizeof(kind);

	CHECK(td == thread && asked == rights[1]);
	if (may(fd, CAN_RECEIVE))
		return B_ENOTCAPABLE;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &len))
		return number(errno);
	*fp = calloc(1, sizeof(**fp));
	**fp = (struct file){ .count = 1, .ops = &bad, .data = (void *)(intptr_t)(fd + 1), .fd = fd };
	return 0;
}
static void *their_address(const struct sockaddr_storage *from, socklen_t len)
{
	unsigned char *sa = calloc(1, sizeof(*from) + 2);

	memcpy(sa, from, len);
	sa[0] = len;
	sa[1] = from->ss_family == AF_INET6 ? 28 : from->ss_family;
	return sa;
}
/* What security policies say of the caller, not of whoever opened the socket. */
static int k_mac_socket_check_receive(void *cred, void *socket)
{
	CHECK(cred == CREDENTIALS && socket);
	return mac_denies ? B_EACCES : 0;
}
static int to_flags(int flags)
{
	return (flags & 2 ? MSG_PEEK : 0) | (flags & 0x80 ? MSG_DONTWAIT : 0) | (flags & 0x40 ? MSG_WAITALL : 0) | MSG_NOSIGNAL;
}
static int k_soreceive(void *socket, void **from, struct uio *uio, void *mbuf, void *control, int *flags)
{
	struct sockaddr_storage address;
	struct msghdr message = { .msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = uio->iov, .msg_iovlen = uio->count };
	int error = check(uio);
	ssize_t n;

	CHECK(!mbuf && !control && uio->rw == 0);
	if (error)
		return error;
	n = recvmsg((intptr_t)socket - 1, &message, to_flags(*flags));
	if (n < 0)
		return number(errno);
	uio->resid -= n;
	*flags = message.msg_flags & MSG_TRUNC ? 0x10 : 0;
	if (message.msg_namelen)
		*from = their_address(&address, message.msg_namelen);
	return 0;
}
struct their_msghdr {
	unsigned char *name;
	unsigned int name_len;
	struct iovec *iov;
	int iov_len;
	void *control;
	unsigned int control_len;
	int flags;
};
static int k_kern_sendit(void *td, int fd, struct their_msghdr *message, int flags, void *control, int segment)
{
	struct sockaddr_storage address = { 0 };
	struct msghdr ours = { .msg_iov = message->iov, .msg_iovlen = message->iov_len };

	CHECK(td == thread && !control && flags & 0x20000);
	for (int i = 0; i < message->iov_len; i++)
		if (segment == 0 && !is_user(message->iov[i].iov_base, message->iov[i].iov_len))
			return B_EFAULT;
	if (may(fd, CAN_SEND))
		return B_ENOTCAPABLE;
	if (message->name) {
		CHECK(message->name[0] == message->name_len);
		memcpy(&address, message->name, message->name_len);
		address.ss_family = message->name[1] == 28 ? AF_INET6 : message->name[1];
		ours.msg_name = &address;
		ours.msg_namelen = message->name_len;
	}
	return done(sendmsg(fd, &ours, to_flags(flags)));
}
static int k_kern_accept4(void *td, int fd, void **name, unsigned int *len, int flags, struct file **fp)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int got = accept4(fd, (void *)&address, &size, flags & 0x10000000 ? SOCK_CLOEXEC : 0);

	CHECK(td == thread);
	if (got < 0)
		return number(errno);
	*name = their_address(&address, size);
	*len = size < *len ? size : *len;
	*fp = calloc(1, sizeof(**fp));
	**fp = (struct file){ .count = 1, .ops = &bad, .fd = got };
	return done(got);
}
static int k_kern_shutdown(void *td, int fd, int how)
{
	CHECK(td == thread);
	return shutdown(fd, how) ? number(errno) : 0;
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
	return nanosleep(time, left) ? number(errno) : 0;
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
		return done(name());             \
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
		F(_fdrop), F(arc4random_buf), F(copyin), F(copyout), F(falloc_caps), F(fdclose), F(fget), F(finit), F(fpu_kern_alloc_ctx), F(fpu_kern_enter),
		F(fpu_kern_free_ctx), F(fpu_kern_leave), F(free), F(getsock), F(kern_accept4), F(kern_clock_gettime), F(kern_close), F(kern_fcntl),
		F(kern_getppid), F(kern_lseek), F(kern_nanosleep), F(kern_poll_kfds), F(kern_preadv), F(kern_pwritev), F(kern_readv), F(kern_sendit),
		F(kern_shutdown), F(kern_writev), F(kva_alloc), F(kva_free), F(malloc), F(malloc_aligned), F(maybe_yield), F(panic), F(PHYS_TO_VM_PAGE),
		F(pmap_kextract), F(pmap_qenter), F(pmap_qremove), F(sig_intr), F(soreceive), F(sys_getegid), F(sys_geteuid), F(sys_getgid), F(sys_getpid),
		F(sys_getuid), F(syscall_module_handler), F(sysctl_add_oid), F(sysctl_ctx_free), F(sysctl_ctx_init), F(sysctl_handle_int), F(sysctl_handle_long),
		F(mac_socket_check_receive), F(malloc_init), F(malloc_uninit),
		{ "invfo_chmod", k_invfo }, { "invfo_chown", k_invfo }, { "invfo_ioctl", k_invfo }, { "invfo_kqfilter", k_invfo },
		{ "invfo_poll", k_invfo }, { "invfo_rdwr", k_invfo }, { "invfo_sendfile", k_invfo }, { "invfo_truncate", k_invfo },
		{ "module_register_init", kld_register }, { "M_TEMP", &m_temp }, { "M_SONAME", m_soname }, { "sysctl___kern", kern_oid },
		{ "cap_ioctl_rights", rights[0] }, { "cap_recv_rights", rights[1] }, { "memcmp", memcmp }, { "memcpy", memcpy },
		{ "memmove", memmove }, { "memset", memset },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].name, name))
			return all[i].address;
	return vm_find(name);
}
