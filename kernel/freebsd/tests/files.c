/* Descriptors, files and sockets for the module, over Linux's; and what rights and security policies say of them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kld.h"

static char rights[2][64];

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
	return close(fd) ? kpi_number(errno) : 0;
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
	return kpi_done(n);
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
	return kpi_done(lseek(fd, offset, whence));
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
	return kpi_done(result);
}
static int k_kern_poll_kfds(void *td, struct pollfd *fds, unsigned int count, struct timespec *time, void *mask)
{
	CHECK(td == thread && !mask);
	return kpi_done(ppoll(fds, count, time, NULL));
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
		return kpi_number(errno);
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
		return kpi_number(errno);
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
	return kpi_done(sendmsg(fd, &ours, to_flags(flags)));
}
static int k_kern_accept4(void *td, int fd, void **name, unsigned int *len, int flags, struct file **fp)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int got = accept4(fd, (void *)&address, &size, flags & 0x10000000 ? SOCK_CLOEXEC : 0);

	CHECK(td == thread);
	if (got < 0)
		return kpi_number(errno);
	*name = their_address(&address, size);
	*len = size < *len ? size : *len;
	*fp = calloc(1, sizeof(**fp));
	**fp = (struct file){ .count = 1, .ops = &bad, .fd = got };
	return kpi_done(got);
}
static int k_kern_shutdown(void *td, int fd, int how)
{
	CHECK(td == thread);
	return shutdown(fd, how) ? kpi_number(errno) : 0;
}

void *files_find(const char *name)
{
#define F(name) { #name, k_##name }
	static const struct {
		const char *name;
		void *address;
	} all[] = {
		F(_fdrop), F(falloc_caps), F(finit), F(fget), F(kern_close), F(fdclose), F(kern_readv),
		F(kern_writev), F(kern_preadv), F(kern_pwritev), F(kern_lseek), F(kern_fcntl), F(kern_poll_kfds), F(getsock),
		F(mac_socket_check_receive), F(soreceive), F(kern_sendit), F(kern_accept4), F(kern_shutdown),
		{ "cap_ioctl_rights", rights[0] }, { "cap_recv_rights", rights[1] }, { "invfo_chmod", k_invfo }, { "invfo_chown", k_invfo },
		{ "invfo_ioctl", k_invfo }, { "invfo_kqfilter", k_invfo }, { "invfo_poll", k_invfo }, { "invfo_rdwr", k_invfo },
		{ "invfo_sendfile", k_invfo }, { "invfo_truncate", k_invfo },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].name, name))
			return all[i].address;
	return vm_find(name);
}
