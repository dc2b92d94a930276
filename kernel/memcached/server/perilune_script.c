/* A script in the kernel: loading and running. */
#include "perilune_script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "perilune.h"

#define MOST_ARGUMENTS 16

/* The text of a file, with its length; NULL if it can't be read. */
static char *text_of(const char *file, size_t *len)
{
	FILE *stream = fopen(file, "r");
	char *text = NULL;

	if (!stream)
		return NULL;
	if (!fseek(stream, 0, SEEK_END)) {
		*len = ftell(stream);
		rewind(stream);
		text = malloc(*len + 1);
		if (text)
			*len = fread(text, 1, *len, stream);
	}
	fclose(stream);
	return text;
}

int script_load(struct script *script, const char *file, size_t region_size)
{
	char message[256] = "", name[64];
	struct perilune_load request = { .region = region_size };
	int device = open("/dev/perilune", O_RDWR | O_CLOEXEC);
	size_t len = 0;
	char *text = text_of(file, &len);

	if (device < 0 || !text) {
		perror(device < 0 ? "/dev/perilune" : file);
		goto out;
	}
	snprintf(name, sizeof(name), "@%s", file);
	request.source = (uintptr_t)text;
	request.source_len = len;
	request.name = (uintptr_t)name;
	request.name_len = strlen(name);
	request.message = (uintptr_t)message;
	request.message_size = sizeof(message) - 1;
	script->fd = ioctl(device, PERILUNE_LOAD, &request);
	if (script->fd < 0) {
		fprintf(stderr, "%s: %s\n", message[0] ? message : file, strerror(errno));
		goto out;
	}
	script->region_size = region_size;
	script->region = mmap(NULL, region_size, PROT_READ | PROT_WRITE, MAP_SHARED, script->fd, 0);
	if (script->region == MAP_FAILED) {
		perror("region");
		close(script->fd);
		goto out;
	}
	free(text);
	close(device);
	return 0;
out:
	free(text);
	if (device >= 0)
		close(device);
	return -1;
}

long script_run(struct script *script, const long *arguments, int count)
{
	struct perilune_value values[MOST_ARGUMENTS], result = { 0 };
	char text[256];
	struct perilune_run request = {
		.arguments = (uintptr_t)values,
		.argument_count = count,
		.results = (uintptr_t)&result,
		.result_capacity = 1,
		.bytes = (uintptr_t)text,
		.bytes_size = sizeof(text),
	};
	double n;

	for (int i = 0; i < count; i++)
		values[i] = (struct perilune_value){ .kind = PERILUNE_INTEGER, .payload = arguments[i] };
	if (ioctl(script->fd, PERILUNE_RUN, &request)) {
		perror("script");
		return -1;
	}
	if (request.outcome == PERILUNE_OUT_OF_FUEL || request.outcome == PERILUNE_INTERRUPTED)
		return 0;
	if (request.outcome != PERILUNE_RETURNED || !request.result_count || result.kind != PERILUNE_NUMBER) {
		fprintf(stderr, "script: %.*s\n", result.kind == PERILUNE_STRING ? (int)result.length : 9,
			result.kind == PERILUNE_STRING ? text : "no number");
		return -1;
	}
	memcpy(&n, &result.payload, sizeof(n));
	return n;
}
