/*
 * The examples as programs and as scripts: how many system calls each makes for the same work, counted by ptrace on this kernel.
 *   examples FOLDER     with the scripts
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

#define CHECK(condition)                                                                        \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			printf("FAILED examples line %d: %s (%m)\n", __LINE__, #condition);      \
			fflush(stdout);                                                         \
			kill(0, SIGKILL);                                                       \
		}                                                                               \
	} while (0)

#define MESSAGES 1000
#define WINDOW 20
#define INPUT 400000
#define LINES 202

/* The same work as programs, each with the system calls that one would make. */

static void plain_echo(int fd)
{
	struct sockaddr_in from;
	char text[2048];

	for (int i = 0; i < MESSAGES; i++) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, text, sizeof(text), 0, (void *)&from, &len);

		sendto(fd, text, n, 0, (void *)&from, len);
	}
}

/* In batches, as the script does it. */
static void batched_echo(int fd)
{
	static char texts[64][2048];
	static struct sockaddr_in from[64];
	struct iovec pieces[64];
	struct mmsghdr messages[64];

	for (int served = 0; served < MESSAGES;) {
		for (int i = 0; i < 64; i++) {
			pieces[i] = (struct iovec){ texts[i], sizeof(texts[i]) };
			messages[i].msg_hdr = (struct msghdr){ .msg_name = &from[i], .msg_namelen = sizeof(from[i]), .msg_iov = &pieces[i], .msg_iovlen = 1 };
		}
		int n = recvmmsg(fd, messages, 64, MSG_WAITFORONE, NULL);

		for (int i = 0; i < n; i++)
			pieces[i].iov_len = messages[i].msg_len;
		for (int sent = 0; sent < n;)
			sent += sendmmsg(fd, messages + sent, n - sent, 0);
		served += n;
	}
}

static void plain_copy(int from, int to)
{
	static unsigned char block[16384];
	static const unsigned char zeros[16384];
	struct {
		uint32_t len, sum;
		double position;
	} header = { 0 };
	ssize_t n;

	while ((n = read(from, block, sizeof(block))) > 0) {
		int zero = !memcmp(block, zeros, n);
		struct iovec pieces[2] = { { &header, sizeof(header) }, { block, n } };

		header.len = n | (uint32_t)zero << 31;
		writev(to, pieces, zero ? 1 : 2);
		header.position += n;
	}
}

static void plain_lines(int listener)
{
	static char pending[8][8192];
	struct pollfd polled[8] = { { listener, POLLIN, 0 } };
	int count = 1, lines = 0, sum = 0;

	while (lines < LINES) {
		poll(polled, count, -1);
		for (int i = count - 1; i > 0; i--) {
			char answers[8192], *end;
			size_t at = strlen(pending[i]), len = 0;
			int quits = 0, n;

			if (!polled[i].revents)
				continue;
			n = recv(polled[i].fd, pending[i] + at, 4096, MSG_DONTWAIT);
			pending[i][at + (n > 0 ? n : 0)] = 0;
			while ((end = strchr(pending[i], '\n'))) {
				*end = 0;
				if (!strcmp(pending[i], "quit"))
					quits = 1;
				else
					len += sprintf(answers + len, "%d\n", pending[i][0] == 'a' ? ++sum : sum);
				memmove(pending[i], end + 1, strlen(end + 1) + 1);
				lines++;
			}
			if (n > 0)
				write(polled[i].fd, answers, len);
			if (n <= 0 || quits) {
				close(polled[i].fd);
				polled[i] = polled[--count];
				memcpy(pending[i], pending[count], sizeof(pending[i]));
			}
		}
		if (polled[0].revents) {
			pending[count][0] = 0;
			polled[count++] = (struct pollfd){ accept4(listener, NULL, NULL, SOCK_CLOEXEC), POLLIN, 0 };
		}
	}
	for (int i = 1; i < count; i++)
		close(polled[i].fd);
}

/* Who uses the servers, and what there is to copy. */

static int address_of(int fd, struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);

	return getsockname(fd, (void *)address, &len);
}

static void use_echo(int server, int unused)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in address;
	char text[32], echo[32];

	(void)unused;
	CHECK(!address_of(server, &address) && !connect(fd, (void *)&address, sizeof(address)));
	for (int at = 0; at < MESSAGES; at += WINDOW) {
		for (int i = 0; i < WINDOW; i++)
			CHECK(write(fd, text, sprintf(text, "message %d", at + i)) > 0);
		for (int i = 0; i < WINDOW; i++) {
			int len = sprintf(text, "message %d", at + i);

			CHECK(read(fd, echo, sizeof(echo)) == len && !memcmp(text, echo, len));
		}
	}
}

static int read_line(FILE *f)
{
	int n = -1;

	CHECK(fscanf(f, "%d", &n) == 1);
	return n;
}

static void use_lines(int listener, int unused)
{
	char burst_text[80];
	FILE *connections[2];
	struct sockaddr_in address;
	int sum = 0;

	(void)unused;
	CHECK(!address_of(listener, &address));
	for (int i = 0; i < 2; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		CHECK(!connect(fd, (void *)&address, sizeof(address)) && (connections[i] = fdopen(fd, "r")));
	}
	for (int burst = 0; burst < 20; burst++) {
		FILE *f = connections[burst % 2];

		for (int i = 0; i < 80; i += 8)
			memcpy(burst_text + i, "add n 1\n", 8);
		CHECK(write(fileno(f), burst_text, 80) == 80);
		for (int i = 0; i < 10; i++)
			CHECK(read_line(f) == ++sum);
	}
	CHECK(write(fileno(connections[0]), "get n\nquit\n", 11) == 11);
	CHECK(read_line(connections[0]) == 200);
}

static void use_nothing(int a, int b)
{
	(void)a;
	(void)b;
}

/* A socket that is bound to some port of the loopback. */
static int bound(int type)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type, 0);

	CHECK(fd >= 0 && !bind(fd, (void *)&address, sizeof(address)) && (type == SOCK_DGRAM || !listen(fd, 8)));
	return fd;
}

static int input(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

	for (uint32_t i = 0; i < INPUT / 4; i++) {
		uint32_t word = i >= 8192 && i < 16384 ? 0 : i;

		CHECK(write(fd, &word, 4) == 4);
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* What is counted is what happens between two calls of a number that no call has. */
#define MARK 0x7e57
static void mark(void)
{
	syscall(MARK);
}

/* How many calls a script made is told by way of shared memory, for it is another process that runs it. */
static uint64_t *told;

/* The script in the kernel. */
static void run_example(const char *name, int a, int b)
{
	char path[256], *text = calloc(1, 65536);
	int file, fd;

	snprintf(path, sizeof(path), "%s.lua", name);
	file = open(path, O_RDONLY);
	CHECK(file >= 0 && read(file, text, 65535) > 0);
	fd = load_script(text);
	CHECK(fd >= 0);
	mark();
	CHECK(!RUN(fd, number(a), number(b)));
	mark();
	CHECK(last.request.outcome == PERILUNE_RETURNED);
	*told = last.request.calls;
}

/* Counts the system calls that a traced process makes between the marks. */
static int count(pid_t server)
{
	struct __ptrace_syscall_info info;
	int status, calls = 0, marks = 0;

	CHECK(waitpid(server, &status, 0) == server && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	CHECK(!ptrace(PTRACE_SETOPTIONS, server, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	for (;;) {
		CHECK(!ptrace(PTRACE_SYSCALL, server, 0, 0) && waitpid(server, &status, 0) == server);
		if (WIFEXITED(status))
			break;
		CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80));
		CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, server, sizeof(info), &info) > 0);
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		if (info.entry.nr == MARK)
			marks++;
		else
			calls += marks == 1;
	}
	CHECK(WEXITSTATUS(status) == 0 && marks == 2);
	return calls;
}

/* A server and who uses it: how many system calls the server made for that. */
static int measure(void (*server)(int, int), void (*client)(int, int), int a, int b)
{
	pid_t traced, user;
	int counted, status;

	fflush(stdout);
	traced = fork();
	if (!traced) {
		CHECK(!ptrace(PTRACE_TRACEME, 0, 0, 0) && !raise(SIGSTOP));
		server(a, b);
		exit(0);
	}
	user = fork();
	if (!user) {
		client(a, b);
		exit(0);
	}
	counted = count(traced);
	CHECK(waitpid(user, &status, 0) == user && status == 0);
	close(a);
	return counted;
}

#define PROGRAM(name, ...)                          \
	static void name##_program(int a, int b)    \
	{                                           \
		(void)b;                            \
		mark();                             \
		name(a, ##__VA_ARGS__);             \
		mark();                             \
	}
PROGRAM(plain_echo)
PROGRAM(batched_echo)
PROGRAM(plain_copy, b)
PROGRAM(plain_lines)

#define SCRIPT(name, argument)                      \
	static void name##_script(int a, int b)     \
	{                                           \
		(void)b;                            \
		run_example(#name, a, argument);    \
	}
SCRIPT(udp_echo, MESSAGES)
SCRIPT(log_copy, b)
SCRIPT(line_protocol, LINES)

static void report(const char *name, const char *how, int crossings)
{
	printf("example %s, %s: %d system calls\n", name, how, crossings);
}

/* A script crosses once, whatever it does. */
static void report_script(const char *name, int crossings)
{
	printf("example %s, script: %d system call, %llu calls made in the kernel\n", name, crossings, (unsigned long long)*told);
	CHECK(crossings == 1 && *told > 40);
}

int main(int argc, char **argv)
{
	CHECK(argc == 2 && !chdir(argv[1]));
	/* All end together if one fails. */
	setpgid(0, 0);
	told = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(told != MAP_FAILED && !setgid(1000) && !setuid(1000));
	report("udp_echo", "program", measure(plain_echo_program, use_echo, bound(SOCK_DGRAM), 0));
	report("udp_echo", "program with recvmmsg", measure(batched_echo_program, use_echo, bound(SOCK_DGRAM), 0));
	report_script("udp_echo", measure(udp_echo_script, use_echo, bound(SOCK_DGRAM), 0));
	report("log_copy", "program", measure(plain_copy_program, use_nothing, input(), open("/dev/null", O_WRONLY)));
	report_script("log_copy", measure(log_copy_script, use_nothing, input(), open("/dev/null", O_WRONLY)));
	report("line_protocol", "program", measure(plain_lines_program, use_lines, bound(SOCK_STREAM), 0));
	report_script("line_protocol", measure(line_protocol_script, use_lines, bound(SOCK_STREAM), 0));
	printf("examples ok\n");
	return 0;
}
