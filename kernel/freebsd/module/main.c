/* The two system calls, the scripts' descriptors, and the module itself. */
#include "shim.h"

/* Below kern.perilune: 0 nobody may load scripts (the default), 1 everybody may, and they are interpreted, 2 and compiled; */
static int enabled;
/* the most bytes that a script's state may have, and KiB of machine code; */
static u_long max_memory = 64UL << 20;
static u_int max_code = 512;
/* whether machine code has measures against the scripts that it is made of. */
static int harden = 1;
static struct sysctl_ctx_list sysctls;

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

static int script_mmap(struct file *fp, vm_map_t map, vm_offset_t *address, vm_size_t size, vm_prot_t protection, vm_prot_t most, int flags,
		       vm_ooffset_t offset, struct thread *td)
{
	struct fpu_kern_ctx *context = perilune_begin(td);
	void *object, *region;
	size_t len;

	region = perilune_enter_region(fp->f_data, &len, &object);
	perilune_end(td, context);
	if (region == NULL)
		return ENODEV;
	return pl_region_map(object, len, map, address, size, protection, most, flags, offset, td);
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
	.fo_mmap = script_mmap,
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
	/* Memory is on the account of whoever opened the descriptor, whose credentials it keeps. */
	script = perilune_enter_load(arguments->request, __atomic_load_n(&max_memory, __ATOMIC_RELAXED),
				     level > 1 ? __atomic_load_n(&max_code, __ATOMIC_RELAXED) : 0, __atomic_load_n(&harden, __ATOMIC_RELAXED) != 0,
				     fp->f_cred, &error);
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

	error = fget(td, (int)arguments->descriptor, PL_RIGHTS(ioctl), &fp);
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

/*
 * Neither is allowed in capability mode (sy_flags has no SYF_CAPENABLED, so they fail with ECAPMODE): that a message in it may not name an address is
 * checked by sendit, above the function that scripts send by.
 */
static struct sysent load_entry = { .sy_call = sys_load, .sy_narg = sizeof(struct load_arguments) / sizeof(register_t) };
static struct sysent run_entry = { .sy_call = sys_run, .sy_narg = sizeof(struct run_arguments) / sizeof(register_t) };
static int load_number = NO_SYSCALL, run_number = NO_SYSCALL;

/* The module. */

/* Is what a module that was built elsewhere believes of struct thread, struct proc and struct file true of this kernel? */
static bool check_layout(struct thread *td)
{
#ifdef PL_CROSS
	const char *process = *(char **)((char *)td + PL_TD_PROC);
	register_t before = PL_RETVAL(td);
	struct file *fp;
	bool same;
	int fd;

	PL_RETVAL(td) = -1;
	sys_getpid(td, NULL);
	same = PL_RETVAL(td) == *(const int32_t *)(process + PL_P_PID);
	PL_RETVAL(td) = before;
	/* A new file has the credentials of the thread. */
	if (falloc_caps(td, &fp, &fd, O_CLOEXEC, NULL) != 0)
		return false;
	same = same && fp->f_cred == PL_UCRED(td);
	fdclose(td, fp, fd);
	fdrop(fp, td);
	return same;
#else
	(void)td;
	return true;
#endif
}

static bool add_sysctls(void)
{
	struct sysctl_oid *node;

	sysctl_ctx_init(&sysctls);
	node = sysctl_add_oid(&sysctls, SYSCTL_STATIC_CHILDREN(_kern), OID_AUTO, "perilune", (int)(CTLTYPE_NODE | CTLFLAG_RW | CTLFLAG_MPSAFE), NULL, 0,
			      NULL, "N", "scripts of processes", NULL);
	if (node == NULL)
		return false;
#define ADD(variable, type, handler, format, text)                                                                                        \
	sysctl_add_oid(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, #variable, (int)(CTLTYPE_##type | CTLFLAG_RW | CTLFLAG_MPSAFE), &variable, 0, \
		       handler, format, text, NULL)
	ADD(enabled, INT, sysctl_handle_int, "I", "0: nobody may load scripts, 1: everybody may, and they are interpreted, 2: and compiled");
	ADD(max_memory, ULONG, sysctl_handle_long, "LU", "the most bytes that a script's state may have");
	ADD(max_code, UINT, sysctl_handle_int, "IU", "the most KiB of machine code that a script may have");
	ADD(harden, INT, sysctl_handle_int, "I", "machine code has measures against the scripts that it is made of");
#undef ADD
	return true;
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
	if (!add_sysctls()) {
		sysctl_ctx_free(&sysctls);
		pl_code_exit();
		return ENOMEM;
	}
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
