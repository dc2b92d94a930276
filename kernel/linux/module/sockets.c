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
	s64 result;

	/* These flags are for the kernel's own calls. */
	if (flags & (MSG_CMSG_COMPAT | MSG_INTERNAL_SENDMSG_FLAGS))
		return -EINVAL;
	pl_leave();
	result = receive(fd, pieces, count, user, flags, address, address_len, message_flags);
	pl_return();
	return result;
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
	s64 result;

	if (flags & (MSG_CMSG_COMPAT | MSG_INTERNAL_SENDMSG_FLAGS))
		return -EINVAL;
	pl_leave();
	result = send(fd, pieces, count, user, flags, address, address_len);
	pl_return();
	return result;
}

static int accept_from(struct socket *sock, int flags, void *address, u32 *address_len)
{
	struct socket *accepted;
	struct file *file;
	int fd, result;

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

int pl_accept(int fd, int flags, void *address, u32 *address_len)
{
	struct socket *sock;
	int result;

	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	pl_leave();
	sock = sockfd_lookup(fd, &result);
	if (sock) {
		result = accept_from(sock, flags, address, address_len);
		sockfd_put(sock);
	}
	pl_return();
	return result;
}

int pl_shut_down(int fd, int how)
{
	struct socket *sock;
	int result;

	pl_leave();
	sock = sockfd_lookup(fd, &result);
	if (sock) {
		result = kernel_sock_shutdown(sock, how);
		sockfd_put(sock);
	}
	pl_return();
	return result;
}
