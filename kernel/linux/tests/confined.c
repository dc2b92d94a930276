/*
 * Under a profile of AppArmor: what has hooks that modules can't call is refused, the rest works.
 *   confined PROFILE
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

static int failed(const char *what)
{
	printf("FAILED confined: %s (%m)\n", what);
	return 1;
}

int main(int argc, char **argv)
{
	static const char *const wanted[] = { "3 true true 0", "EACCES EACCES EACCES" };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int profile = open("/proc/self/attr/current", O_WRONLY);
	char change[100];

	for (int confined = 0; confined < 2; confined++) {
		int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

		address.sin_port = 0;
		if (bind(listener, (void *)&address, len) || listen(listener, 1) || getsockname(listener, (void *)&address, &len) ||
		    connect(client, (void *)&address, len))
			return failed("sockets");
		if (confined && write(profile, change, snprintf(change, sizeof(change), "changeprofile %s", argv[argc - 1])) < 0)
			return failed("the profile");
		int fd = load_script(confined ? "local l = ... return select(2, sys.accept(l)), select(2, sys.shutdown(l)), select(2, sys.fcntl(l, 'getfl'))"
					      : "local l, c = ... local fd = sys.accept(l) return sys.write(fd, 'abc'), sys.shutdown(fd), sys.close(fd), sys.fcntl(l, 'getfd')");

		if (fd < 0 || RUN(fd, number(listener), number(client)) || strcmp(results(), wanted[confined])) {
			printf("got '%s'\n", results());
			return failed("a call");
		}
		close(fd);
		close(listener);
		close(client);
	}
	printf("confined ok\n");
	return 0;
}
