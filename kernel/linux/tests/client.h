/* Loading and running scripts from C. */
#ifndef CLIENT_H
#define CLIENT_H

#include "perilune.h"

/* What a run gave. */
struct result {
	int error; /* of the call, 0 if none */
	struct perilune_run request;
	struct perilune_value values[16];
	char bytes[1 << 16];
};

extern struct result last;

/* Loads a text; the descriptor, or -1 and errno. The message of an error is in `load_message`. */
int load_script(const char *text);
int load_with(const char *text, struct perilune_load request);
extern char load_message[256];

/* Arguments. */
struct perilune_value number(double n);
struct perilune_value string(const char *s);

/* Runs a script: 0, or -1 and errno. The results are in `last`. */
int run_with(int fd, unsigned int flags, unsigned long long fuel, const struct perilune_value *arguments, int count);
#define RUN(fd, ...) \
	run_with(fd, 0, 0, (struct perilune_value[]){ __VA_ARGS__ }, \
		 sizeof((struct perilune_value[]){ __VA_ARGS__ }) / sizeof(struct perilune_value))
int run_plain(int fd);

/* Results as text, separated by spaces. */
const char *results(void);

/* Loads, runs and closes; the results as text, or what went wrong. */
const char *eval(const char *text);

#endif
