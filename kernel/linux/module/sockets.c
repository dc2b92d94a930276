/* Messages and connections. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/sock.h>

#include "shim.h"

static int waiting_flags(struct socket *sock, int flags)
{
	return sock->file->f_flags & O_NONBLOCK ? flags | MSG_DONTWAIT : flags;
}

static s64 receive(int fd, const struct pl_piece *pieces, u32 count, bool user, int flags, void *address, u32 *address_len,
		   int *message_flags)
{
	struct iovec vectors[PL_PIECES];
	struct msghdr message = { .msg_name = address };
	struct socket *sock;
	int error;
	s64 result;

	sock = sockfd_lookup(fd, &error);
	if (!sock)
		return error;
	result = pl_make_iter(&message.msg_iter, READ, vectors, pieces, count, user);
	if (!result)
		result = sock_recvmsg(sock, &message, waiting_flags(sock, flags));
	*address_len = message.msg_namelen;
	*message_flags = message.msg_flags;
	sockfd_put(sock);
	return result;
}

s64 pl_receive(int fd, const struct pl_piece *pieces, u32 count, bool user, int flags, void *address, u32 *address_len,
	       int *message_flags)
{
	/* These flags are for the kernel's own calls. */
	if (flags & (MSG_CMSG_COMPAT | MSG_INTERNAL_SENDMSG_FLAGS))
		return -EINVAL;
	return PL_OUTSIDE(receive(fd, pieces, count, user, flags, address, address_len, message_flags));
}

static s64 send(int fd, const struct pl_piece *pieces, u32 count, bool user, int flags, const void *address, u32 address_len)
{
	struct iovec vectors[PL_PIECES];
	struct msghdr message = { .msg_name = (void *)address, .msg_namelen = address_len };
	struct socket *sock;
	int error;
	s64 result;

	sock = sockfd_lookup(fd, &error);
	if (!sock)
		return error;
	result = pl_make_iter(&message.msg_iter, WRITE, vectors, pieces, count, user);
	message.msg_flags = waiting_flags(sock, flags);
	if (!result)
		result = sock_sendmsg(sock, &message);
	sockfd_put(sock);
	return result;
}

s64 pl_send(int fd, const struct pl_piece *pieces, u32 count, bool user, int flags, const void *address, u32 address_len)
{
	if (flags & (MSG_CMSG_COMPAT | MSG_INTERNAL_SENDMSG_FLAGS))
		return -EINVAL;
	return PL_OUTSIDE(send(fd, pieces, count, user, flags, address, address_len));
}

static struct pl_slot *slot_at(const struct pl_slots *slots, u32 i)
{
	return (struct pl_slot *)(slots->start + i * slots->stride);
}

static s64 receive_slot(struct socket *sock, struct pl_slot *slot, u32 size, int flags)
{
	struct sockaddr_storage address;
	struct msghdr message = { .msg_name = &address };
	struct kvec room = { .iov_base = slot + 1, .iov_len = size };
	s64 result;

	iov_iter_kvec(&message.msg_iter, READ, &room, 1, size);
	result = sock_recvmsg(sock, &message, flags);
	if (result < 0)
		return result;
	slot->len = min_t(s64, result, size);
	slot->address_len = clamp(message.msg_namelen, 0, PL_ADDRESS);
	memcpy(slot->address, &address, clamp(message.msg_namelen, 0, PL_ADDRESS));
	return min_t(s64, result, size);
}

static s64 send_slot(struct socket *sock, const struct pl_slot *slot, u32 size, int flags)
{
	struct sockaddr_storage address;
	struct msghdr message = { .msg_flags = flags };
	u32 len = min(READ_ONCE(slot->len), size);
	struct kvec bytes = { .iov_base = (void *)(slot + 1), .iov_len = len };
	int address_len = min_t(int, READ_ONCE(slot->address_len), PL_ADDRESS);

	/* The protocol looks at the address more than once. */
	if (address_len) {
		memcpy(&address, slot->address, address_len);
		message.msg_name = &address;
		message.msg_namelen = address_len;
	}
	iov_iter_kvec(&message.msg_iter, WRITE, &bytes, 1, len);
	return sock_sendmsg(sock, &message);
}

static s64 transfer_batch(int fd, const struct pl_slots *slots, bool sends, int flags, u64 *bytes)
{
	struct socket *sock;
	s64 result;
	int error;
	u32 i;

	sock = sockfd_lookup(fd, &error);
	if (!sock)
		return error;
	flags = waiting_flags(sock, flags);
	for (i = 0; i < slots->count; i++) {
		if (sends)
			result = send_slot(sock, slot_at(slots, i), slots->size, flags);
		else
			result = receive_slot(sock, slot_at(slots, i), slots->size, i ? flags | MSG_DONTWAIT : flags);
		if (result < 0)
			break;
		*bytes += result;
		cond_resched();
	}
	sockfd_put(sock);
	return i || !slots->count ? i : result;
}

static s64 batch(int fd, const struct pl_slots *slots, bool sends, int flags, u64 *bytes)
{
	if (flags & (MSG_CMSG_COMPAT | MSG_INTERNAL_SENDMSG_FLAGS))
		return -EINVAL;
	*bytes = 0;
	return PL_OUTSIDE(transfer_batch(fd, slots, sends, flags, bytes));
}

s64 pl_receive_batch(int fd, const struct pl_slots *slots, int flags, u64 *bytes)
{
	return batch(fd, slots, false, flags, bytes);
}

s64 pl_send_batch(int fd, const struct pl_slots *slots, int flags, u64 *bytes)
{
	return batch(fd, slots, true, flags, bytes);
}

static int accept_from(struct socket *sock, int flags, void *address, u32 *address_len)
{
	struct socket *accepted;
	struct file *file;
	int fd, result = pl_hooks_pass();

	if (result)
		return result;
	fd = get_unused_fd_flags(flags);
	if (fd < 0)
		return fd;
	result = kernel_accept(sock, &accepted, sock->file->f_flags);
	if (result < 0)
		goto no_socket;
	file = sock_alloc_file(accepted, flags, NULL);
	if (IS_ERR(file)) {
		result = PTR_ERR(file);
		goto no_socket;
	}
	result = kernel_getpeername(accepted, address);
	*address_len = max(result, 0);
	fd_install(fd, file);
	return fd;
no_socket:
	put_unused_fd(fd);
	return result;
}

static int accept(int fd, int flags, void *address, u32 *address_len)
{
	int result;
	struct socket *sock = sockfd_lookup(fd, &result);

	if (!sock)
		return result;
	result = accept_from(sock, flags, address, address_len);
	sockfd_put(sock);
	return result;
}

int pl_accept(int fd, int flags, void *address, u32 *address_len)
{
	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	return PL_OUTSIDE(accept(fd, flags, address, address_len));
}

static int shut_down(int fd, int how)
{
	int result;
	struct socket *sock = sockfd_lookup(fd, &result);

	if (!sock)
		return result;
	result = pl_hooks_pass();
	if (!result)
		result = kernel_sock_shutdown(sock, how);
	sockfd_put(sock);
	return result;
}

int pl_shut_down(int fd, int how)
{
	return PL_OUTSIDE(shut_down(fd, how));
}
