/*
 * A load generator for Memcached over UDP, which checks every byte of every reply.
 *
 *   load as UID PROGRAM [ARGUMENT …]          runs a program as an unprivileged user
 *   load fill PORT KEYS SIZE                  stores values of that size, over TCP
 *   load closed PORT PID KEYS SIZE WINDOW REQUESTS [NAME]   always WINDOW requests under way
 *   load open PORT PID KEYS SIZE RATE REQUESTS [NAME]       RATE requests a second, at random times
 *   load check PORT                           changes values in all ways, and looks whether UDP sees it
 *
 * `closed` and `open` print, separated by |: NAME, size, window or rate, requests per second, mean, median and 99th percentile of the latency in
 * microseconds, the processor time of process PID for a request in microseconds, and how many requests were lost. They first ask once for every
 * key.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEADER 8
/* What a datagram of a reply carries. */
#define PART 1392
#define MOST_WINDOW 256
#define MESSAGES 64
#define MOST_PARTS 64
/* In the open loop a request is lost after so many nanoseconds. */
#define LOST 200000000ULL

typedef uint64_t u64;

static void fail(const char *what)
{
	fprintf(stderr, "load: %s\n", what);
	exit(1);
}

static void fail_errno(const char *what)
{
	perror(what);
	exit(1);
}

static u64 now_of(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static u64 now(void)
{
	return now_of(CLOCK_MONOTONIC);
}

static u64 random_state = 88172645463325252ULL;

static u64 random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* ---- keys and what belongs to them ---- */

struct text {
	char *bytes;
	int len;
};

static struct text *requests, *replies, *values;
static int keys;

static struct text print(const char *format, ...)
{
	struct text text;
	va_list arguments;

	va_start(arguments, format);
	text.len = vasprintf(&text.bytes, format, arguments);
	va_end(arguments);
	return text;
}

static void make_keys(int count, int size)
{
	keys = count;
	requests = calloc(count, sizeof(*requests));
	replies = calloc(count, sizeof(*replies));
	values = calloc(count, sizeof(*values));
	for (int i = 0; i < count; i++) {
		char *value = malloc(size + 1);
		u64 state = i * 0x9e3779b97f4a7c15ULL + 1;

		for (int k = 0; k < size; k++) {
			state = state * 6364136223846793005ULL + 1442695040888963407ULL;
			value[k] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"[state >> 58];
		}
		value[size] = 0;
		values[i] = (struct text){ value, size };
		requests[i] = print("%c%c%c%c%c%c%c%cget key_%08d\r\n", 0, 0, 0, 0, 0, 1, 0, 0, i);
		replies[i] = print("VALUE key_%08d %d %d\r\n%s\r\nEND\r\n", i, i & 0xffff, size, value);
	}
}

/* ---- sockets ---- */

static int connected(int kind, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_INET, kind, 0), size = 16 << 20;

	if (fd < 0)
		fail_errno("socket");
	/* Replies of a whole window have to fit; root may have as much as it likes. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (int i = 0; connect(fd, (struct sockaddr *)&to, sizeof(to)); i++) {
		if (i == 200)
			fail_errno("connect");
		usleep(50000);
	}
	return fd;
}

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n <= 0)
			fail_errno("write");
		bytes += n;
		len -= n;
	}
}

/* Reads a line of at most 255 bytes. */
static const char *line_of(int fd)
{
	static char line[256];
	size_t len = 0;

	do {
		if (len == sizeof(line) - 1 || read(fd, line + len, 1) != 1)
			fail("the server says nothing");
	} while (line[len++] != '\n');
	line[len] = 0;
	return line;
}

static void fill(int port, int count, int size)
{
	int fd = connected(SOCK_STREAM, port);

	make_keys(count, size);
	for (int i = 0; i < count; i++) {
		struct text command = print("set key_%08d %d 0 %d\r\n%s\r\n", i, i & 0xffff, size, values[i].bytes);

		send_all(fd, command.bytes, command.len);
		free(command.bytes);
		if (strcmp(line_of(fd), "STORED\r\n"))
			fail("not stored");
	}
	close(fd);
}

/* ---- requests under way ---- */

struct flight {
	int key;
	uint16_t id;
	u64 since, parts;
	int missing;
};

static struct flight flights[MOST_WINDOW];
static int free_flights[MOST_WINDOW], free_count;
static struct mmsghdr out[MESSAGES], in[MESSAGES];
static struct iovec out_pieces[MESSAGES][2], in_pieces[MESSAGES];
static unsigned char headers[MESSAGES][HEADER], received[MESSAGES][2048];
static int out_count;
static u64 *latencies;
static long finished, lost;

static void prepare(int window)
{
	free_count = 0;
	for (int i = 0; i < window; i++)
		free_flights[free_count++] = i;
	for (int i = 0; i < MESSAGES; i++) {
		headers[i][5] = 1;
		out_pieces[i][0] = (struct iovec){ headers[i], HEADER };
		out[i].msg_hdr.msg_iov = out_pieces[i];
		out[i].msg_hdr.msg_iovlen = 2;
		in_pieces[i] = (struct iovec){ received[i], sizeof(received[i]) };
		in[i].msg_hdr.msg_iov = &in_pieces[i];
		in[i].msg_hdr.msg_iovlen = 1;
	}
}

/* Sends what has been begun. */
static void flush(int fd)
{
	for (int sent = 0; sent < out_count;) {
		int n = sendmmsg(fd, out + sent, out_count - sent, 0);

		if (n < 0)
			fail_errno("sendmmsg");
		sent += n;
	}
	out_count = 0;
}

static void begin(int fd, int key, u64 since)
{
	int i = free_flights[--free_count];
	struct flight *flight = &flights[i];
	unsigned char *header = headers[out_count];

	/* The low bits say which flight it is, the others change from use to use. */
	flight->id += MOST_WINDOW;
	flight->id = (flight->id & ~(MOST_WINDOW - 1)) | i;
	flight->key = key;
	flight->since = since;
	flight->parts = 0;
	flight->missing = (replies[key].len + PART - 1) / PART;
	header[0] = flight->id >> 8;
	header[1] = flight->id;
	out_pieces[out_count][1] = (struct iovec){ requests[key].bytes + HEADER, requests[key].len - HEADER };
	if (++out_count == MESSAGES)
		flush(fd);
}

static void finish(const unsigned char *bytes, int len, u64 time)
{
	int id = bytes[0] << 8 | bytes[1], part = bytes[2] << 8 | bytes[3], parts = bytes[4] << 8 | bytes[5];
	struct flight *flight = &flights[id % MOST_WINDOW];
	const struct text *reply = &replies[flight->key];
	int offset = part * PART, expected = reply->len - offset;

	if (expected > PART)
		expected = PART;
	if (len < HEADER || flight->id != id || !flight->missing || parts != (reply->len + PART - 1) / PART || part >= parts ||
	    flight->parts >> part & 1 || bytes[6] || bytes[7] || len - HEADER != expected ||
	    memcmp(bytes + HEADER, reply->bytes + offset, expected)) {
		fprintf(stderr, "load: id %d of %d, part %d of %d, %d bytes instead of %d: \"%.*s\"\n", id, flight->id, part, parts,
			len - HEADER, expected, len > 60 ? 60 : len, bytes + HEADER);
		fail("wrong reply");
	}
	flight->parts |= 1ULL << part;
	if (--flight->missing)
		return;
	free_flights[free_count++] = flight - flights;
	latencies[finished++] = time - flight->since;
}

/* Takes what has come; waits for it if asked to. */
static void take(int fd, int flags)
{
	int n = recvmmsg(fd, in, MESSAGES, flags, NULL);
	u64 time;

	if (n < 0 && (flags & MSG_DONTWAIT) && errno == EAGAIN)
		return;
	if (n < 0)
		fail("replies are missing");
	time = now();
	for (int i = 0; i < n; i++)
		finish(received[i], in[i].msg_len, time);
}

/* Everything once, so that whoever caches has it. */
static void warm_up(int fd)
{
	for (int key = 0; key < keys;) {
		while (free_count && key < keys)
			begin(fd, key++, now());
		flush(fd);
		take(fd, MSG_WAITFORONE);
	}
	while (finished < keys)
		take(fd, MSG_WAITFORONE);
}

static void closed_loop(int fd, long count)
{
	long begun = 0;

	while (finished < count) {
		if (begun < count && free_count) {
			u64 time = now();

			while (begun < count && free_count) {
				begin(fd, random_bits() % keys, time);
				begun++;
			}
			flush(fd);
		}
		take(fd, MSG_WAITFORONE);
	}
}

/* Gives up what has been waiting for longer than this. */
static void give_up(u64 time, u64 patience)
{
	for (int i = 0; i < MOST_WINDOW; i++) {
		struct flight *flight = &flights[i];

		if (!flight->missing || time - flight->since < patience)
			continue;
		flight->missing = 0;
		free_flights[free_count++] = i;
		lost++;
	}
}

static void open_loop(int fd, long count, double rate)
{
	u64 due = now();
	long begun = 0;

	while (finished + lost < count) {
		u64 time = now();

		while (begun < count && due <= time && free_count) {
			begin(fd, random_bits() % keys, due);
			due += -log((random_bits() % 1000000 + 1) / 1000001.0) * 1e9 / rate;
			begun++;
		}
		flush(fd);
		take(fd, MSG_DONTWAIT);
		time = now();
		if (finished + lost < count && (begun == count || !free_count || due > time)) {
			struct pollfd readable = { .fd = fd, .events = POLLIN };
			u64 wait = begun == count || !free_count ? LOST / 4 : due - time;
			struct timespec span = { wait / 1000000000, wait % 1000000000 };

			if (!ppoll(&readable, 1, &span, NULL))
				give_up(now(), LOST);
		}
	}
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* The latency that this part of the requests doesn't exceed. */
static double quantile(double part)
{
	return finished ? latencies[(long)((finished - 1) * part)] / 1e3 : 0;
}

static void load(char **arguments, int count, int is_open)
{
	int fd = connected(SOCK_DGRAM, atoi(arguments[0])), size = atoi(arguments[3]);
	long wanted = atol(arguments[5]);
	double rate = atof(arguments[4]), sum = 0;
	clockid_t clock;
	u64 start, used;

	if (count < 6 || atoi(arguments[2]) < 1 || (!is_open && (rate < 1 || rate > MOST_WINDOW)))
		fail("what?");
	make_keys(atoi(arguments[2]), size);
	if (replies[0].len > PART * MOST_PARTS)
		fail("too large");
	latencies = calloc(wanted > keys ? wanted : keys, sizeof(*latencies));
	if (clock_getcpuclockid(atoi(arguments[1]), &clock))
		fail("no such process");
	prepare(is_open ? 32 : rate);
	warm_up(fd);
	finished = 0;
	if (is_open)
		prepare(MOST_WINDOW);
	used = now_of(clock);
	start = now();
	if (is_open)
		open_loop(fd, wanted, rate);
	else
		closed_loop(fd, wanted);
	start = now() - start;
	used = now_of(clock) - used;
	qsort(latencies, finished, sizeof(*latencies), by_value);
	for (long i = 0; i < finished; i++)
		sum += latencies[i];
	printf("%s|%d|%.0f|%.0f|%.2f|%.2f|%.2f|%.3f|%ld\n", count > 6 ? arguments[6] : "", size, rate, finished * 1e9 / start,
	       sum / (finished ? finished : 1) / 1e3, quantile(0.5), quantile(0.99), used / 1e3 / wanted, lost);
}

/* ---- coherence ---- */

static int check_tcp, check_udp;

/* Sends a command over TCP; the answer has to be that. */
static void tell(const char *command, const char *expected)
{
	const char *line;

	send_all(check_tcp, command, strlen(command));
	line = line_of(check_tcp);
	if (strncmp(line, expected, strlen(expected))) {
		fprintf(stderr, "load: %s answered %s", command, line);
		exit(1);
	}
}

/* Asks over UDP, twice, for the second answer may come from elsewhere. */
static void ask(const char *request, const char *expected)
{
	static uint16_t id;

	for (int i = 0; i < 3; i++) {
		char bytes[2048] = { ++id >> 8, id, 0, 0, 0, 1 };
		int len;

		strcpy(bytes + HEADER, request);
		if (send(check_udp, bytes, HEADER + strlen(request), 0) < 0)
			fail_errno("send");
		len = recv(check_udp, bytes, sizeof(bytes) - 1, 0);
		if (len < HEADER)
			fail("no answer");
		bytes[len] = 0;
		if (strcmp(bytes + HEADER, expected) || (unsigned char)bytes[0] != id >> 8 || (unsigned char)bytes[1] != (id & 255)) {
			fprintf(stderr, "load: %s answered \"%s\" instead of \"%s\" (%d)\n", request, bytes + HEADER, expected, i);
			exit(1);
		}
	}
}

/* Requests that come together, some of which have no reply, between others that have. */
static void ask_together(void)
{
	static const char *const requests[] = { "get a\r\n", "set n 0 0 1 noreply\r\nn\r\n", "no line", "get a\r\n", "get  a\r\n", "no line", "get a\r\n",
						"set n 0 0 1 noreply\r\nn\r\n" };
	enum { COUNT = sizeof(requests) / sizeof(*requests) };
	struct mmsghdr messages[COUNT] = { 0 };
	struct iovec pieces[COUNT];
	char bytes[COUNT][64];
	int replies[COUNT] = { 0 };

	for (int i = 0; i < COUNT; i++) {
		memcpy(bytes[i], "\0\0\0\0\0\1\0\0", HEADER);
		bytes[i][1] = i;
		strcpy(bytes[i] + HEADER, requests[i]);
		pieces[i] = (struct iovec){ bytes[i], HEADER + strlen(requests[i]) };
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	if (sendmmsg(check_udp, messages, COUNT, 0) != COUNT)
		fail_errno("sendmmsg");
	for (int i = 0; i < 4; i++) {
		char reply[2048];

		if (recv(check_udp, reply, sizeof(reply), 0) < HEADER)
			fail("replies to requests that came together are missing");
		replies[(unsigned char)reply[1] % COUNT]++;
	}
	if (replies[0] != 1 || replies[3] != 1 || replies[4] != 1 || replies[6] != 1)
		fail("wrong replies to requests that came together");
}

static void check(int port)
{
	check_tcp = connected(SOCK_STREAM, port);
	check_udp = connected(SOCK_DGRAM, port);
	ask("get a\r\n", "END\r\n");
	tell("set a 5 0 1\r\n1\r\n", "STORED");
	ask("get a\r\n", "VALUE a 5 1\r\n1\r\nEND\r\n");
	tell("set a 6 0 2\r\n22\r\n", "STORED");
	ask("get a\r\n", "VALUE a 6 2\r\n22\r\nEND\r\n");
	tell("incr a 20\r\n", "42");
	ask("get a\r\n", "VALUE a 6 2\r\n42\r\nEND\r\n");
	tell("incr a 100\r\n", "142");
	ask("get a\r\n", "VALUE a 6 3\r\n142\r\nEND\r\n");
	tell("append a 0 0 1\r\n!\r\n", "STORED");
	ask("get a\r\n", "VALUE a 6 4\r\n142!\r\nEND\r\n");
	tell("delete a\r\n", "DELETED");
	ask("get a\r\n", "END\r\n");
	tell("add a 0 0 3\r\nadd\r\n", "STORED");
	ask("get a\r\n", "VALUE a 0 3\r\nadd\r\nEND\r\n");
	ask_together();
	/* Several keys, other commands, and what is no command. */
	tell("set b 0 0 1\r\nb\r\n", "STORED");
	ask("get b\r\n", "VALUE b 0 1\r\nb\r\nEND\r\n");
	ask("get  b\r\n", "VALUE b 0 1\r\nb\r\nEND\r\n");
	ask("get nothing\r\n", "END\r\n");
	ask("set c 0 0 1\r\nc\r\n", "STORED\r\n");
	ask("get c\r\n", "VALUE c 0 1\r\nc\r\nEND\r\n");
	ask("what\r\n", "ERROR\r\n");
	/* Time. */
	tell("set d 0 2 1\r\nd\r\n", "STORED");
	ask("get d\r\n", "VALUE d 0 1\r\nd\r\nEND\r\n");
	tell("touch b 2\r\n", "TOUCHED");
	ask("get b\r\n", "VALUE b 0 1\r\nb\r\nEND\r\n");
	sleep(4);
	ask("get d\r\n", "END\r\n");
	ask("get b\r\n", "END\r\n");
	tell("set e 0 2 1\r\ne\r\n", "STORED");
	ask("get e\r\n", "VALUE e 0 1\r\ne\r\nEND\r\n");
	tell("touch e 0\r\n", "TOUCHED");
	sleep(4);
	ask("get e\r\n", "VALUE e 0 1\r\ne\r\nEND\r\n");
	tell("flush_all\r\n", "OK");
	ask("get a\r\n", "END\r\n");
	ask("get e\r\n", "END\r\n");
	sleep(2);
	tell("set f 0 0 1\r\nf\r\n", "STORED");
	ask("get f\r\n", "VALUE f 0 1\r\nf\r\nEND\r\n");
	tell("flush_all 2\r\n", "OK");
	sleep(5);
	ask("get f\r\n", "END\r\n");
	puts("checked");
}

/* Whoever is woken doesn't push the other from the processor, if LOAD_BATCH is set: a server can't interrupt clients on other machines. */
static void set_policy(void)
{
	struct sched_param parameters = { 0 };

	if (getenv("LOAD_BATCH") && sched_setscheduler(0, SCHED_BATCH, &parameters))
		fail_errno("sched_setscheduler");
}

static void run_as(int uid, char **program)
{
	if (setgid(uid) || setuid(uid))
		fail_errno("setuid");
	execv(program[0], program);
	fail_errno(program[0]);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	set_policy();
	if (!strcmp(what, "as") && argc > 3)
		run_as(atoi(argv[2]), argv + 3);
	else if (!strcmp(what, "fill") && argc == 5)
		fill(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
	else if ((!strcmp(what, "closed") || !strcmp(what, "open")) && argc >= 8)
		load(argv + 2, argc - 2, what[0] == 'o');
	else if (!strcmp(what, "check") && argc == 3)
		check(atoi(argv[2]));
	else
		fail("load as | fill | closed | open | check …; its source tells more");
	return 0;
}
