/*
 * Loads perilune.ko as kldload does, and drives its object code: MOD_LOAD, both system calls with good and bad requests, MOD_UNLOAD.
 *   kldload perilune.ko
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <asm/prctl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kld.h"
#include "perilune.h"

/* The call of so many arguments: perilune_load has one, perilune_run two. */
static struct call *find(int arguments)
{
	CHECK(call_count == 2 && calls[0].arguments + calls[1].arguments == 3);
	return &calls[calls[0].arguments == arguments ? 0 : 1];
}

/* What the entry of system calls does: in capability mode only those are allowed that say they may be. */
static int enter(struct call *call, uint64_t *arguments)
{
	if (capability_mode && !(call->flags & 1))
		return B_ECAPMODE;
	return call->function(thread, arguments);
}

static long load_request(uint64_t request)
{
	uint64_t arguments[1] = { request };
	struct call *call = find(1);
	int error;

	CHECK(call->arguments == 1);
	RETVAL = -77;
	error = enter(call, arguments);
	CHECK(fpu_depth == 0);
	return error ? -error : RETVAL;
}

static long run_request(long fd, uint64_t request)
{
	uint64_t arguments[2] = { fd, request };
	struct call *call = find(2);
	int error;

	CHECK(call->arguments == 2);
	error = enter(call, arguments);
	CHECK(fpu_depth == 0);
	return -error;
}

static void close_script(long fd)
{
	CHECK(((int (*)(void *, int))kpi_find("kern_close"))(thread, fd) == 0);
}

/* The arena: a request, texts, results. */
#define AT(offset) ((uint64_t)(arena + (offset)))

static long load_with(const char *text, struct perilune_load request)
{
	strcpy(arena + 0x10000, text);
	strcpy(arena + 0x8000, "=script");
	request.source = AT(0x10000);
	request.source_len = strlen(text);
	request.name = AT(0x8000);
	request.name_len = 7;
	request.message = AT(0x9000);
	request.message_size = 256;
	memset(arena + 0x9000, 0, 256);
	memcpy(arena, &request, sizeof(request));
	return load_request(AT(0));
}
static long load(const char *text)
{
	return load_with(text, (struct perilune_load){ 0 });
}

static struct perilune_run last;

static long run(long fd, unsigned int flags, uint64_t fuel, const double *arguments, int count)
{
	struct perilune_run request = {
		.arguments = AT(0x2000), .argument_count = count, .flags = flags, .results = AT(0x3000), .result_capacity = 16, .bytes = AT(0x4000),
		.bytes_size = 0x3000, .fuel = fuel,
	};
	struct perilune_value *values = (void *)(arena + 0x2000);
	long result;

	for (int i = 0; i < count; i++) {
		values[i] = (struct perilune_value){ .kind = PERILUNE_NUMBER };
		memcpy(&values[i].payload, &arguments[i], 8);
	}
	memcpy(arena + 0x1000, &request, sizeof(request));
	result = run_request(fd, AT(0x1000));
	memcpy(&last, arena + 0x1000, sizeof(last));
	return result;
}

static const char *results(void)
{
	static char text[0x4000];
	struct perilune_value *values = (void *)(arena + 0x3000);
	size_t at = 0;
	double n;

	text[0] = 0;
	for (unsigned int i = 0; i < last.result_count && i < 16; i++) {
		memcpy(&n, &values[i].payload, 8);
		at += sprintf(text + at, i ? " " : "");
		if (values[i].kind == PERILUNE_NIL)
			at += sprintf(text + at, "nil");
		else if (values[i].kind == PERILUNE_BOOLEAN)
			at += sprintf(text + at, values[i].payload ? "true" : "false");
		else if (values[i].kind == PERILUNE_NUMBER)
			at += sprintf(text + at, "%.14g", n);
		else
			at += sprintf(text + at, "%.*s", (int)values[i].length, (char *)values[i].payload);
	}
	return text;
}

static void eval(const char *text, const double *arguments, int count, const char *wanted)
{
	long fd = load(text);

	if (fd < 0)
		fprintf(stderr, "not loaded: %ld %s\n", fd, arena + 0x9000);
	CHECK(fd >= 0);
	CHECK(run(fd, 0, 0, arguments, count) == 0);
	if (strcmp(results(), wanted))
		fprintf(stderr, "%s\ngave '%s'\nwanted '%s'\n", text, results(), wanted);
	CHECK(!strcmp(results(), wanted));
	close_script(fd);
}
#define EVAL(text, wanted, ...) \
	eval(text, (double[]){ 0, ##__VA_ARGS__ } + 1, sizeof((double[]){ 0, ##__VA_ARGS__ }) / sizeof(double) - 1, wanted)

static void test_values(void)
{
	char expected[100];

	EVAL("return select('#', ...), ...", "2 1.5 -7", 1.5, -7);
	EVAL("return {}, print, ('x'):rep(3), 10 / 4, nil, true", "table function xxx 2.5 nil true");
	EVAL("error('no')", "script:1: no");
	EVAL("return io, os, debug, package, require, ffi, jit", "nil nil nil nil nil nil nil");
	CHECK(load("x = = 1") == -B_ENOEXEC);
	CHECK(!strcmp(arena + 0x9000, "script:1: unexpected symbol near '='"));
	CHECK(load("\x1bLJ") == -B_ENOEXEC);
	sprintf(expected, "%d %d %d %d", getpid(), getppid(), getuid(), getegid());
	EVAL("return sys.getpid(), sys.getppid(), sys.getuid(), sys.getegid()", expected);
	EVAL("local s, ns = sys.clock() sys.sleep(0.01) local t, m = sys.clock() local d = (t - s) * 1e9 + m - ns "
	     "return d >= 1e7 and d < 5e9, sys.clock('realtime') > 0, sys.clock('thread') >= 0", "true true true");
	EVAL("return sys.MSG_DONTWAIT, sys.O_NONBLOCK, sys.region()", "128 4 nil");
}

static void test_files(void)
{
	int file = memfd_create("file", 0), pipes[2];

	EVAL("local fd = ... local b = sys.buffer(8) b:set(0, 'buffered') "
	     "local a = {sys.write(fd, 'hello '), sys.write(fd, b, 0, 4), sys.writev(fd, {'+', b:sub(4), '!'}), sys.pwrite(fd, 'J', 0), "
	     "sys.lseek(fd), sys.lseek(fd, 'set', 0)} "
	     "return table.concat(a, ' '), sys.read(fd, 100), sys.read(fd, 100), sys.pread(fd, 3, 6), sys.pread(fd, b, 0, 2, 3), b:get(), "
	     "sys.fcntl(fd, 'getfd'), sys.close(fd), select(2, sys.close(fd))",
	     "6 4 6 1 16 0 Jello buff+ered!  buf 3 buJelred 0 true EBADF", file);
	CHECK(!pipe(pipes));
	memcpy(arena + 0xa000, "from the process", 16);
	EVAL("local r, w, a, n = ... sys.write(w, sys.window(a, n)) return sys.read(r, 100), select(2, sys.write(r, 'x')), "
	     "select(2, sys.pread(r, 1, 0)), select(2, sys.write(w, sys.window(16, 8)))",
	     "from the process EBADF ESPIPE EFAULT", pipes[0], pipes[1], (double)AT(0xa000), 16);
	EVAL("local r, w = ... local p = {{fd = r, events = sys.POLLIN}} local a = sys.poll(p, 20) sys.write(w, 'x') local b = sys.poll(p) "
	     "return a, b, p[1].revents == sys.POLLIN, sys.fcntl(r, 'setfl', sys.O_NONBLOCK), sys.read(r, 9), select(2, sys.read(r, 9)), "
	     "sys.fcntl(r, 'getfl')",
	     "0 1 true 0 x EAGAIN 4", pipes[0], pipes[1]);
}

static void test_sockets(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int udp = socket(AF_INET, SOCK_DGRAM, 0), listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(address);
	char text[16] = { 0 };

	CHECK(!bind(udp, (void *)&address, len) && !getsockname(udp, (void *)&address, &len));
	EVAL("local fd, port = ... local to = sys.address('127.0.0.1', port) "
	     "local n = sys.sendto(fd, 'ping', to) local m, from = sys.recvfrom(fd, 100) local ip, p = sys.addressparts(from) "
	     "local b = sys.batch(4, 16) for i = 1, 4 do b:set(i, 'm' .. i, to) end "
	     "return n, m, ip, p == port, sys.sendmmsg(fd, b), sys.recvmmsg(fd, b), b:get(4), select(2, sys.recvfrom(fd, 9, sys.MSG_DONTWAIT)), "
	     "select(2, sys.recvfrom(0, 1))",
	     "4 ping 127.0.0.1 true 4 4 m4 EAGAIN ENOTSOCK", udp, ntohs(address.sin_port));
	address.sin_port = 0;
	CHECK(!bind(listener, (void *)&address, len) && !listen(listener, 4) && !getsockname(listener, (void *)&address, &len));
	CHECK(!connect(client, (void *)&address, len));
	EVAL("local fd = sys.accept(...) sys.write(fd, 'hi') return sys.shutdown(fd, 'write'), sys.close(fd)", "true true", listener);
	CHECK(read(client, text, sizeof(text)) == 2 && !strcmp(text, "hi"));
	close(udp);
	close(listener);
	close(client);
}

static void test_pointers(void)
{
	static const uint64_t bad[] = { 0, 8, 0x7fffffffffff, 0x800000000000, 0xdead000000000000, 0xffffff8000000000, 0xffffffff80000000,
					0xffffffffffffff00 };
	long fd = load("local w = sys.window(...) return select(2, w:get()), select(2, w:set(0, 'x')), select(2, w:u8(0))");

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct perilune_load request = { .source = bad[i], .source_len = 64 };
		struct perilune_run runs = { .results = bad[i], .result_capacity = 1, .bytes = bad[i], .bytes_size = 64 };

		CHECK(load_request(bad[i]) == -B_EFAULT);
		CHECK(run_request(fd, bad[i]) == -B_EFAULT);
		memcpy(arena, &request, sizeof(request));
		CHECK(load_request(AT(0)) == -B_EFAULT);
		runs.arguments = bad[i];
		runs.argument_count = 2;
		memcpy(arena, &runs, sizeof(runs));
		CHECK(run_request(fd, AT(0)) == -B_EFAULT);
		if (bad[i] < 1UL << 53) {
			double arguments[2] = { bad[i], 64 };

			CHECK(!run(fd, 0, 0, arguments, 2) && !strcmp(results(), "EFAULT EFAULT EFAULT"));
		}
	}
	CHECK(load_request(AT(ARENA - 8)) == -B_EFAULT);
	CHECK(run_request(-1, AT(0)) == -B_EBADF && run_request(1000000, AT(0)) == -B_EBADF && run_request(0, AT(0)) == -B_EBADF);
	CHECK(run(fd, 64, 0, NULL, 0) == -B_EINVAL && run(fd, PERILUNE_RESUME, 0, NULL, 0) == -B_EINVAL);
	CHECK(load_with("return 1", (struct perilune_load){ .flags = 1 }) == -B_EINVAL);
	CHECK(load_with("return 1", (struct perilune_load){ .region = (16 << 20) + 1 }) == -B_E2BIG);
	close_script(fd);
}

static void test_stopping(void)
{
	long fd = load("local n = 0 for i = 1, 1e6 do n = n + i % 2 end return n, 'done'");
	int stops = 0;

	CHECK(!run(fd, 0, 100000, NULL, 0));
	while (last.outcome == PERILUNE_OUT_OF_FUEL) {
		stops++;
		CHECK(!run(fd, PERILUNE_RESUME, 100000, NULL, 0));
	}
	CHECK(stops >= 9 && !strcmp(results(), "500000 done"));
	signal_waits = 1;
	CHECK(!run(fd, 0, 0, NULL, 0) && last.outcome == PERILUNE_INTERRUPTED);
	signal_waits = 0;
	CHECK(!run(fd, PERILUNE_RESUME, 0, NULL, 0) && !strcmp(results(), "500000 done"));
	close_script(fd);
	EVAL("local ok, e = pcall(function() local t = {} for i = 1, 1e7 do t[i] = {} end end) return ok, e", "false not enough memory");
	EVAL("local function f() return 1 + f() end local ok, e = pcall(f) return ok, e:match('stack overflow')", "false stack overflow");
}

/* Machine code where it is allowed, in pages that were written through another mapping. */
static void test_compiling(int level)
{
	const unsigned char *code = kld_symbol("perilune_code");
	int used = 0;
	long fd = load("local a, t = 0, {1, 2, 3} for i = 1, 3e5 do a = a + i % 7 + t[i % 3 + 1] end return a");

	CHECK(!run(fd, 0, 0, NULL, 0) && !strcmp(results(), "1499998"));
	for (size_t i = 0; i < 8 << 20 && !used; i++)
		used = code[i] != 0xcc;
	CHECK(used == (level > 1));
	close_script(fd);
	for (size_t i = 0; i < 8 << 20; i++)
		CHECK(code[i] == 0xcc);
	EVAL("local s = {} for i = 1, 20000 do s[i % 100 + 1] = ('x'):rep(i % 50) .. i end return #table.concat(s)", "2950");
	EVAL("local function f(x) if x % 100 == 99 then error('e') end return {x} end local n = 0 "
	     "for i = 1, 20000 do local ok, t = pcall(f, i) n = n + (ok and #t or 2) end return n", "20200");
}

/* The region is the same memory for the script and for the process, which may keep it when the script is gone. */
static void test_region(void)
{
	long before = reserved, address, part;
	long fd = load_with("local r = sys.region() local n = r:u32(0) r:u32(0, n + 1) r:set(5000, 'from the script') return #r, n, r:get(8, 5)",
			    (struct perilune_load){ .region = 10000 });
	long plain = load("return sys.region()");

	CHECK(fd >= 0 && vm_objects == 1 && reserved == before + 2 * (8 << 20) + 12288);
	CHECK(user_mmap(plain, 4096, 3, 3, 0) == -B_ENODEV);
	/* More than there is, at a place beyond it, executable, more than the descriptor's rights. */
	CHECK(user_mmap(fd, 12289, 3, 7, 0) == -B_EINVAL && user_mmap(fd, 4096, 3, 7, 12288) == -B_EINVAL && user_mmap(fd, 4096, 3, 7, -4096) == -B_EINVAL);
	CHECK(user_mmap(fd, 4096, 3, 7, 1L << 62) == -B_EINVAL && user_mmap(fd, -4096, 3, 7, 4096) == -B_EINVAL);
	CHECK(user_mmap(fd, 4096, 5, 7, 0) == -B_EACCES && user_mmap(fd, 4096, 3, 1, 0) == -B_EACCES);
	address = user_mmap(fd, 10000, 3, 7, 0);
	part = user_mmap(fd, 4096, 1, 1, 4096);
	CHECK(address > 0 && part > 0 && *(int *)address == 0);
	*(int *)address = 41;
	memcpy((char *)address + 8, "hello", 5);
	CHECK(!run(fd, 0, 0, NULL, 0) && !strcmp(results(), "10000 41 hello"));
	CHECK(*(int *)address == 42 && !memcmp((char *)part + 904, "from the script", 15));
	close_script(fd);
	close_script(plain);
	CHECK(*(int *)address == 42 && vm_objects == 1 && reserved == before + 12288);
	user_munmap(part);
	user_munmap(address);
	CHECK(vm_objects == 0 && reserved == before);
}

/* Memory is on the account of whoever loads, and no more of it than is allowed. */
static void test_limits(void)
{
	long before = reserved, fd;

	swap_limit = before + (10 << 20);
	CHECK(load_with("return 1", (struct perilune_load){ .memory = 11 << 20 }) == -B_ENOMEM);
	CHECK(load_with("return 1", (struct perilune_load){ .region = 3 << 20 }) == -B_ENOMEM && reserved == before && vm_objects == 0);
	fd = load_with("return 1", (struct perilune_load){ .region = 1 << 20 });
	CHECK(fd >= 0 && reserved == before + (9 << 20));
	CHECK(load("return 1") == -B_ENOMEM);
	close_script(fd);
	CHECK(reserved == before);
	CHECK(load("return = 1") == -B_ENOEXEC && load_request(8) == -B_EFAULT && reserved == before);
	*sysctl_max_memory = 1 << 20;
	fd = load_with("return #('x'):rep(2e6)", (struct perilune_load){ .memory = 8 << 20 });
	CHECK(fd >= 0 && reserved == before + (1 << 20) && !run(fd, 0, 0, NULL, 0) && !strcmp(results(), "not enough memory"));
	close_script(fd);
	*sysctl_max_memory = 64 << 20;
	swap_limit = 1L << 40;
}

/* Descriptors' rights and security policies hold for scripts, and capability mode has none. */
static void test_capabilities(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int udp = socket(AF_INET, SOCK_DGRAM, 0), file = memfd_create("file", 0);
	socklen_t len = sizeof(address);
	long fd;

	CHECK(!bind(udp, (void *)&address, len) && !getsockname(udp, (void *)&address, &len) && !connect(udp, (void *)&address, len));
	limit_rights(udp, CAN_RECEIVE);
	EVAL("local fd = ... return sys.sendto(fd, 'x'), select(2, sys.recvfrom(fd, 9))", "1 ENOTCAPABLE", udp);
	limit_rights(udp, CAN_SEND);
	EVAL("local fd = ... return sys.recvfrom(fd, 9), select(2, sys.sendto(fd, 'x'))", "x ENOTCAPABLE", udp);
	limit_rights(udp, 0);
	limit_rights(file, CAN_WRITE);
	EVAL("local fd = ... return #sys.read(fd, 9), select(2, sys.write(fd, 'x')), select(2, sys.pwrite(fd, 'x', 0))", "0 ENOTCAPABLE ENOTCAPABLE", file);
	limit_rights(file, CAN_READ);
	EVAL("local fd = ... return sys.write(fd, 'x'), select(2, sys.read(fd, 9)), select(2, sys.pread(fd, 9, 0))", "1 ENOTCAPABLE ENOTCAPABLE", file);
	limit_rights(file, 0);
	mac_denies = 1;
	EVAL("local fd = ... return sys.sendto(fd, 'x'), select(2, sys.recvfrom(fd, 9)), select(2, sys.recvmmsg(fd, sys.batch(2, 9)))", "1 EACCES EACCES",
	     udp);
	mac_denies = 0;
	EVAL("return (sys.recvfrom(..., 9))", "x", udp);
	fd = load("return 1");
	limit_rights(fd, CAN_IOCTL);
	CHECK(run(fd, 0, 0, NULL, 0) == -B_ENOTCAPABLE);
	limit_rights(fd, 0);
	capability_mode = 1;
	CHECK(run(fd, 0, 0, NULL, 0) == -B_ECAPMODE && load("return 1") == -B_ECAPMODE);
	capability_mode = 0;
	close_script(fd);
	close(udp);
	close(file);
}

static void test_log(void)
{
	struct {
		void *base;
		size_t len;
	} vector = { arena + 0xb000, 100 };
	struct {
		void *iov;
		int count;
		long offset, resid;
		int segment, rw;
		void *td;
	} uio = { &vector, 1, 0, 100, 0, 0, thread };
	struct {
		unsigned int flag, count;
		void *data;
		int (**ops)(void *, void *, void *, int, void *);
	} *fp;
	long fd = load("print('printed', 1)");

	CHECK(!run(fd, 0, 0, NULL, 0));
	CHECK(!((int (*)(void *, int, void *, void *))kpi_find("fget"))(thread, fd, kpi_find("cap_ioctl_rights"), &fp));
	CHECK(fp->ops[0](fp, &uio, NULL, 0, thread) == 0 && uio.resid == 90 && !memcmp(arena + 0xb000, "printed\t1\n", 10));
	fp->count--;
	close_script(fd);
}

int main(int argc, char **argv)
{
	static void *processor[8] = { thread };
	void *own = process;
	int pid = getpid() + 1;

	CHECK(argc == 2);
	arena = mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(arena != MAP_FAILED);
	memcpy(thread + TD_PROC, &own, sizeof(own));
	memcpy(process + P_PID, &pid, sizeof(pid));
	own = credentials;
	memcpy(thread + TD_UCRED, &own, sizeof(own));
	CHECK(!syscall(SYS_arch_prctl, ARCH_SET_GS, processor));
	kld_load(argv[1]);

	/* A kernel that is laid out in another way is left alone. */
	CHECK(kld_event(0) == B_ENOEXEC && call_count == 0);
	pid = getpid();
	memcpy(process + P_PID, &pid, sizeof(pid));
	CHECK(kld_event(0) == 0 && call_count == 2 && fpu_depth == 0 && sysctl_enabled && *sysctl_enabled == 0);
	CHECK(load("return 1") == -B_EPERM);

	CHECK(*sysctl_max_memory == 64 << 20 && *sysctl_max_code == 512 && *sysctl_harden == 1);

	long before = blocks;
	for (int level = 1; level <= 2; level++) {
		*sysctl_enabled = level;
		test_values();
		test_files();
		test_sockets();
		test_pointers();
		test_region();
		test_limits();
		test_capabilities();
		test_stopping();
		test_compiling(level);
		test_log();
		for (int i = 0; i < 200; i++)
			EVAL("return ('x'):rep(1000):len()", "1000");
		CHECK(blocks == before && reserved == 0);
		printf("kldload: level %d ok\n", level);
	}
	CHECK(kld_event(1) == 0 && call_count == 0 && !sysctl_enabled);
	printf("kldload: unloaded, %ld blocks of memory left\n", blocks);
	CHECK(blocks == 0);
	return 0;
}
