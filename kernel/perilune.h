/* The calls of system call scripting, as core/src/request.rs has them. */
#ifndef PERILUNE_H
#define PERILUNE_H

#ifdef __KERNEL__
#include <linux/ioctl.h>
#include <linux/types.h>
#elif defined(__linux__)
#include <linux/types.h>
#include <sys/ioctl.h>
#else
#include <stdint.h>
typedef uint32_t __u32;
typedef uint64_t __u64;
#endif

/* What to load; 0 in a limit is the default. */
struct perilune_load {
	__u64 source;		/* the text */
	__u64 source_len;
	__u64 name;		/* for error messages: "@file" or "=name" */
	__u32 name_len;
	__u32 flags;		/* 0 */
	__u64 memory;		/* limits: bytes, */
	__u64 fuel;		/* fuel of each run, */
	__u32 stack;		/* slots of a stack, */
	__u32 code;		/* KiB of machine code; PERILUNE_NO_CODE is an interpreter only */
	__u64 region;		/* bytes to be shared with the process, by mmap on the script's descriptor */
	__u64 message;		/* where an error's message goes, */
	__u32 message_size;
	__u32 message_len;	/* answer: how long it is */
};

#define PERILUNE_NO_CODE 0xffffffffu

/* An argument or a result. */
struct perilune_value {
	__u32 kind;
	__u32 length;		/* of a string */
	__u64 payload;		/* a boolean, a double's bits, an integer, or a string's address */
};

enum perilune_kind {
	PERILUNE_NIL = 0,
	PERILUNE_BOOLEAN = 1,
	PERILUNE_NUMBER = 2,
	PERILUNE_STRING = 3,
	PERILUNE_INTEGER = 4,	/* only as an argument */
	PERILUNE_OTHER = 5,	/* only as a result: the name of a type */
};

/* What to run. */
struct perilune_run {
	__u64 arguments;	/* struct perilune_value[argument_count], at most 16 */
	__u32 argument_count;
	__u32 flags;
	__u64 results;		/* struct perilune_value[result_capacity] */
	__u32 result_capacity;
	__u32 result_count;	/* answer */
	__u64 bytes;		/* where strings among the results go */
	__u64 bytes_size;
	__u64 bytes_used;	/* answer: what is beyond bytes_size was cut */
	__u64 fuel;		/* 0: as loaded */
	__u32 outcome;		/* answer */
	__u32 reserved;		/* 0 */
	__u64 calls;		/* answer: system calls that the script has made so far */
	__u64 fuel_used;	/* answer: by all of its runs so far */
};

enum perilune_flags {
	PERILUNE_RESUME = 1,		/* go on with the run that stopped */
	PERILUNE_ANY_SIGNAL = 2,	/* any signal stops the run, so that it can be handled */
};

enum perilune_outcome {
	PERILUNE_RETURNED = 0,
	PERILUNE_FAILED = 1,		/* the first result is the error */
	PERILUNE_OUT_OF_FUEL = 2,	/* can be resumed */
	PERILUNE_INTERRUPTED = 3,	/* can be resumed */
};

#ifdef __linux__
/* On /dev/perilune; answers a descriptor. */
#define PERILUNE_LOAD _IOWR('P', 0x51, struct perilune_load)
/* On a script's descriptor. EBUSY while another thread runs it. What it printed is read from the descriptor. */
#define PERILUNE_RUN _IOWR('P', 0x52, struct perilune_run)
#else
/*
 * FreeBSD has two system calls, perilune_load(struct perilune_load *) and perilune_run(int, struct perilune_run *), whose numbers modstat(2) tells
 * for the modules sys/perilune_load and sys/perilune_run.
 */
#endif

#endif
