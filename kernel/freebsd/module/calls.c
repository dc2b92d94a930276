/* What scripts do with descriptors, memory and time: by the functions that the process's own system calls end in, which check what it may. */
#include "shim.h"

int pl_system(void)
{
	return 1;
}

bool pl_wants_endbr(void)
{
	return false;
}

void pl_bug(const char *text, size_t len)
{
	panic("perilune: %.*s", (int)len, text);
}

/* Files. */

static void make_uio(struct uio *uio, struct iovec *vectors, const struct pl_piece *pieces, uint32_t count, bool user, enum uio_rw rw)
{
	uint32_t i;

	*uio = (struct uio){
		.uio_iov = vectors,
		.uio_iovcnt = count,
		.uio_offset = -1,
		.uio_segflg = user ? UIO_USERSPACE : UIO_SYSSPACE,
		.uio_rw = rw,
		.uio_td = curthread,
	};
	for (i = 0; i < count; i++) {
		vectors[i].iov_base = (void *)pieces[i].address;
		vectors[i].iov_len = pieces[i].len;
		uio->uio_resid += pieces[i].len;
	}
}

typedef int (*here_call)(struct thread *, int, struct uio *);
typedef int (*there_call)(struct thread *, int, struct uio *, off_t);

/* Reads or writes at the descriptor's own position, which is what a negative one stands for, or elsewhere. */
static int64_t transfer_file(int fd, const struct pl_piece *pieces, uint32_t count, bool user, int64_t position, enum uio_rw rw, here_call here,
			     there_call there)
{
	struct iovec vectors[PL_PIECES];
	struct thread *td = curthread;
	struct uio uio;
	int error;

	if (count > PL_PIECES)
		return -EINVAL;
	make_uio(&uio, vectors, pieces, count, user, rw);
	error = position < 0 ? here(td, fd, &uio) : there(td, fd, &uio, position);
	return error != 0 ? pl_failure(error) : PL_RETVAL(td);
}

int64_t pl_read(int fd, const struct pl_piece *pieces, uint32_t count, bool user, int64_t position)
{
	return transfer_file(fd, pieces, count, user, position, UIO_READ, kern_readv, kern_preadv);
}

int64_t pl_write(int fd, const struct pl_piece *pieces, uint32_t count, bool user, int64_t position)
{
	return transfer_file(fd, pieces, count, user, position, UIO_WRITE, kern_writev, kern_pwritev);
}

int64_t pl_seek(int fd, int64_t offset, int whence)
{
	struct thread *td = curthread;
	int error = kern_lseek(td, fd, offset, whence);

	return error != 0 ? pl_failure(error) : PL_RETVAL(td);
}

int pl_close(int fd)
{
	return pl_failure(kern_close(curthread, fd));
}

int pl_control(int fd, int command, int argument)
{
	/* Duplicate, get and set the descriptor's flags, get and set the file's: the numbers are FreeBSD's own. */
	struct thread *td = curthread;
	int error;

	if (command < 0 || command > 4)
		return -EINVAL;
	error = kern_fcntl(td, fd, command, argument);
	return error != 0 ? pl_failure(error) : (int)PL_RETVAL(td);
}

int pl_poll(struct pollfd *entries, uint32_t count, int milliseconds)
{
	struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
	struct thread *td = curthread;
	int error = kern_poll_kfds(td, entries, count, milliseconds < 0 ? NULL : &time, NULL);

	return error != 0 ? pl_failure(error) : (int)PL_RETVAL(td);
}

/* Sockets. */

/* kern_recvit copies to the process's memory only, so this is what it does, for both kinds; the question to security policies included. */
int64_t pl_receive(int fd, const struct pl_piece *pieces, uint32_t count, bool user, int flags, void *address, uint32_t *address_len,
		   int *message_flags)
{
	struct iovec vectors[PL_PIECES];
	struct thread *td = curthread;
	struct sockaddr *from = NULL;
	struct file *fp;
	struct uio uio;
	ssize_t asked;
	int error;

	if (count > PL_PIECES)
		return -EINVAL;
	error = getsock(td, fd, PL_RIGHTS(recv), &fp);
	if (error != 0)
		return pl_failure(error);
	make_uio(&uio, vectors, pieces, count, user, UIO_READ);
	uio.uio_offset = 0;
	asked = uio.uio_resid;
	error = PL_MAC_RECEIVE(td, fp->f_data);
	if (error == 0)
		error = soreceive(fp->f_data, &from, &uio, NULL, NULL, &flags);
	if (error != 0 && uio.uio_resid != asked && (error == ERESTART || error == EINTR))
		error = 0;
	if (error == 0) {
		*message_flags = flags;
		*address_len = from != NULL ? MIN(from->sa_len, PL_ADDRESS) : 0;
		if (from != NULL)
			memcpy(address, from, *address_len);
	}
	free(from, M_SONAME);
	fdrop(fp, td);
	return error != 0 ? pl_failure(error) : asked - uio.uio_resid;
}

int64_t pl_send(int fd, const struct pl_piece *pieces, uint32_t count, bool user, int flags, const void *address, uint32_t address_len)
{
	struct iovec vectors[PL_PIECES];
	union {
		struct sockaddr header;
		char bytes[PL_ADDRESS];
	} to;
	struct thread *td = curthread;
	struct msghdr message = { 0 };
	struct uio uio;
	int error;

	if (count > PL_PIECES || address_len > sizeof(to))
		return -EINVAL;
	if (address_len != 0) {
		if (address_len < 2)
			return -EINVAL;
		memcpy(&to, address, address_len);
		/* What the kernel believes of it is what was copied. */
		to.header.sa_len = address_len;
		message.msg_name = &to;
		message.msg_namelen = address_len;
	}
	make_uio(&uio, vectors, pieces, count, user, UIO_WRITE);
	message.msg_iov = vectors;
	message.msg_iovlen = count;
	error = kern_sendit(td, fd, &message, flags, NULL, user ? UIO_USERSPACE : UIO_SYSSPACE);
	return error != 0 ? pl_failure(error) : PL_RETVAL(td);
}

/* Slots may be in memory that others change: nothing of them is read twice. */
static int64_t transfer_slot(int fd, volatile struct pl_slot *slot, uint32_t size, bool sends, int flags)
{
	struct pl_piece piece = { (uint64_t)(slot + 1), size };
	char address[PL_ADDRESS];
	uint32_t address_len = 0;
	int message_flags;
	int64_t result;

	if (sends) {
		piece.len = slot->len;
		piece.len = MIN(piece.len, size);
		address_len = slot->address_len;
		address_len = MIN(address_len, PL_ADDRESS);
		memcpy(address, __DEVOLATILE(const char *, slot->address), address_len);
		return pl_send(fd, &piece, 1, false, flags, address, address_len);
	}
	result = pl_receive(fd, &piece, 1, false, flags, address, &address_len, &message_flags);
	if (result < 0)
		return result;
	result = MIN(result, (int64_t)size);
	slot->len = result;
	slot->address_len = address_len;
	memcpy(__DEVOLATILE(char *, slot->address), address, address_len);
	return result;
}

static int64_t transfer(int fd, const struct pl_slots *slots, bool sends, int flags, uint64_t *bytes)
{
	int64_t result = 0;
	uint32_t i;

	*bytes = 0;
	for (i = 0; i < slots->count; i++) {
		result = transfer_slot(fd, (void *)(slots->start + i * slots->stride), slots->size, sends, flags);
		if (result < 0)
			break;
		*bytes += result;
		/* Only the first message is waited for. */
		if (!sends)
			flags |= MSG_DONTWAIT;
		maybe_yield();
	}
	return i != 0 || slots->count == 0 ? i : result;
}

int64_t pl_receive_batch(int fd, const struct pl_slots *slots, int flags, uint64_t *bytes)
{
	return transfer(fd, slots, false, flags, bytes);
}

int64_t pl_send_batch(int fd, const struct pl_slots *slots, int flags, uint64_t *bytes)
{
	return transfer(fd, slots, true, flags, bytes);
}

int pl_accept(int fd, int flags, void *address, uint32_t *address_len)
{
	struct thread *td = curthread;
	struct sockaddr *name = NULL;
	socklen_t len = PL_ADDRESS;
	struct file *fp;
	int error = kern_accept4(td, fd, &name, &len, flags, &fp);

	if (error != 0)
		return pl_failure(error);
	*address_len = name != NULL ? MIN(len, PL_ADDRESS) : 0;
	if (name != NULL)
		memcpy(address, name, *address_len);
	free(name, M_SONAME);
	fdrop(fp, td);
	return (int)PL_RETVAL(td);
}

int pl_shut_down(int fd, int how)
{
	return pl_failure(kern_shutdown(curthread, fd, how));
}

/* Time, identity, signals. */

void pl_clock(int clock, int64_t *seconds, uint32_t *nanoseconds)
{
	static const clockid_t clocks[] = { CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_THREAD_CPUTIME_ID };
	struct timespec now = { 0 };

	if (clock >= 0 && clock < (int)nitems(clocks))
		kern_clock_gettime(curthread, clocks[clock], &now);
	*seconds = now.tv_sec;
	*nanoseconds = now.tv_nsec;
}

int pl_sleep(uint64_t nanoseconds)
{
	struct timespec time = { nanoseconds / 1000000000, nanoseconds % 1000000000 }, left;

	return pl_failure(kern_nanosleep(curthread, &time, &left));
}

int64_t pl_identity(int which)
{
	struct thread *td = curthread;

	switch (which) {
	case 0: /* The process, and for want of a function that tells it to the kernel, the thread. */
	case 1:
		sys_getpid(td, NULL);
		break;
	case 2:
		return kern_getppid(td);
	case 3:
		sys_getuid(td, NULL);
		break;
	case 4:
		sys_geteuid(td, NULL);
		break;
	case 5:
		sys_getgid(td, NULL);
		break;
	default:
		sys_getegid(td, NULL);
		break;
	}
	return PL_RETVAL(td);
}

/* Any signal that would be delivered stops a run here, whatever the process asked for; it resumes the run when it has handled that. */
bool pl_has_to_stop(bool any_signal)
{
	(void)any_signal;
	maybe_yield();
	return sig_intr() != 0;
}
