/*
 * FreeBSD 14's kernel interface on amd64, as far as the module uses it, for builds on machines that have no FreeBSD headers (-DPL_CROSS). On FreeBSD
 * the kernel's own headers are used, and this is not. `kpi.txt` tells where each declaration was looked up.
 */
#ifndef PL_KPI_H
#define PL_KPI_H

typedef __SIZE_TYPE__ size_t;
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef long ssize_t;
typedef long off_t;
typedef long register_t;
typedef unsigned char u_char;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long int64_t;
typedef unsigned long uint64_t;
typedef uint32_t socklen_t;
typedef int clockid_t;
typedef uint32_t mode_t;
typedef uint32_t uid_t;
typedef uint32_t gid_t;
typedef uint64_t vm_offset_t;
typedef uint64_t vm_size_t;
typedef uint64_t vm_paddr_t;
typedef int64_t vm_ooffset_t;
typedef u_char vm_prot_t;
typedef int boolean_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)
#define offsetof(type, field) __builtin_offsetof(type, field)
#define __DEVOLATILE(type, var) ((type)(uintptr_t)(volatile const void *)(var))
#define nitems(array) (sizeof(array) / sizeof((array)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* sys/errno.h */
#define EPERM 1
#define EINTR 4
#define ENOEXEC 8
#define EBADF 9
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define ENODEV 19
#define EINVAL 22
#define EOPNOTSUPP 45
#define ERESTART (-1)

/* The machine. */
#define PAGE_SIZE 4096UL
#define PAGE_MASK (PAGE_SIZE - 1)
#define round_page(x) roundup2((vm_size_t)(x), PAGE_SIZE)
#define roundup2(x, y) (((x) + ((y) - 1)) & ~((y) - 1))
#define howmany(x, y) (((x) + ((y) - 1)) / (y))

/* struct thread and struct proc: only what is at these offsets, which check_layout compares with what the running kernel does. */
#define PL_TD_PROC 0x8
#define PL_TD_UCRED 0x180
#define PL_TD_RETVAL 0x460
#define PL_P_PID 0xc4
struct thread;

static inline struct thread *pl_curthread(void)
{
	struct thread *td;

	/* The first word of the processor's own data (sys/amd64/include/pcpu_aux.h). */
	__asm__("movq %%gs:0, %0" : "=r"(td));
	return td;
}
#define curthread pl_curthread()
#define PL_UCRED(td) (*(struct ucred **)((char *)(td) + PL_TD_UCRED))
#define PL_RETVAL(td) (*(register_t *)((char *)(td) + PL_TD_RETVAL))

/* sys/sysent.h */
typedef int sy_call_t(struct thread *, void *);
struct sysent {
	sy_call_t *sy_call;
	void *sy_systrace_args_func;
	uint8_t sy_narg;
	uint8_t sy_flags;
	uint16_t sy_auevent;
	uint32_t sy_entry;
	uint32_t sy_return;
	uint32_t sy_thrcnt;
};
struct module;
struct syscall_module_data {
	int (*chainevh)(struct module *, int, void *);
	void *chainarg;
	int *offset;
	struct sysent *new_sysent;
	struct sysent old_sysent;
	int flags;
};
#define NO_SYSCALL (-1)
int syscall_module_handler(struct module *module, int what, void *argument);
_Static_assert(sizeof(struct sysent) == 32, "struct sysent");
_Static_assert(offsetof(struct sysent, sy_narg) == 16 && offsetof(struct sysent, sy_thrcnt) == 28, "struct sysent");
_Static_assert(offsetof(struct syscall_module_data, old_sysent) == 32 && offsetof(struct syscall_module_data, flags) == 64,
	       "struct syscall_module_data");

/* sys/module.h */
typedef struct module *module_t;
typedef struct moduledata {
	const char *name;
	int (*evhand)(module_t, int, void *);
	void *priv;
} moduledata_t;
enum { MOD_LOAD, MOD_UNLOAD, MOD_SHUTDOWN, MOD_QUIESCE };
struct mod_depend {
	int md_ver_minimum, md_ver_preferred, md_ver_maximum;
};
struct mod_version {
	int mv_version;
};
struct mod_metadata {
	int md_version, md_type;
	const void *md_data;
	const char *md_cval;
};
enum { MDT_DEPEND = 1, MDT_MODULE = 2, MDT_VERSION = 3 };
#define MDT_STRUCT_VERSION 1
_Static_assert(sizeof(struct mod_metadata) == 24 && sizeof(moduledata_t) == 24, "sys/module.h");
void module_register_init(const void *data);

/* sys/kernel.h, sys/linker_set.h */
struct sysinit {
	uint32_t subsystem, order;
	void (*func)(const void *);
	const void *udata;
};
_Static_assert(sizeof(struct sysinit) == 24, "struct sysinit");
#define SI_SUB_KMEM 0x1800000
#define SI_SUB_SYSCALLS 0xd800000
#define SI_ORDER_THIRD 0x0000003
#define SI_ORDER_MIDDLE 0x1000000
#define SI_ORDER_ANY 0xfffffff
/* Sets of sysinits are sorted where they lie. */
#define PL_WSET(set, symbol) static const void *__set_##set##_##symbol __attribute__((section("set_" #set), used)) = &symbol
#define PL_SET(set, symbol) static const void *const __set_##set##_##symbol __attribute__((section("set_" #set), used)) = &symbol
#define PL_METADATA(name, type, data, cval)                                                     \
	static struct mod_metadata name = { MDT_STRUCT_VERSION, type, data, cval };             \
	PL_SET(modmetadata_set, name)
/* __FreeBSD_version of what the module may be loaded into: 14.0 up to the last 14. */
#define PL_OLDEST 1400097
#define PL_NEWEST 1499999
#define DECLARE_MODULE(name, data, subsystem, order)                                                  \
	static struct mod_depend name##_depend = { PL_OLDEST, PL_OLDEST, PL_NEWEST };                 \
	PL_METADATA(name##_on_kernel, MDT_DEPEND, &name##_depend, "kernel");                          \
	PL_METADATA(name##_module, MDT_MODULE, &data, #name);                                         \
	static struct sysinit name##_sysinit = { subsystem, order, module_register_init, &data };    \
	PL_WSET(sysinit_set, name##_sysinit)
#define MODULE_VERSION(name, version)                          \
	static struct mod_version name##_version = { version }; \
	PL_METADATA(name##_has_version, MDT_VERSION, &name##_version, #name)
#define SYSCALL_MODULE(name, offset, new_sysent, evh, arg)                                       \
	static struct syscall_module_data name##_syscall = { evh, arg, offset, new_sysent, { 0 }, 0 }; \
	static moduledata_t name##_data = { "sys/" #name, syscall_module_handler, &name##_syscall };   \
	DECLARE_MODULE(name, name##_data, SI_SUB_SYSCALLS, SI_ORDER_MIDDLE)

/* sys/malloc.h */
struct malloc_type {
	struct malloc_type *ks_next;
	u_long ks_version;
	const char *ks_shortdesc;
	/* malloc's own. */
	struct malloc_type_internal {
		uint32_t mti_probes[2];
		u_char mti_zone;
		void *mti_stats;
		u_long mti_spare[8];
	} ks_mti;
};
_Static_assert(sizeof(struct malloc_type) == 112, "struct malloc_type");
#define MALLOC_DECLARE(type) extern struct malloc_type type[1]
#define MALLOC_DEFINE(type, shortdesc, longdesc)                                                                                  \
	struct malloc_type type[1] = { { .ks_shortdesc = shortdesc } };                                                           \
	/* The structure's version is that of the kernel's own, for a wrong one would be its end. */                              \
	static void type##_start(const void *unused)                                                                              \
	{                                                                                                                         \
		(void)unused;                                                                                                     \
		type->ks_version = M_TEMP->ks_version;                                                                            \
		malloc_init(type);                                                                                                \
	}                                                                                                                         \
	static struct sysinit type##_init = { SI_SUB_KMEM, SI_ORDER_THIRD, type##_start, NULL };                                   \
	PL_WSET(sysinit_set, type##_init);                                                                                         \
	static struct sysinit type##_uninit = { SI_SUB_KMEM, SI_ORDER_ANY, (void (*)(const void *))malloc_uninit, type };          \
	PL_WSET(sysuninit_set, type##_uninit)
void malloc_init(void *type);
void malloc_uninit(void *type);
MALLOC_DECLARE(M_TEMP);
MALLOC_DECLARE(M_SONAME);
#define M_NOWAIT 0x0001
#define M_WAITOK 0x0002
#define M_ZERO 0x0100
void *malloc(size_t size, struct malloc_type *type, int flags);
void *malloc_aligned(size_t size, size_t align, struct malloc_type *type, int flags);
void free(void *address, struct malloc_type *type);

/* sys/systm.h, sys/libkern.h, sys/priority.h */
int copyin(const void *from, void *to, size_t len);
int copyout(const void *from, void *to, size_t len);
void panic(const char *format, ...) __attribute__((noreturn));
void arc4random_buf(void *to, size_t len);
void maybe_yield(void);
int sig_intr(void);
void *memset(void *, int, size_t);
void *memcpy(void *, const void *, size_t);

/* machine/fpu.h */
struct fpu_kern_ctx;
#define FPU_KERN_NORMAL 0x0000
struct fpu_kern_ctx *fpu_kern_alloc_ctx(u_int flags);
void fpu_kern_free_ctx(struct fpu_kern_ctx *ctx);
void fpu_kern_enter(struct thread *td, struct fpu_kern_ctx *ctx, u_int flags);
int fpu_kern_leave(struct thread *td, struct fpu_kern_ctx *ctx);

/* sys/uio.h */
struct iovec {
	void *iov_base;
	size_t iov_len;
};
enum uio_rw { UIO_READ, UIO_WRITE };
enum uio_seg { UIO_USERSPACE, UIO_SYSSPACE, UIO_NOCOPY };
struct uio {
	struct iovec *uio_iov;
	int uio_iovcnt;
	off_t uio_offset;
	ssize_t uio_resid;
	enum uio_seg uio_segflg;
	enum uio_rw uio_rw;
	struct thread *uio_td;
};
_Static_assert(sizeof(struct uio) == 48 && offsetof(struct uio, uio_resid) == 24 && offsetof(struct uio, uio_td) == 40, "struct uio");
int uiomove(void *from, int len, struct uio *uio);

/* sys/capsicum.h, sys/file.h, sys/filedesc.h */
typedef struct cap_rights cap_rights_t;
extern const cap_rights_t cap_ioctl_rights, cap_recv_rights;
#define PL_RIGHTS(right) (&cap_##right##_rights)
struct file;
struct ucred;
typedef struct vm_map *vm_map_t;
struct fileops {
	int (*fo_read)(struct file *, struct uio *, struct ucred *, int, struct thread *);
	int (*fo_write)(struct file *, struct uio *, struct ucred *, int, struct thread *);
	int (*fo_truncate)(struct file *, off_t, struct ucred *, struct thread *);
	int (*fo_ioctl)(struct file *, u_long, void *, struct ucred *, struct thread *);
	int (*fo_poll)(struct file *, int, struct ucred *, struct thread *);
	int (*fo_kqfilter)(struct file *, void *);
	int (*fo_stat)(struct file *, void *, struct ucred *);
	int (*fo_close)(struct file *, struct thread *);
	int (*fo_chmod)(struct file *, mode_t, struct ucred *, struct thread *);
	int (*fo_chown)(struct file *, uid_t, gid_t, struct ucred *, struct thread *);
	int (*fo_sendfile)(struct file *, int, struct uio *, struct uio *, off_t, size_t, off_t *, int, struct thread *);
	void *fo_seek;
	int (*fo_fill_kinfo)(struct file *, void *, void *);
	int (*fo_mmap)(struct file *, vm_map_t, vm_offset_t *, vm_size_t, vm_prot_t, vm_prot_t, int, vm_ooffset_t, struct thread *);
	void *fo_aio_queue, *fo_add_seals, *fo_get_seals, *fo_fallocate, *fo_fspacectl, *fo_spares[8];
	int fo_flags;
};
_Static_assert(sizeof(struct fileops) == 224 && offsetof(struct fileops, fo_mmap) == 104 && offsetof(struct fileops, fo_flags) == 216, "struct fileops");
#define DFLAG_PASSABLE 0x01
struct file {
	volatile u_int f_flag, f_count;
	void *f_data;
	struct fileops *f_ops;
	void *f_vnode;
	struct ucred *f_cred;
};
_Static_assert(offsetof(struct file, f_data) == 8 && offsetof(struct file, f_ops) == 16 && offsetof(struct file, f_cred) == 32, "struct file");
#define FREAD 0x1
#define FWRITE 0x2
#define O_CLOEXEC 0x00100000
#define DTYPE_NONE 0
struct filecaps;
int falloc_caps(struct thread *td, struct file **fp, int *fd, int flags, struct filecaps *caps);
void fdclose(struct thread *td, struct file *fp, int fd);
void finit(struct file *fp, u_int flag, short type, void *data, struct fileops *ops);
int fget(struct thread *td, int fd, const cap_rights_t *rights, struct file **fp);
int _fdrop(struct file *fp, struct thread *td);
int invfo_rdwr(struct file *, struct uio *, struct ucred *, int, struct thread *);
int invfo_truncate(struct file *, off_t, struct ucred *, struct thread *);
int invfo_ioctl(struct file *, u_long, void *, struct ucred *, struct thread *);
int invfo_poll(struct file *, int, struct ucred *, struct thread *);
int invfo_kqfilter(struct file *, void *);
int invfo_chmod(struct file *, mode_t, struct ucred *, struct thread *);
int invfo_chown(struct file *, uid_t, gid_t, struct ucred *, struct thread *);
int invfo_sendfile(struct file *, int, struct uio *, struct uio *, off_t, size_t, off_t *, int, struct thread *);
static inline int pl_fdrop(struct file *fp, struct thread *td)
{
	return __atomic_sub_fetch(&fp->f_count, 1, __ATOMIC_ACQ_REL) == 0 ? _fdrop(fp, td) : 0;
}
#define fdrop(fp, td) pl_fdrop(fp, td)

/* sys/syscallsubr.h, sys/sysproto.h, sys/socketvar.h */
struct timespec {
	int64_t tv_sec;
	long tv_nsec;
};
struct pollfd {
	int fd;
	short events, revents;
};
struct sockaddr {
	u_char sa_len, sa_family;
	char sa_data[14];
};
struct msghdr {
	void *msg_name;
	socklen_t msg_namelen;
	struct iovec *msg_iov;
	int msg_iovlen;
	void *msg_control;
	socklen_t msg_controllen;
	int msg_flags;
};
_Static_assert(sizeof(struct msghdr) == 48 && offsetof(struct msghdr, msg_flags) == 44, "struct msghdr");
#define MSG_DONTWAIT 0x80
struct mbuf;
struct socket;
int kern_readv(struct thread *td, int fd, struct uio *uio);
int kern_writev(struct thread *td, int fd, struct uio *uio);
int kern_preadv(struct thread *td, int fd, struct uio *uio, off_t offset);
int kern_pwritev(struct thread *td, int fd, struct uio *uio, off_t offset);
int kern_sendit(struct thread *td, int s, struct msghdr *mp, int flags, struct mbuf *control, enum uio_seg segflg);
int getsock(struct thread *td, int fd, const cap_rights_t *rights, struct file **fp);
int soreceive(struct socket *so, struct sockaddr **from, struct uio *uio, struct mbuf **mp, struct mbuf **control, int *flags);
int kern_poll_kfds(struct thread *td, struct pollfd *fds, u_int count, struct timespec *timeout, void *set);
int kern_accept4(struct thread *td, int s, struct sockaddr **name, socklen_t *len, int flags, struct file **fp);
int kern_close(struct thread *td, int fd);
int kern_fcntl(struct thread *td, int fd, int command, intptr_t argument);
int kern_lseek(struct thread *td, int fd, off_t offset, int whence);
int kern_shutdown(struct thread *td, int s, int how);
int kern_clock_gettime(struct thread *td, clockid_t clock, struct timespec *time);
int kern_nanosleep(struct thread *td, struct timespec *time, struct timespec *left);
int kern_getppid(struct thread *td);
int sys_getpid(struct thread *td, void *arguments);
int sys_getuid(struct thread *td, void *arguments);
int sys_geteuid(struct thread *td, void *arguments);
int sys_getgid(struct thread *td, void *arguments);
int sys_getegid(struct thread *td, void *arguments);
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 4
#define CLOCK_THREAD_CPUTIME_ID 14

/* sys/sysctl.h */
struct sysctl_oid;
struct sysctl_oid_list;
struct sysctl_req;
struct sysctl_ctx_list {
	void *tqh_first, *tqh_last;
};
extern struct sysctl_oid sysctl___kern;
int sysctl_ctx_init(struct sysctl_ctx_list *list);
int sysctl_ctx_free(struct sysctl_ctx_list *list);
struct sysctl_oid *sysctl_add_oid(struct sysctl_ctx_list *list, struct sysctl_oid_list *parent, int number, const char *name, int kind, void *arg1,
				  intptr_t arg2, int (*handler)(struct sysctl_oid *, void *, intptr_t, struct sysctl_req *), const char *format,
				  const char *description, const char *label);
int sysctl_handle_int(struct sysctl_oid *, void *, intptr_t, struct sysctl_req *);
int sysctl_handle_long(struct sysctl_oid *, void *, intptr_t, struct sysctl_req *);
/* An oid begins with the list of its children. */
#define SYSCTL_STATIC_CHILDREN(parent) SYSCTL_CHILDREN(&sysctl___kern)
#define SYSCTL_CHILDREN(oid) ((struct sysctl_oid_list *)(oid))
#define OID_AUTO (-1)
#define CTLTYPE_NODE 1
#define CTLTYPE_INT 2
#define CTLTYPE_UINT 6
#define CTLTYPE_ULONG 8
#define CTLFLAG_RW 0xc0000000
#define CTLFLAG_MPSAFE 0x00040000

/* security/mac/mac_framework.h; GENERIC has `options MAC`. A kernel without it doesn't load the module. */
#define PL_HAS_MAC
int mac_socket_check_receive(struct ucred *cred, struct socket *so);

/* vm/vm.h, vm/vm_prot.h, vm/vm_kern.h, vm/vm_map.h, vm/vm_object.h, vm/vm_pager.h, vm/vm_extern.h */
struct vm_object;
typedef struct vm_object *vm_object_t;
typedef u_char objtype_t;
#define OBJT_SWAP 1
#define VM_PROT_RW 0x03
#define VM_PROT_DEFAULT 0x07
#define KERN_SUCCESS 0
#define VMFS_OPTIMAL_SPACE 2
#define VM_MAP_WIRE_SYSTEM 0
#define VM_MAP_WIRE_NOHOLES 0
extern struct vm_map kernel_map_store;
#define kernel_map (&kernel_map_store)
/* Searching begins at the map's beginning, wherever that is. */
#define PL_KERNEL_MIN 0
bool swap_reserve_by_cred(vm_ooffset_t incr, struct ucred *cred);
void swap_release_by_cred(vm_ooffset_t decr, struct ucred *cred);
vm_object_t vm_pager_allocate(objtype_t type, void *handle, vm_ooffset_t size, vm_prot_t prot, vm_ooffset_t offset, struct ucred *cred);
void vm_object_reference(vm_object_t object);
void vm_object_deallocate(vm_object_t object);
int vm_map_find(vm_map_t map, vm_object_t object, vm_ooffset_t offset, vm_offset_t *address, vm_size_t size, vm_offset_t max_address, int find_space,
		vm_prot_t prot, vm_prot_t max, int cow);
int vm_map_wire(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags);
int vm_map_remove(vm_map_t map, vm_offset_t start, vm_offset_t end);
int vm_mmap_object(vm_map_t map, vm_offset_t *address, vm_size_t size, vm_prot_t prot, vm_prot_t max, int flags, vm_object_t object, vm_ooffset_t offset,
		   boolean_t writecounted, struct thread *td);

/* vm/vm_extern.h, vm/vm_page.h, vm/pmap.h */
struct vm_page;
typedef struct vm_page *vm_page_t;
vm_offset_t kva_alloc(vm_size_t size);
void kva_free(vm_offset_t address, vm_size_t size);
vm_page_t PHYS_TO_VM_PAGE(vm_paddr_t address);
vm_paddr_t pmap_kextract(vm_offset_t address);
void pmap_qenter(vm_offset_t address, vm_page_t *pages, int count);
void pmap_qremove(vm_offset_t address, int count);

#endif
