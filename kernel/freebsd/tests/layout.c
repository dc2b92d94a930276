/*
 * Where the module expects a thread's credentials and results, added up from what FreeBSD's struct thread has before them (sys/sys/proc.h at 2ff63af9, of
 * August 2023, days before stable/14 was branched), with the sizes of amd64. What is known of the stable branch's own asserts holds as well: td_flags,
 * td_pflags and td_frame.
 */
#include <stddef.h>
#include <stdint.h>

typedef void *pointer;
struct pair { pointer first, second; };
struct sigset { uint32_t bits[4]; };
struct sigqueue { struct sigset signals, kill, ptrace; struct pair list; pointer process; int flags; };
struct domainset_ref { pointer policy; unsigned int iterator; };
struct rusage { long user[2], system[2], others[14]; };
struct rusage_ext { uint64_t fields[7]; };
struct sigstack { pointer start; size_t size; int flags; };
struct siginfo { int fields[6]; pointer address, value; union { long spare[1 + 4]; } reason; };
struct osd { unsigned int slots; pointer *values; struct pair next; };
struct callout { struct pair links; int64_t time, precision; pointer argument, function, lock; short flags, internal_flags; int cpu; };
struct syscall_args { unsigned int code, original; pointer call; uint64_t args[8]; };

struct thread {
	pointer lock, process;
	struct pair plist, runq, slpq, lockq, hash;
	pointer cpuset;
	struct domainset_ref domain;
	pointer sel, sleepqueue, turnstile, rlqe, umtxq;
	int tid;
	struct sigqueue sigqueue;
	unsigned char lend_user_pri, allocdomain, base_ithread_pri;
	pointer kmsan;
	int flags, ast, inhibitors, pflags, pflags2, dupfd, sqqueue;
	pointer wchan, wmesg;
	unsigned char owepreempt, tsqueue, stopsched;
	int locks, rw_rlocks, sx_slocks, lk_slocks;
	pointer blocked, lockname, contested, sleeplocks;
	int intr_nesting_level, pinned;
	pointer realucred, ucred, limit;
	int slptick, blktick, swvoltick, swinvoltick;
	unsigned int cow;
	struct rusage ru;
	struct rusage_ext rux;
	uint64_t incruntime, runtime;
	unsigned int pticks, sticks, iticks, uticks;
	int intrval;
	struct sigset oldsigmask;
	unsigned int generation;
	struct sigstack sigstk;
	int xsig;
	unsigned long profil_addr;
	unsigned int profil_ticks;
	char name[20];
	pointer fpop;
	int dbgflags;
	struct siginfo si;
	int ng_outbound;
	struct osd osd;
	pointer map_def_user;
	int dbg_forked;
	pointer vp_reserved;
	unsigned int no_sleeping;
	pointer su;
	int64_t sleeptimo;
	int rtcgen, error;
	size_t vslock_sz;
	pointer kcov_info;
	long ucredref;
	struct sigset sigmask;
	unsigned char rqindex, base_pri, priority, pri_class, user_pri, base_user_pri;
	uintptr_t rb_list, rbp_list, rb_inact;
	struct syscall_args sa;
	pointer sigblock_ptr;
	uint32_t sigblock_val;
	pointer pcb;
	int state;
	int64_t retval[2];
	unsigned int cowgen;
	struct callout slpcallout;
	pointer frame;
};
_Static_assert(offsetof(struct thread, process) == 0x8, "td_proc");
_Static_assert(offsetof(struct thread, flags) == 0x108 && offsetof(struct thread, pflags) == 0x114, "td_flags, td_pflags");
_Static_assert(offsetof(struct thread, ucred) == 0x180, "td_ucred");
_Static_assert(offsetof(struct thread, retval) == 0x460, "td_retval");
_Static_assert(offsetof(struct thread, frame) == 0x4b8, "td_frame");
