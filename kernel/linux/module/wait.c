/* Waiting, time, signals, and who the process is. */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/hrtimer.h>
#include <linux/pid_namespace.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>

#include "shim.h"

/* How late a wait with a timeout may end. */
#define SLACK_NS 50000

static __poll_t poll_one(struct pollfd *entry, poll_table *table)
{
	__poll_t wanted = demangle_poll(entry->events) | EPOLLERR | EPOLLHUP;
	__poll_t found = EPOLLNVAL;
	struct fd f = fdget(entry->fd);

	if (f.file) {
		table->_key = wanted;
		found = vfs_poll(f.file, table) & wanted;
		fdput(f);
	}
	return found;
}

static int poll_all(struct pollfd *entries, u32 count, poll_table *table)
{
	int ready = 0;
	u32 i;

	for (i = 0; i < count; i++) {
		entries[i].revents = 0;
		if (entries[i].fd < 0)
			continue;
		entries[i].revents = mangle_poll(poll_one(&entries[i], table));
		if (entries[i].revents) {
			ready++;
			/* Nobody is going to wait. */
			table->_qproc = NULL;
		}
	}
	return ready;
}

/* Sleeps until one of the queues wakes it; false when the time is over. */
static bool sleep_until(struct poll_wqueues *queues, ktime_t *expires)
{
	int woken = 1;

	set_current_state(TASK_INTERRUPTIBLE);
	if (!queues->triggered)
		woken = schedule_hrtimeout_range(expires, SLACK_NS, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
	smp_store_mb(queues->triggered, 0);
	return woken;
}

static int poll_for(struct pollfd *entries, u32 count, int milliseconds)
{
	struct poll_wqueues *queues;
	ktime_t expires = 0;
	bool in_time = milliseconds != 0;
	int ready;

	queues = kmalloc(sizeof(*queues), GFP_KERNEL_ACCOUNT);
	if (!queues)
		return -ENOMEM;
	poll_initwait(queues);
	if (!in_time)
		queues->pt._qproc = NULL;
	if (milliseconds > 0)
		expires = ktime_add_ms(ktime_get(), milliseconds);
	for (;;) {
		ready = poll_all(entries, count, &queues->pt);
		queues->pt._qproc = NULL;
		if (!ready) {
			ready = queues->error;
			if (signal_pending(current))
				ready = -EINTR;
		}
		if (ready || !in_time)
			break;
		in_time = sleep_until(queues, milliseconds > 0 ? &expires : NULL);
	}
	poll_freewait(queues);
	kfree(queues);
	return ready;
}

int pl_poll(struct pollfd *entries, u32 count, int milliseconds)
{
	if (count > PL_POLLED)
		return -EINVAL;
	return PL_OUTSIDE(poll_for(entries, count, milliseconds));
}

int pl_sleep(u64 nanoseconds)
{
	ktime_t time = min_t(u64, nanoseconds, KTIME_MAX);
	int result = 0;

	pl_leave();
	set_current_state(TASK_INTERRUPTIBLE);
	if (schedule_hrtimeout_range(&time, SLACK_NS, HRTIMER_MODE_REL) && signal_pending(current))
		result = -EINTR;
	__set_current_state(TASK_RUNNING);
	pl_return();
	return result;
}

void pl_clock(int clock, s64 *seconds, u32 *nanoseconds)
{
	struct timespec64 time;

	if (clock == 0)
		ktime_get_ts64(&time);
	else if (clock == 1)
		ktime_get_real_ts64(&time);
	else
		time = ns_to_timespec64(current->se.sum_exec_runtime);
	*seconds = time.tv_sec;
	*nanoseconds = time.tv_nsec;
}

static s64 parent(void)
{
	s64 pid;

	rcu_read_lock();
	pid = task_tgid_vnr(rcu_dereference(current->real_parent));
	rcu_read_unlock();
	return pid;
}

s64 pl_identity(int which)
{
	struct user_namespace *names = current_user_ns();

	switch (which) {
	case 0:
		return task_tgid_vnr(current);
	case 1:
		return task_pid_vnr(current);
	case 2:
		return parent();
	case 3:
		return from_kuid_munged(names, current_uid());
	case 4:
		return from_kuid_munged(names, current_euid());
	case 5:
		return from_kgid_munged(names, current_gid());
	default:
		return from_kgid_munged(names, current_egid());
	}
}

/*
 * accept, shutdown and fcntl have hooks of security modules that no module may call. So they are for those only whose hooks would say nothing: threads
 * that are under no security module, or under one that calls them unconfined, as AppArmor does.
 */
int pl_hooks_pass(void)
{
	static const char unconfined[] = "unconfined";
	char *context;
	u32 id = 0, len;
	bool passes;

	security_current_getsecid_subj(&id);
	if (!id)
		return 0;
	if (security_secid_to_secctx(id, &context, &len))
		return -EACCES;
	passes = len >= sizeof(unconfined) - 1 && !memcmp(context, unconfined, sizeof(unconfined) - 1) &&
		 (len == sizeof(unconfined) - 1 || !context[sizeof(unconfined) - 1]);
	security_release_secctx(context, len);
	return passes ? 0 : -EACCES;
}

static bool has_to_stop(bool any_signal)
{
	cond_resched();
	return fatal_signal_pending(current) || (any_signal && signal_pending(current));
}

bool pl_has_to_stop(bool any_signal)
{
	return PL_OUTSIDE(has_to_stop(any_signal));
}
