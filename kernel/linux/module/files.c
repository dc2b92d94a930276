/* Reading, writing, and what else is done with descriptors of all kinds. */
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "shim.h"

/* `vectors` has room for PL_PIECES of either kind, which are alike. */
int pl_make_iter(struct iov_iter *iter, unsigned int direction, void *vectors, const struct pl_piece *pieces, u32 count,
		 bool user)
{
	struct iovec *of_user = vectors;
	struct kvec *of_kernel = vectors;
	size_t total = 0;
	u32 i;

	if (count > PL_PIECES)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		total += pieces[i].len;
		if (user) {
			of_user[i].iov_base = (void __user *)pieces[i].address;
			of_user[i].iov_len = pieces[i].len;
			if (!access_ok(of_user[i].iov_base, pieces[i].len))
				return -EFAULT;
		} else {
			of_kernel[i].iov_base = (void *)pieces[i].address;
			of_kernel[i].iov_len = pieces[i].len;
		}
	}
	if (user)
		iov_iter_init(iter, direction, of_user, count, total);
	else
		iov_iter_kvec(iter, direction, of_kernel, count, total);
	return 0;
}

static s64 transfer_at(struct file *file, bool writes, struct iov_iter *iter, loff_t *position)
{
	s64 result;

	if (!writes)
		return vfs_iter_read(file, iter, position, 0);
	file_start_write(file);
	result = vfs_iter_write(file, iter, position, 0);
	file_end_write(file);
	return result;
}

/* From the descriptor's own position, as read and write do it. */
static s64 transfer_here(struct file *file, bool writes, struct iov_iter *iter)
{
	bool shared = file->f_mode & FMODE_ATOMIC_POS;
	loff_t position;
	s64 result;

	if (file->f_mode & FMODE_STREAM)
		return transfer_at(file, writes, iter, NULL);
	if (shared)
		mutex_lock(&file->f_pos_lock);
	position = file->f_pos;
	result = transfer_at(file, writes, iter, &position);
	if (result >= 0)
		file->f_pos = position;
	if (shared)
		mutex_unlock(&file->f_pos_lock);
	return result;
}

static s64 transfer(int fd, bool writes, const struct pl_piece *pieces, u32 count, bool user, s64 position)
{
	struct iovec vectors[PL_PIECES];
	struct iov_iter iter;
	struct fd f = fdget(fd);
	s64 result;

	if (!f.file)
		return -EBADF;
	result = pl_make_iter(&iter, writes ? WRITE : READ, vectors, pieces, count, user);
	if (result)
		goto out;
	if (position < 0) {
		result = transfer_here(f.file, writes, &iter);
	} else if (!(f.file->f_mode & (writes ? FMODE_PWRITE : FMODE_PREAD))) {
		result = -ESPIPE;
	} else {
		loff_t at = position;

		result = transfer_at(f.file, writes, &iter, &at);
	}
out:
	fdput(f);
	return result;
}

s64 pl_read(int fd, const struct pl_piece *pieces, u32 count, bool user, s64 position)
{
	return PL_OUTSIDE(transfer(fd, false, pieces, count, user, position));
}

s64 pl_write(int fd, const struct pl_piece *pieces, u32 count, bool user, s64 position)
{
	return PL_OUTSIDE(transfer(fd, true, pieces, count, user, position));
}

int pl_close(int fd)
{
	return PL_OUTSIDE(close_fd(fd));
}

static s64 seek(int fd, s64 offset, int whence)
{
	struct fd f = fdget(fd);
	bool shared;
	s64 result;

	if (!f.file)
		return -EBADF;
	shared = f.file->f_mode & FMODE_ATOMIC_POS;
	if (shared)
		mutex_lock(&f.file->f_pos_lock);
	result = vfs_llseek(f.file, offset, whence);
	if (shared)
		mutex_unlock(&f.file->f_pos_lock);
	fdput(f);
	return result;
}

s64 pl_seek(int fd, s64 offset, int whence)
{
	return PL_OUTSIDE(seek(fd, offset, whence));
}

/* A new descriptor for the same file; only if it isn't below `least`, since nothing that modules may use looks further. */
static int duplicate(struct file *file, int least)
{
	int fd = get_unused_fd_flags(0);

	if (fd < 0)
		return fd;
	if (fd < least) {
		put_unused_fd(fd);
		return -EINVAL;
	}
	fd_install(fd, get_file(file));
	return fd;
}

/* Is the descriptor closed by exec? Sets that, unless `set` is negative. */
static int close_on_exec_flag(int fd, int set)
{
	struct files_struct *files = current->files;
	struct fdtable *table;
	int result = -EBADF;

	spin_lock(&files->file_lock);
	table = files_fdtable(files);
	if (fd >= 0 && fd < table->max_fds && fd_is_open(fd, table)) {
		result = 0;
		if (set < 0)
			result = close_on_exec(fd, table) ? FD_CLOEXEC : 0;
		else if (set & FD_CLOEXEC)
			__set_bit(fd, table->close_on_exec);
		else
			__clear_bit(fd, table->close_on_exec);
	}
	spin_unlock(&files->file_lock);
	return result;
}

/*
 * Of the status flags those can be changed that scripts have names for, by fcntl's own conditions: what is marked append-only stays so, and the file may
 * have something against it. Asking for another of the changeable ones is refused.
 */
static int set_status(struct file *file, int flags)
{
	const unsigned int ours = O_APPEND | O_NONBLOCK, others = O_DIRECT | O_NOATIME | FASYNC;
	int error;

	if ((file->f_flags ^ flags) & others)
		return -EINVAL;
	if ((file->f_flags ^ flags) & O_APPEND && IS_APPEND(file_inode(file)))
		return -EPERM;
	error = file->f_op->check_flags ? file->f_op->check_flags(flags) : 0;
	if (error)
		return error;
	spin_lock(&file->f_lock);
	file->f_flags = (file->f_flags & ~ours) | (flags & ours);
	file->f_iocb_flags = iocb_flags(file);
	spin_unlock(&file->f_lock);
	return 0;
}

static int control(int fd, int command, int argument)
{
	struct fd f;
	int result = pl_hooks_pass();

	if (result)
		return result;
	result = -EINVAL;
	if (command == F_GETFD)
		return close_on_exec_flag(fd, -1);
	if (command == F_SETFD)
		return close_on_exec_flag(fd, argument & FD_CLOEXEC);
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (command == F_DUPFD)
		result = duplicate(f.file, argument);
	else if (command == F_GETFL)
		result = f.file->f_flags;
	else if (command == F_SETFL)
		result = set_status(f.file, argument);
	fdput(f);
	return result;
}

int pl_control(int fd, int command, int argument)
{
	return PL_OUTSIDE(control(fd, command, argument));
}
