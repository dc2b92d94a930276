/* Loading and running scripts from C. */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct result last;
char load_message[256];

int load_with(const char *text, struct perilune_load request)
{
	int device = open("/dev/perilune", O_RDWR | O_CLOEXEC);
	int fd, error;

	if (device < 0)
		return -1;
	request.source = (uintptr_t)text;
	request.source_len = strlen(text);
	request.name = (uintptr_t)"=script";
	request.name_len = 7;
	request.message = (uintptr_t)load_message;
	request.message_size = sizeof(load_message) - 1;
	memset(load_message, 0, sizeof(load_message));
	fd = ioctl(device, PERILUNE_LOAD, &request);
	error = errno;
	close(device);
	errno = error;
	return fd;
}

int load_script(const char *text)
{
	return load_with(text, (struct perilune_load){ 0 });
}

struct perilune_value number(double n)
{
	struct perilune_value value = { .kind = PERILUNE_NUMBER };

	memcpy(&value.payload, &n, sizeof(n));
	return value;
}

struct perilune_value string(const char *s)
{
	return (struct perilune_value){ .kind = PERILUNE_STRING, .length = strlen(s), .payload = (uintptr_t)s };
}

int run_with(int fd, unsigned int flags, unsigned long long fuel, const struct perilune_value *arguments, int count)
{
	struct perilune_run request = {
		.arguments = (uintptr_t)arguments,
		.argument_count = count,
		.flags = flags,
		.results = (uintptr_t)last.values,
		.result_capacity = 16,
		.bytes = (uintptr_t)last.bytes,
		.bytes_size = sizeof(last.bytes),
		.fuel = fuel,
	};
	int result = ioctl(fd, PERILUNE_RUN, &request);

	last.error = result ? errno : 0;
	last.request = request;
	return result;
}

int run_plain(int fd)
{
	return run_with(fd, 0, 0, NULL, 0);
}

const char *results(void)
{
	static char text[1 << 17];
	size_t at = 0;
	unsigned int i;

	text[0] = 0;
	for (i = 0; i < last.request.result_count && i < 16; i++) {
		struct perilune_value *value = &last.values[i];
		double n;

		memcpy(&n, &value->payload, sizeof(n));
		at += sprintf(text + at, i ? " " : "");
		if (value->kind == PERILUNE_NIL)
			at += sprintf(text + at, "nil");
		else if (value->kind == PERILUNE_BOOLEAN)
			at += sprintf(text + at, value->payload ? "true" : "false");
		else if (value->kind == PERILUNE_NUMBER)
			at += sprintf(text + at, "%.14g", n);
		else
			at += sprintf(text + at, "%.*s", (int)value->length, (char *)(uintptr_t)value->payload);
	}
	return text;
}

const char *eval(const char *text)
{
	static char problem[512];
	int fd = load_script(text);

	if (fd < 0) {
		snprintf(problem, sizeof(problem), "not loaded: %s %s", strerror(errno), load_message);
		return problem;
	}
	if (run_plain(fd)) {
		snprintf(problem, sizeof(problem), "not run: %s", strerror(last.error));
		close(fd);
		return problem;
	}
	close(fd);
	return results();
}
