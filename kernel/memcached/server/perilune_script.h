/* A script in the kernel. */
#ifndef PERILUNE_SCRIPT_H
#define PERILUNE_SCRIPT_H

#include <stddef.h>

struct script {
	int fd;
	char *region;
	size_t region_size;
};

/* Loads a file; 0, or -1 and a message on the standard error. */
int script_load(struct script *script, const char *file, size_t region_size);
/* Runs it with integers; its result, or -1 and a message. */
long script_run(struct script *script, const long *arguments, int count);

#endif
