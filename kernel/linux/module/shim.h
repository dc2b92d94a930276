/*
 * Between Rust and the kernel.
 *
 * Rust uses SSE registers, so it runs between kernel_fpu_begin and kernel_fpu_end, where nothing may sleep. Every function that Rust calls leaves that
 * state first (pl_leave) and takes it again last (pl_return); the registers are lost meanwhile, as they are across any call.
 */
#ifndef PL_SHIM_H
#define PL_SHIM_H

#include <asm/fpu/api.h>
#include <linux/types.h>

#define PL_PIECES 16
#define PL_ADDRESS 128
#define PL_POLLED 64

struct pl_piece {
	u64 address;
	u64 len;
};

static inline void pl_return(void)
{
	kernel_fpu_begin_mask(KFPU_MXCSR);
}

static inline void pl_leave(void)
{
	kernel_fpu_end();
}

/* The value of an expression that is computed outside. */
#define PL_OUTSIDE(expression)                          \
	({                                              \
		__typeof__(expression) outside;         \
		pl_leave();                             \
		outside = (expression);                 \
		pl_return();                            \
		outside;                                \
	})

/* Of a batch; the message lies behind it. */
struct pl_slot {
	u32 len;
	u8 address_len;
	u8 unused[3];
	u8 address[PL_ADDRESS];
};

/* Slots in the kernel's memory, which the process may change at any time. */
struct pl_slots {
	u64 start;
	u32 count;
	u32 size; /* of a message */
	u64 stride;
};

struct page;
struct pollfd;

/* Of Rust, through enter.S. */
bool perilune_enter_prepare(void);
void *perilune_enter_load(u64 request, size_t max_memory, u32 max_code, bool hardened, void *owner, int *error);
int perilune_enter_run(void *script, u64 request);
s64 perilune_enter_log(void *script, u64 address, size_t len);
void *perilune_enter_region(void *script, size_t *len, struct page ***pages);
void perilune_enter_release(void *script);

/* For Rust. */
int pl_system(void);
void __noreturn pl_bug(const char *text, size_t len);
void *pl_allocate(size_t size, size_t align);
void pl_release(void *block, size_t size, size_t align);
bool pl_reserve(void *owner, size_t size);
void pl_unreserve(void *owner, size_t size);
void *pl_region_allocate(void *owner, size_t size, struct page ***pages);
void pl_region_release(void *region, size_t size, struct page **pages);
void *pl_code_reserve(size_t len);
void pl_code_release(void *start, size_t len);
void *pl_code_alias(void *start);
int pl_copy_in(void *to, u64 from, size_t len);
int pl_copy_out(u64 to, const void *from, size_t len);
s64 pl_read(int fd, const struct pl_piece *pieces, u32 count, bool user, s64 position);
s64 pl_write(int fd, const struct pl_piece *pieces, u32 count, bool user, s64 position);
s64 pl_receive(int fd, const struct pl_piece *pieces, u32 count, bool user, int flags, void *address, u32 *address_len,
	       int *message_flags);
s64 pl_send(int fd, const struct pl_piece *pieces, u32 count, bool user, int flags, const void *address, u32 address_len);
/* How many messages; `bytes` is how many bytes they have. */
s64 pl_receive_batch(int fd, const struct pl_slots *slots, int flags, u64 *bytes);
s64 pl_send_batch(int fd, const struct pl_slots *slots, int flags, u64 *bytes);
int pl_poll(struct pollfd *entries, u32 count, int milliseconds);
int pl_accept(int fd, int flags, void *address, u32 *address_len);
int pl_close(int fd);
int pl_control(int fd, int command, int argument);
s64 pl_seek(int fd, s64 offset, int whence);
int pl_shut_down(int fd, int how);
void pl_clock(int clock, s64 *seconds, u32 *nanoseconds);
int pl_sleep(u64 nanoseconds);
s64 pl_identity(int which);
bool pl_has_to_stop(bool any_signal);
bool pl_wants_endbr(void);
void pl_entropy(void *bytes, size_t len);

/* Within C. */
int pl_code_init(void);
void pl_code_exit(void);
int pl_hooks_pass(void);
struct iov_iter;
int pl_make_iter(struct iov_iter *iter, unsigned int direction, void *vectors, const struct pl_piece *pieces, u32 count,
		 bool user);

#endif
