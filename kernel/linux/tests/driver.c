/*
 * What an unprivileged process does with /dev/perilune, good and bad.
 *   driver off            nobody may load
 *   driver all            all tests, as user 1000
 *   driver small          in a control group of 8 MiB: neither a region nor a state may have more
 *   driver hold           loads a script and keeps it until it is killed
 *   driver inherited N    runs the script of descriptor N, which was inherited
 *   driver conformance HARNESS SCRIPT    prints what the script prints
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
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

static int failures;

static void check(int ok, const char *what, int line)
{
	if (ok)
		return;
	printf("FAILED line %d: %s (errno %d, results: %s)\n", line, what, errno, results());
	failures++;
}
#define CHECK(condition) check(condition, #condition, __LINE__)

static int same(const char *got, const char *wanted)
{
	if (!strcmp(got, wanted))
		return 1;
	printf("got '%s', wanted '%s'\n", got, wanted);
	return 0;
}
#define EVAL(text, wanted) check(same(eval(text), wanted), text, __LINE__)

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void test_values(void)
{
	int fd = load_script("return select('#', ...), ...");

	CHECK(fd >= 0);
	CHECK(!RUN(fd, number(1.5), string("text"), { .kind = PERILUNE_BOOLEAN, .payload = 1 }, { .kind = PERILUNE_NIL },
		   { .kind = PERILUNE_INTEGER, .payload = -7 }));
	CHECK(same(results(), "5 1.5 text true nil -7"));
	CHECK(last.request.outcome == PERILUNE_RETURNED);
	close(fd);
	EVAL("return {}, print, ('x'):rep(3)", "table function xxx");
	EVAL("return math.floor(2^40 / 3), 10 / 4, math.sin(0), ('%.3f'):format(math.pi)", "366503875925 2.5 0 3.142");
	EVAL("error('no')", "script:1: no");
	EVAL("return io, os, debug, package, require, ffi, jit, string.dump", "nil nil nil nil nil nil nil nil");
	EVAL("return sys.getuid(), sys.geteuid(), sys.getgid()", "1000 1000 1000");
	EVAL("return sys.read(-1, 1)", "nil EBADF");
	fd = load_script("n = (n or 0) + 1 print('run', n) return n");
	for (int i = 0; i < 3; i++)
		CHECK(!run_plain(fd));
	CHECK(same(results(), "3"));
	char log[100] = { 0 };
	CHECK(read(fd, log, sizeof(log)) == 18 && !strcmp(log, "run\t1\nrun\t2\nrun\t3\n"));
	CHECK(read(fd, log, sizeof(log)) == 0);
	close(fd);
	CHECK(load_script("x = = 1") < 0 && errno == ENOEXEC);
	CHECK(same(load_message, "script:1: unexpected symbol near '='"));
	CHECK(load_script("\x1bLJ") < 0 && errno == ENOEXEC);
	CHECK(ioctl(open("/dev/perilune", O_RDWR), PERILUNE_RUN, &last.request) < 0 && errno == ENOTTY);
}

static void test_files(void)
{
	char name[] = "/tmp/fileXXXXXX";
	int file = mkstemp(name), pipes[2];
	int fd = load_script(
		"local fd = ... local b = sys.buffer(8) b:set(0, 'buffered') "
		"local a = {sys.write(fd, 'hello '), sys.write(fd, b, 0, 4), sys.writev(fd, {'+', b:sub(4), '!'}), sys.pwrite(fd, 'J', 0), "
		"sys.lseek(fd), sys.lseek(fd, 'set', 0)} "
		"return table.concat(a, ' '), sys.read(fd, 100), sys.read(fd, 100), sys.pread(fd, 3, 6), sys.pread(fd, b, 0, 2, 3), b:get(), "
		"sys.fcntl(fd, 'getfd'), sys.close(fd), select(2, sys.close(fd))");

	CHECK(!RUN(fd, number(file)));
	CHECK(same(results(), "6 4 6 1 16 0 Jello buff+ered!  buf 3 buJelred 0 true EBADF"));
	close(fd);
	fd = load_script("local fd = ... local f = sys.fcntl(fd, 'getfl') sys.lseek(fd, 'set', 0) "
			 "return sys.fcntl(fd, 'setfl', bit.bor(f, sys.O_APPEND)), sys.write(fd, '$'), sys.lseek(fd), sys.fcntl(fd, 'getfl') - f == sys.O_APPEND, "
			 "sys.fcntl(fd, 'setfl', f), sys.fcntl(fd, 'getfl') == f, select(2, sys.fcntl(fd, 'setfl', bit.bor(f, 0x40000)))");
	file = open(name, O_RDWR);
	CHECK(!RUN(fd, number(file)));
	CHECK(same(results(), "0 1 17 true 0 true EINVAL"));
	close(fd);
	close(file);
	CHECK(!pipe(pipes));
	fd = load_script("local r, w, a, n = ... sys.write(w, sys.window(a, n)) return sys.read(r, 100), select(2, sys.write(r, 'x')), "
			 "select(2, sys.pread(r, 1, 0)), select(2, sys.write(w, sys.window(16, 8)))");
	CHECK(!RUN(fd, number(pipes[0]), number(pipes[1]), number((uintptr_t)"from the process"), number(16)));
	CHECK(same(results(), "from the process EBADF ESPIPE EFAULT"));
	close(fd);
	/* What failed may have left an empty buffer in the pipe, which counts as something to read. */
	close(pipes[0]);
	close(pipes[1]);
	CHECK(!pipe(pipes));
	fd = load_script("local r, w = ... local p = {{fd = r, events = sys.POLLIN}} local a = sys.poll(p, 20) sys.write(w, 'x') "
			 "local b = sys.poll(p) return a, b, p[1].revents == sys.POLLIN, sys.fcntl(r, 'setfl', sys.O_NONBLOCK), sys.read(r, 9), "
			 "select(2, sys.read(r, 9))");
	CHECK(!RUN(fd, number(pipes[0]), number(pipes[1])));
	CHECK(same(results(), "0 1 true 0 x EAGAIN"));
	close(fd);
	EVAL("local s, ns = sys.clock() sys.sleep(0.01) local t, m = sys.clock() local d = (t - s) * 1e9 + m - ns "
	     "return d >= 1e7 and d < 5e9, sys.clock('realtime') > 0, sys.clock('thread') >= 0",
	     "true true true");
}

static void test_pointers(void)
{
	static const uint64_t bad[] = { 0, 8, 0x7fffffffffff, 0x7ffffffff000, 0x800000000000, 0xdead000000000000, 0xffff888000000000,
					0xffffffff81000000, 0xffffffffffffff00 };
	int fd = load_script("local w = sys.window(...) return select(2, w:get()), select(2, w:set(0, 'x')), select(2, w:u8(0))");
	int device = open("/dev/perilune", O_RDWR);
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct perilune_value value = { .kind = PERILUNE_STRING, .length = 64, .payload = bad[i] };
		struct perilune_load load = { .source = bad[i], .source_len = 64 };
		struct perilune_run run = { .results = bad[i], .result_capacity = 1, .bytes = bad[i], .bytes_size = 64 };

		CHECK(ioctl(fd, PERILUNE_RUN, bad[i]) && errno == EFAULT);
		CHECK(ioctl(device, PERILUNE_LOAD, bad[i]) && errno == EFAULT);
		CHECK(ioctl(device, PERILUNE_LOAD, &load) && errno == EFAULT);
		CHECK(RUN(fd, value) && errno == EFAULT);
		CHECK(ioctl(fd, PERILUNE_RUN, &run) && errno == EFAULT);
		run = (struct perilune_run){ .arguments = bad[i], .argument_count = 2 };
		CHECK(ioctl(fd, PERILUNE_RUN, &run) && errno == EFAULT);
		/* Numbers are exact up to 2^53. */
		if (bad[i] < 1ULL << 53) {
			CHECK(!RUN(fd, number(bad[i]), number(64)));
			CHECK(same(results(), "EFAULT EFAULT EFAULT"));
		}
	}
	struct perilune_run nonsense = { .flags = 64 };
	CHECK(ioctl(fd, PERILUNE_RUN, &nonsense) && errno == EINVAL);
	nonsense = (struct perilune_run){ .flags = PERILUNE_RESUME };
	CHECK(ioctl(fd, PERILUNE_RUN, &nonsense) && errno == EINVAL);
	nonsense = (struct perilune_run){ .argument_count = 17 };
	CHECK(ioctl(fd, PERILUNE_RUN, &nonsense) && errno == E2BIG);
	struct perilune_load much = { .region = 1ULL << 40 };
	CHECK(load_with("return 1", much) < 0 && errno == E2BIG);
	char *readonly = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(!RUN(fd, number((uintptr_t)readonly), number(64)));
	CHECK(strstr(results(), "EFAULT") != NULL);
	close(fd);
	close(device);
}

static void test_region(void)
{
	struct perilune_load request = { .region = 8192 };
	int fd = load_with("local r = sys.region() local n = r:u32(0) r:u32(4096, n * 2) return #r, tostring(r)", request);
	volatile uint32_t *region = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK(region != MAP_FAILED);
	region[0] = 21;
	CHECK(!run_plain(fd));
	CHECK(same(results(), "8192 region: 8192 bytes"));
	CHECK(region[1024] == 42);
	CHECK(mmap(NULL, 16384, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 8192) == MAP_FAILED);
	close(fd);
	/* The mapping keeps the script alive. */
	CHECK(region[1024] == 42);
	munmap((void *)region, 8192);
	fd = load_script("return sys.region()");
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	close(fd);
}

static const char *const endless[] = {
	"while true do end",
	"while true do pcall(function() while true do end end) end",
	"local function f() return f() end f()",
	"while true do sys.getpid() end",
	"while true do sys.read(-1, 1) end",
	"while true do sys.sleep(100) end",
	"local b = sys.buffer(1e6) while true do b:find(1) end",
	"local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
	"local t = {} for i = 1, 1e4 do t[i] = i % 7 end while true do table.sort(t) end",
	"(('a'):rep(30)):find(('a?'):rep(30) .. ('a'):rep(30) .. 'b')",
};
#define ENDLESS (sizeof(endless) / sizeof(endless[0]))

static void test_killing(void)
{
	for (unsigned int i = 0; i < ENDLESS; i++) {
		int fd = load_with(endless[i], (struct perilune_load){ .fuel = 1ULL << 60 });
		pid_t child = fork();
		double begun;
		int status;

		if (!child) {
			run_plain(fd);
			_exit(1);
		}
		/* There is nothing to resume until it runs, and then it is busy. */
		do {
			usleep(10000);
			CHECK(run_with(fd, PERILUNE_RESUME, 0, NULL, 0));
		} while (errno == EINVAL);
		CHECK(errno == EBUSY);
		CHECK(run_plain(fd) && errno == EBUSY);
		begun = seconds();
		kill(child, SIGKILL);
		CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		CHECK(seconds() - begun < 10);
		/* The run stopped, and whoever has the descriptor may go on with it, unless that would take long. */
		if (!strstr(endless[i], "sleep"))
			CHECK(!run_with(fd, PERILUNE_RESUME, 50000, NULL, 0) && last.request.outcome == PERILUNE_OUT_OF_FUEL);
		close(fd);
	}
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void test_stopping(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval soon = { .it_value = { .tv_usec = 100000 } };
	struct perilune_load little = { .fuel = 100000 };
	int fd = load_with("local n = 0 for i = 1, 350000 do n = n + 1 end return n", little);

	CHECK(!run_plain(fd) && last.request.outcome == PERILUNE_OUT_OF_FUEL);
	for (int i = 0; i < 3; i++)
		CHECK(!run_with(fd, PERILUNE_RESUME, 0, NULL, 0));
	CHECK(last.request.outcome == PERILUNE_RETURNED && same(results(), "350000"));
	CHECK(last.request.fuel_used > 349000 && last.request.fuel_used < 351000);
	close(fd);
	sigaction(SIGALRM, &action, NULL);
	fd = load_script("while not stop do end return 'stopped'");
	setitimer(ITIMER_REAL, &soon, NULL);
	CHECK(!run_with(fd, PERILUNE_ANY_SIGNAL, 0, NULL, 0));
	CHECK(last.request.outcome == PERILUNE_INTERRUPTED);
	close(fd);
	/* Calls that sleep end, too. */
	setitimer(ITIMER_REAL, &soon, NULL);
	EVAL("return sys.sleep(100)", "nil EINTR");
	setitimer(ITIMER_REAL, &soon, NULL);
	EVAL("return sys.poll({})", "nil EINTR");
}

static void test_hogs(void)
{
	static const char *const hogs[] = {
		"local t = {} while true do t[#t + 1] = {} end",
		"local s = 'x' while true do s = s .. s end",
		"local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e5) .. i end",
		"local t = {} while true do t[#t + 1] = coroutine.create(print) end",
		"local t = {} while true do t[#t + 1] = sys.buffer(65536) end",
		"return ('x'):rep(1e9)",
		"return sys.buffer(1e9)",
		"return sys.batch(1024, 1e6)",
		"local function f() return 1 + f() end f()",
		"local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k + 1] end return t[1]",
		"local function f() return coroutine.wrap(f)() end f()",
		"return assert(load('return ' .. ('('):rep(5000) .. '1' .. (')'):rep(5000)))()",
		"local s = 'x' for i = 1, 300 do s = '(' .. s .. ')' end return ('y'):find(s)",
		"local s = '' for i = 1, 300 do s = s .. '{' end return assert(load('return ' .. s))",
	};
	char text[1000];

	for (unsigned int i = 0; i < sizeof(hogs) / sizeof(hogs[0]); i++) {
		int fd;

		snprintf(text, sizeof(text), "if ... then return 'usable' end %s", hogs[i]);
		fd = load_script(text);
		CHECK(!run_plain(fd));
		check(last.request.outcome == PERILUNE_FAILED, hogs[i], __LINE__);
		CHECK(!RUN(fd, number(1)) && same(results(), "usable"));
		close(fd);
	}
	CHECK(load_with("return 1", (struct perilune_load){ .memory = 1000 }) < 0 && errno == ENOMEM);
}

static void test_descriptors(const char *self)
{
	int fd = load_script("n = (n or 0) + 1 return n"), pair[2], copy, status;
	char text[20], control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec byte = { .iov_base = text, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	CHECK(!run_plain(fd));
	copy = dup(fd);
	close(fd);
	CHECK(!run_plain(copy) && same(results(), "2"));
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &copy, sizeof(int));
	CHECK(sendmsg(pair[0], &message, 0) == 1);
	close(copy);
	CHECK(recvmsg(pair[1], &message, 0) == 1);
	memcpy(&copy, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	CHECK(!run_plain(copy) && same(results(), "3"));
	if (!fork())
		_exit(run_plain(copy) || strcmp(results(), "4"));
	CHECK(wait(&status) > 0 && status == 0);
	for (int closed = 0; closed < 2; closed++) {
		fcntl(copy, F_SETFD, closed ? FD_CLOEXEC : 0);
		snprintf(text, sizeof(text), "%d", copy);
		if (!fork()) {
			execl(self, self, "inherited", text, NULL);
			_exit(99);
		}
		CHECK(wait(&status) > 0 && WEXITSTATUS(status) == (closed ? EBADF : 0));
	}
	CHECK(!run_plain(copy) && same(results(), "6"));
	close(copy);
}

static void test_sockets(void)
{
	int server = socket(AF_INET, SOCK_DGRAM, 0), client = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	char text[100] = { 0 };
	int fd, i, status, echoed = 0;

	CHECK(!bind(server, (struct sockaddr *)&address, len));
	CHECK(!getsockname(server, (struct sockaddr *)&address, &len));
	CHECK(!connect(client, (struct sockaddr *)&address, len));
	CHECK(send(client, "ping", 4, 0) == 4);
	fd = load_script("local fd = ... local data, from = sys.recvfrom(fd, 100) local ip, port = sys.addressparts(from) "
			 "return data, ip, port > 0, sys.sendto(fd, data .. '-pong', from), select(2, sys.recvfrom(fd, 100, sys.MSG_DONTWAIT))");
	CHECK(!RUN(fd, number(server)) && same(results(), "ping 127.0.0.1 true 9 EAGAIN"));
	CHECK(recv(client, text, sizeof(text), 0) == 9 && !strcmp(text, "ping-pong"));
	close(fd);
	/* An echo server in one call. */
	fd = load_script("local fd, most = ... local batch, served = sys.batch(64, 100), 0 "
			 "while served < most do local n = assert(sys.recvmmsg(fd, batch, 0, most - served)) "
			 "assert(sys.sendmmsg(fd, batch, 0, 1, n) == n) served = served + n end return served, sys.usage().entries");
	if (!fork()) {
		failures = 0;
		CHECK(!RUN(fd, number(server), number(1000)) && same(results(), "1000 0"));
		CHECK(last.request.calls <= 2000);
		_exit(failures);
	}
	for (i = 0; i < 50; i++) {
		for (int j = 0; j < 20; j++)
			CHECK(send(client, "message", 7, 0) == 7);
		for (int j = 0; j < 20; j++)
			echoed += recv(client, text, sizeof(text), 0) == 7;
	}
	CHECK(wait(&status) > 0 && status == 0 && echoed == 1000);
	close(fd);
	/* Connections. */
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	CHECK(!bind(listener, (struct sockaddr *)&any, sizeof(any)) && !listen(listener, 5));
	CHECK(!getsockname(listener, (struct sockaddr *)&any, &len));
	int peer = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(!connect(peer, (struct sockaddr *)&any, sizeof(any)));
	CHECK(send(peer, "line", 4, 0) == 4);
	fd = load_script("local l = ... local n = sys.poll({{fd = l, events = sys.POLLIN}}, 1000) local fd, from = sys.accept(l, sys.SOCK_CLOEXEC) "
			 "local a, b = sys.buffer(2), sys.buffer(9) local got = sys.recvmsg(fd, {a, b}) "
			 "return n, sys.addressparts(from) , got, a:get(), sys.sendmsg(fd, {b:sub(0, 2), a}), sys.shutdown(fd, 'write'), "
			 "sys.fcntl(fd, 'getfd'), sys.close(fd)");
	CHECK(!RUN(fd, number(listener)) && same(results(), "1 127.0.0.1 4 li 4 true 1 true"));
	CHECK(recv(peer, text, sizeof(text), 0) == 4 && !memcmp(text, "neli", 4));
	CHECK(recv(peer, text, sizeof(text), 0) == 0);
	close(fd);
	close(server);
	close(client);
	close(listener);
	close(peer);
}

static void test_many(void)
{
	int fds[100], status;

	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 100; i++) {
			fds[i] = load_with("x = sys.buffer(100) return #x", (struct perilune_load){ .region = i % 2 ? 4096 : 0 });
			CHECK(fds[i] >= 0 && !run_plain(fds[i]) && same(results(), "100"));
		}
		for (int i = 0; i < 100; i++)
			close(fds[i]);
	}
	/* Several processes at once, each with scripts of its own and one for all. */
	int shared = load_script("n = (n or 0) + 1 return n");
	for (int p = 0; p < 4; p++) {
		if (fork())
			continue;
		failures = 0;
		for (int i = 0; i < 50; i++) {
			EVAL("local t = {} for i = 1, 1000 do t[i] = i end return #t, math.sqrt(2)", "1000 1.4142135623731");
			run_plain(shared);
		}
		_exit(failures);
	}
	for (int p = 0; p < 4; p++)
		CHECK(wait(&status) > 0 && status == 0);
	close(shared);
}

static struct perilune_value contents(const char *name)
{
	static char text[2][1 << 20];
	static int turn;
	char *to = text[turn++ & 1];
	int fd = open(name, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, to, sizeof(text[0]) - 1);

	if (len < 0)
		exit(2);
	to[len] = 0;
	close(fd);
	return (struct perilune_value){ .kind = PERILUNE_STRING, .length = len, .payload = (uintptr_t)to };
}

static int conformance(const char *harness, const char *script)
{
	const char *text = (const char *)(uintptr_t)contents(harness).payload;
	int fd = load_with(text, (struct perilune_load){ .memory = 32 << 20, .fuel = 1ULL << 40 });

	if (fd < 0 || RUN(fd, contents(script))) {
		printf("cannot run: %s %s\n", strerror(errno), load_message);
		return 1;
	}
	fwrite((const char *)(uintptr_t)last.values[0].payload, 1, last.values[0].length, stdout);
	putchar('\n');
	return 0;
}

static int parameter(const char *name)
{
	char path[100], text[20] = { 0 };
	int fd;

	snprintf(path, sizeof(path), "/sys/module/perilune/parameters/%s", name);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return atoi(text);
}

/* Is machine code made where that is allowed, and nowhere else? */
static void test_compiling(void)
{
	const char *text = "local a, t = 0, {1, 2, 3} for i = 1, 3e6 do a = a + i % 7 + t[i % 3 + 1] end return a";
	int level = parameter("enabled"), many[20];
	struct perilune_load interpreted = { .code = PERILUNE_NO_CODE };
	double begun = seconds(), with, without;
	int fd = load_script(text);

	CHECK(!run_plain(fd) && same(results(), "14999997"));
	with = seconds() - begun;
	CHECK((parameter("code_used") > 0) == (level > 1));
	close(fd);
	CHECK(parameter("code_used") == 0);
	begun = seconds();
	fd = load_with(text, interpreted);
	CHECK(!run_plain(fd) && same(results(), "14999997"));
	without = seconds() - begun;
	CHECK(parameter("code_used") == 0);
	close(fd);
	printf("a loop at level %d: %.2f s, without machine code %.2f s\n", level, with, without);
	/* Where there is no room for code any more, scripts are interpreted. */
	for (int i = 0; i < 20; i++) {
		many[i] = load_script("local a = 0 for i = 1, 1e4 do a = a + i end return a");
		CHECK(!run_plain(many[i]) && same(results(), "50005000"));
	}
	for (int i = 0; i < 20; i++)
		close(many[i]);
	CHECK(parameter("code_used") == 0);
	/* Machine code that calls, raises, collects, and runs out of fuel. */
	EVAL("local function f(x) if x % 100 == 99 then error('e') end return {x} end local n = 0 "
	     "for i = 1, 20000 do local ok, t = pcall(f, i) n = n + (ok and #t or 2) end return n", "20200");
	EVAL("local s = {} for i = 1, 20000 do s[i % 100 + 1] = ('x'):rep(i % 50) .. i end return #table.concat(s)", "2950");
	EVAL("local b = sys.buffer(64) local n = 0 for i = 1, 20000 do b:u32(i % 15 * 4, i) n = n + b:u32(0) end return n > 0", "true");
}

/* In a control group that may have 8 MiB: memory of scripts counts, and running out is an error. */
static void test_small(void)
{
	struct perilune_load large = { .region = 15 << 20 }, fits = { .region = 1 << 20 }, hungry = { .memory = 32 << 20 };
	int fd = load_with("return 1", large);

	CHECK(fd < 0 && errno == ENOMEM);
	fd = load_with("return #sys.region()", fits);
	CHECK(fd >= 0 && !run_plain(fd) && same(results(), "1048576"));
	close(fd);
	fd = load_with("local t = {} local ok, e = pcall(function() for i = 1, 1e6 do t[i] = ('x'):rep(1000) .. i end end) t = nil return e", hungry);
	CHECK(fd >= 0 && !run_plain(fd) && same(results(), "not enough memory"));
	close(fd);
}

static void become_nobody(void)
{
	if (setgid(1000) || setuid(1000))
		exit(3);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IONBF, 0);
	if (!strcmp(what, "inherited")) {
		run_plain(atoi(argv[2]));
		return last.error;
	}
	become_nobody();
	if (!strcmp(what, "off")) {
		CHECK(load_script("return 1") < 0 && errno == EPERM);
	} else if (!strcmp(what, "hold")) {
		int fd = load_script("sys.sleep(1000)");

		puts("held");
		run_plain(fd);
	} else if (!strcmp(what, "small")) {
		test_small();
		printf("control group %s\n", failures ? "FAILED" : "ok");
	} else if (!strcmp(what, "conformance") && argc == 4) {
		return conformance(argv[2], argv[3]);
	} else if (!strcmp(what, "all")) {
		static const struct {
			const char *name;
			void (*test)(void);
		} tests[] = {
			{ "values", test_values },     { "files", test_files },	    { "pointers", test_pointers },
			{ "region", test_region },     { "sockets", test_sockets }, { "stopping", test_stopping },
			{ "killing", test_killing },   { "hogs", test_hogs },	    { "many", test_many },
			{ "compiling", test_compiling },
		};

		for (unsigned int i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
			double begun = seconds();
			int before = failures;

			tests[i].test();
			printf("%s %s (%.1f s)\n", tests[i].name, failures == before ? "ok" : "FAILED", seconds() - begun);
		}
		test_descriptors(argv[0]);
		printf("descriptors %s\n", failures ? "or others FAILED" : "ok");
	}
	return failures ? 1 : 0;
}
