/*
 * Between Rust and the kernel.
 *
 * Rust uses SSE registers, so it runs between fpu_kern_enter and fpu_kern_leave (perilune_begin, perilune_end). With FPU_KERN_NORMAL a thread may sleep
 * and be preempted in between, so the functions that Rust calls need not leave that state.
 */
#ifndef PL_SHIM_H
#define PL_SHIM_H

#ifdef PL_CROSS
#include "kpi.h"
#else
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/capsicum.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/module.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/syscallsubr.h>
#include <sys/sysctl.h>
#include <sys/sysent.h>
#include <sys/sysproto.h>
#include <sys/ucred.h>
#include <sys/uio.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_map.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <machine/fpu.h>
#include <security/mac/mac_framework.h>
#define PL_RETVAL(td) ((td)->td_retval[0])
#define PL_UCRED(td) ((td)->td_ucred)
#define PL_RIGHTS(right) __DECONST(cap_rights_t *, &cap_##right##_rights)
#define PL_KERNEL_MIN vm_map_min(kernel_map)
/* opt_global.h of the kernel says so. */
#ifdef MAC
#define PL_HAS_MAC
#endif
#endif

#ifdef PL_HAS_MAC
#define PL_MAC_RECEIVE(td, so) mac_socket_check_receive(PL_UCRED(td), so)
#else
#define PL_MAC_RECEIVE(td, so) 0
#endif

/* Errors are negative numbers for Rust. A call that would begin again after a signal was interrupted. */
static inline int pl_failure(int error)
{
	return error == ERESTART ? -EINTR : -error;
}

#define PL_PIECES 16
#define PL_ADDRESS 128
#define PL_POLLED 64
/* The size of the section for machine code, which enter.S has, too. */
#define PL_CODE_SIZE 0x800000

struct pl_piece {
	uint64_t address, len;
};

/* Messages with their addresses, one after the other; what follows a slot is room for the message. */
struct pl_slots {
	uint64_t start;
	uint32_t count, size;
	uint64_t stride;
};
struct pl_slot {
	uint32_t len;
	uint8_t address_len, unused[3];
	char address[PL_ADDRESS];
};

/* Of Rust, through enter.S. */
bool perilune_enter_prepare(void);
void *perilune_enter_load(uint64_t request, size_t max_memory, uint32_t max_code, bool hardened, void *owner, int *error);
int perilune_enter_run(void *script, uint64_t request);
int64_t perilune_enter_log(void *script, uint64_t address, size_t len);
void *perilune_enter_region(void *script, size_t *len, void **pages);
void perilune_enter_release(void *script);

/* For Rust. */
int pl_system(void);
bool pl_wants_endbr(void);
void pl_bug(const char *text, size_t len) __attribute__((noreturn));
void *pl_allocate(size_t size, size_t align);
void pl_release(void *block, size_t size, size_t align);
bool pl_reserve(void *owner, size_t size);
void pl_unreserve(void *owner, size_t size);
void *pl_region_allocate(void *owner, size_t size, void **pages);
void pl_region_release(void *region, size_t size, void *pages);
void *pl_code_reserve(size_t len);
void pl_code_release(void *start, size_t len);
void *pl_code_alias(void *start);
int pl_copy_in(void *to, uint64_t from, size_t len);
int pl_copy_out(uint64_t to, const void *from, size_t len);
int64_t pl_read(int fd, const struct pl_piece *pieces, uint32_t count, bool user, int64_t position);
int64_t pl_write(int fd, const struct pl_piece *pieces, uint32_t count, bool user, int64_t position);
int64_t pl_receive(int fd, const struct pl_piece *pieces, uint32_t count, bool user, int flags, void *address, uint32_t *address_len,
		   int *message_flags);
int64_t pl_send(int fd, const struct pl_piece *pieces, uint32_t count, bool user, int flags, const void *address, uint32_t address_len);
int64_t pl_receive_batch(int fd, const struct pl_slots *slots, int flags, uint64_t *bytes);
int64_t pl_send_batch(int fd, const struct pl_slots *slots, int flags, uint64_t *bytes);
int pl_poll(struct pollfd *entries, uint32_t count, int milliseconds);
int pl_accept(int fd, int flags, void *address, uint32_t *address_len);
int pl_close(int fd);
int pl_control(int fd, int command, int argument);
int64_t pl_seek(int fd, int64_t offset, int whence);
int pl_shut_down(int fd, int how);
void pl_clock(int clock, int64_t *seconds, uint32_t *nanoseconds);
int pl_sleep(uint64_t nanoseconds);
int64_t pl_identity(int which);
bool pl_has_to_stop(bool any_signal);
void pl_entropy(void *bytes, size_t len);

/* Within C. */
int pl_code_init(void);
void pl_code_exit(void);
int pl_region_map(vm_object_t object, size_t len, vm_map_t map, vm_offset_t *address, vm_size_t size, vm_prot_t protection, vm_prot_t most, int flags,
		  vm_ooffset_t offset, struct thread *td);
MALLOC_DECLARE(M_PERILUNE);

#endif
