/* The two system calls, the scripts' descriptors, and the module itself. */
#include "shim.h"

#ifdef PL_CROSS
#define M_PERILUNE M_TEMP
#define RIGHTS (&cap_ioctl_rights)
#else
MALLOC_DEFINE(M_PERILUNE, "perilune", "scripts of processes");
#define RIGHTS __DECONST(cap_rights_t *, &cap_ioctl_rights)
#endif
struct malloc_type *pl_memory = M_PERILUNE;

/* kern.perilune: 0 nobody may load scripts (the default), 1 everybody may, and they are interpreted, 2 and compiled. */
static int enabled;
static struct sysctl_ctx_list sysctls;

#define MAX_MEMORY (64UL << 20)
#define MAX_CODE 512

/* Before and after Rust. */

static struct fpu_kern_ctx *perilune_begin(struct thread *td)
{
	struct fpu_kern_ctx *context = fpu_kern_alloc_ctx(0);

	fpu_kern_enter(td, context, FPU_KERN_NORMAL);
	return context;
}

static void perilune_end(struct thread *td, struct fpu_kern_ctx *context)
{
	fpu_kern_leave(td, context);
	fpu_kern_free_ctx(context);
}

/* The descriptor of a script. */

static int script_read(struct file *fp, struct uio *uio, struct ucred *credentials, int flags, struct thread *td)
{
	struct fpu_kern_ctx *context;
	struct iovec *first = uio->uio_iov;
	int64_t got;

	(void)credentials;
	(void)flags;
	if (uio->uio_segflg != UIO_USERSPACE || uio->uio_iovcnt < 1)
		return EINVAL;
	context = perilune_begin(td);
	got = perilune_enter_log(fp->f_data, (uint64_t)first->iov_base, first->iov_len);
	perilune_end(td, context);
	if (got < 0)
		return -got;
	uio->uio_resid -= got;
	return 0;
}

static int script_stat(struct file *fp, void *status, struct ucred *credentials)
{
	(void)fp;
	(void)status;
	(void)credentials;
	return EOPNOTSUPP;
}

static int script_fill(struct file *fp, void *information, void *descriptors)
{
	(void)fp;
	(void)information;
	(void)descriptors;
	return 0;
}

static int script_close(struct file *fp, struct thread *td)
{
	struct fpu_kern_ctx *context = perilune_begin(td);

	perilune_enter_release(fp->f_data);
	perilune_end(td, context);
	fp->f_data = NULL;
	return 0;
}

static struct fileops script_operations = {
	.fo_read = script_read,
	.fo_write = invfo_rdwr,
	.fo_truncate = invfo_truncate,
	.fo_ioctl = invfo_ioctl,
	.fo_poll = invfo_poll,
	.fo_kqfilter = (void *)invfo_kqfilter,
	.fo_stat = (void *)script_stat,
	.fo_close = script_close,
	.fo_chmod = invfo_chmod,
	.fo_chown = invfo_chown,
	.fo_sendfile = invfo_sendfile,
	.fo_fill_kinfo = (void *)script_fill,
	.fo_flags = DFLAG_PASSABLE,
};

/* The system calls. */

struct load_arguments {
	uint64_t request;
};

static int sys_load(struct thread *td, void *given)
{
	struct load_arguments *arguments = given;
	struct fpu_kern_ctx *context;
	int level = __atomic_load_n(&enabled, __ATOMIC_RELAXED), error = 0, fd;
	struct file *fp;
	void *script;

	if (level == 0)
		return EPERM;
	error = falloc_caps(td, &fp, &fd, O_CLOEXEC, NULL);
	if (error != 0)
		return error;
	context = perilune_begin(td);
	script = perilune_enter_load(arguments->request, MAX_MEMORY, level > 1 ? MAX_CODE : 0, true, &error);
	perilune_end(td, context);
	if (script == NULL) {
		fdclose(td, fp, fd);
		fdrop(fp, td);
		return -error;
	}
	finit(fp, FREAD | FWRITE, DTYPE_NONE, script, &script_operations);
	fdrop(fp, td);
	PL_RETVAL(td) = fd;
	return 0;
}

struct run_arguments {
	uint64_t descriptor, request;
};

static int sys_run(struct thread *td, void *given)
{
	struct run_arguments *arguments = given;
	struct fpu_kern_ctx *context;
	struct file *fp;
	int error;

	error = fget(td, (int)arguments->descriptor, RIGHTS, &fp);
	if (error != 0)
		return error;
	if (fp->f_ops != &script_operations) {
		fdrop(fp, td);
		return EINVAL;
	}
	context = perilune_begin(td);
	error = -perilune_enter_run(fp->f_data, arguments->request);
	perilune_end(td, context);
	fdrop(fp, td);
	PL_RETVAL(td) = 0;
	return error;
}

/* Neither is allowed in capability mode: scripts could name addresses. */
static struct sysent load_entry = { .sy_call = sys_load, .sy_narg = sizeof(struct load_arguments) / sizeof(register_t) };
static struct sysent run_entry = { .sy_call = sys_run, .sy_narg = sizeof(struct run_arguments) / sizeof(register_t) };
static int load_number = NO_SYSCALL, run_number = NO_SYSCALL;

/* The module. */

/* Is what a module that was built elsewhere believes of struct thread and struct proc true of this kernel? */
static bool check_layout(struct thread *td)
{
#ifdef PL_CROSS
	const char *process = *(char **)((char *)td + PL_TD_PROC);
	register_t before = PL_RETVAL(td);
	bool same;

	PL_RETVAL(td) = -1;
	sys_getpid(td, NULL);
	same = PL_RETVAL(td) == *(const int32_t *)(process + PL_P_PID);
	PL_RETVAL(td) = before;
	return same;
#else
	(void)td;
	return true;
#endif
}

static int start(void)
{
	struct thread *td = curthread;
	struct fpu_kern_ctx *context;
	bool prepared;
	int error;

	if (!check_layout(td))
		return ENOEXEC;
	context = perilune_begin(td);
	prepared = perilune_enter_prepare();
	perilune_end(td, context);
	if (!prepared)
		return ENOMEM;
	error = pl_code_init();
	if (error != 0)
		return error;
	sysctl_ctx_init(&sysctls);
	sysctl_add_oid(&sysctls, SYSCTL_STATIC_CHILDREN(_kern), OID_AUTO, "perilune", (int)(CTLTYPE_INT | CTLFLAG_RW | CTLFLAG_MPSAFE), &enabled, 0,
		       sysctl_handle_int, "I", "0: nobody may load scripts, 1: everybody may, and they are interpreted, 2: and compiled", NULL);
	return 0;
}

/* Whichever of the two modules comes first starts, and whichever goes last stops. A load that failed is followed by an unload. */
static bool has_load, has_run;

static int event(module_t module, int what, void *argument)
{
	bool *mine = argument;
	int error = 0;

	(void)module;
	switch (what) {
	case MOD_LOAD:
		if (!has_load && !has_run)
			error = start();
		*mine = error == 0;
		return error;
	case MOD_UNLOAD:
		if (!*mine)
			return 0;
		*mine = false;
		if (!has_load && !has_run) {
			sysctl_ctx_free(&sysctls);
			pl_code_exit();
		}
		return 0;
	default:
		return 0;
	}
}

SYSCALL_MODULE(perilune_load, &load_number, &load_entry, event, &has_load);
SYSCALL_MODULE(perilune_run, &run_number, &run_entry, event, &has_run);
MODULE_VERSION(perilune_load, 1);
