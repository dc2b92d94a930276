/*
 * Batches of UDP requests.
 *
 * Memcached reads one datagram, answers it, and goes back to its event loop: three crossings into the kernel for a request. Here requests are received
 * many at a time and the replies to all of them are sent together, by recvmmsg and sendmmsg, or by a script in the kernel, which does both in one
 * crossing and waits for more.
 */
#include "memcached.h"
#include "batch.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "answers.h"
#include "itoa_ljust.h"
#include "perilune_script.h"

/* Datagrams that are received together, and that are sent together: replies may be several each. */
#define INBOX 64
#define OUTBOX 256
/* The longest request that is taken; longer ones are cut, as if the network had lost the rest. */
#define REQUEST_SIZE 1400
/* A datagram has at most these pieces: its header and those of a reply. */
#define PIECES (1 + MC_RESP_IOVCOUNT)
#define MOST_WORKERS 256
/* Batches that are served before other connections have their turn. */
#define ROUNDS 64

/* A slot of a batch in the region, as kernel/README.md has it. */
struct slot {
	uint32_t length;
	uint8_t address_length;
	uint8_t unused[3];
	uint8_t address[128];
	uint8_t message[];
};

#define STRIDE(size) ((sizeof(struct slot) + (size) + 7) / 8 * 8)
#define IN_STRIDE STRIDE(REQUEST_SIZE)
#define OUT_STRIDE STRIDE(UDP_MAX_PAYLOAD_SIZE)

struct mmsg {
	struct mmsghdr in[INBOX], out[OUTBOX];
	struct iovec in_pieces[INBOX], out_pieces[OUTBOX][PIECES];
	struct sockaddr_in6 in_addresses[INBOX];
	char requests[INBOX][REQUEST_SIZE];
	unsigned char headers[OUTBOX][UDP_HEADER_SIZE];
	unsigned char replies[OUTBOX][UDP_MAX_PAYLOAD_SIZE];
};

struct udp_batch {
	int fd;
	struct mmsg *mmsg; /* or */
	struct script script;
	/* Requests: the next one, and how many there are. */
	int next, received;
	/* Datagrams that are ready to be sent. */
	int ready;
	/* Until others have their turn. */
	int rounds;
	bool was_full;
	/* Not in the statistics yet. */
	unsigned long bytes_read, bytes_written;
	/* Which requests of the inbox the script has left; NULL if all of them. */
	const uint8_t *left;
};

static bool by_mmsg;
static const char *script_file;

bool udp_batch_by_mmsg(const char *value)
{
	by_mmsg = value && !strcmp(value, "mmsg");
	return by_mmsg;
}

bool udp_batch_by_script(const char *file)
{
	script_file = file ? strdup(file) : NULL;
	return script_file;
}

/* The event loop doesn't tell what it waits for; the linker lets its call come by here (--wrap=epoll_create1). */
static int last_epoll = -1;
int __real_epoll_create1(int flags);

int __wrap_epoll_create1(int flags)
{
	last_epoll = __real_epoll_create1(flags);
	return last_epoll;
}

/* Workers' event loops are made by one thread, before there are sockets. */
static struct {
	const struct event_base *base;
	int epoll;
} bases[MOST_WORKERS];
static int base_count;

void udp_batch_note_base(const struct event_base *base)
{
	if (base_count < MOST_WORKERS) {
		bases[base_count].base = base;
		bases[base_count++].epoll = last_epoll;
	}
}

int udp_batch_epoll(const struct event_base *base)
{
	for (int i = 0; i < base_count; i++)
		if (bases[i].base == base)
			return bases[i].epoll;
	return -1;
}

static void prepare_mmsg(struct mmsg *m)
{
	for (int i = 0; i < INBOX; i++) {
		m->in_pieces[i] = (struct iovec){ m->requests[i], REQUEST_SIZE };
		m->in[i].msg_hdr.msg_iov = &m->in_pieces[i];
		m->in[i].msg_hdr.msg_iovlen = 1;
		m->in[i].msg_hdr.msg_name = &m->in_addresses[i];
	}
	for (int i = 0; i < OUTBOX; i++)
		m->out[i].msg_hdr.msg_iov = m->out_pieces[i];
}

struct udp_batch *udp_batch_new(int fd, int epoll)
{
	struct udp_batch *b;

	if (!by_mmsg && !script_file)
		return NULL;
	b = calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->fd = fd;
	b->rounds = ROUNDS;
	if (script_file) {
		struct answers_layout answers = answers_layout();
		size_t batches = INBOX * IN_STRIDE + OUTBOX * OUT_STRIDE;
		long settings[] = { fd, epoll, INBOX, REQUEST_SIZE, OUTBOX, UDP_MAX_PAYLOAD_SIZE,
				    answers.entries, answers.key_size, answers.value_size };

		if (script_load(&b->script, script_file, batches + answers.size) || script_run(&b->script, settings, 9) < 0) {
			/* Whoever asks for a script doesn't want to be served without. */
			exit(EXIT_FAILURE);
		}
		if (answers.size) {
			struct answers_words *words = (struct answers_words *)(b->script.region + batches);

			b->left = words->left;
			answers_begin(words);
		}
	} else {
		b->mmsg = calloc(1, sizeof(*b->mmsg));
		if (!b->mmsg) {
			free(b);
			return NULL;
		}
		prepare_mmsg(b->mmsg);
	}
	return b;
}

bool udp_batch_waits(const struct udp_batch *b)
{
	return !b->mmsg;
}

bool udp_batch_pending(const struct udp_batch *b)
{
	return b->next < b->received;
}

bool udp_batch_goes_on(const struct udp_batch *b)
{
	return !b->mmsg || b->ready || (b->rounds > 0 && b->was_full);
}

static struct slot *in_slot(const struct udp_batch *b, int i)
{
	return (struct slot *)(b->script.region + i * IN_STRIDE);
}

static struct slot *out_slot(const struct udp_batch *b, int i)
{
	return (struct slot *)(b->script.region + INBOX * IN_STRIDE + i * OUT_STRIDE);
}

/* Sends what is ready. A datagram that can't be sent is lost, as datagrams are. */
static void send_mmsg(struct udp_batch *b)
{
	int sent = 0;

	while (sent < b->ready) {
		int n = sendmmsg(b->fd, b->mmsg->out + sent, b->ready - sent, 0);

		if (n > 0) {
			sent += n;
		} else if (errno == EAGAIN) {
			struct pollfd writable = { .fd = b->fd, .events = POLLOUT };

			poll(&writable, 1, -1);
		} else if (errno != EINTR) {
			sent++;
		}
	}
	b->ready = 0;
}

/* Crosses into the kernel: sends what is ready, waits for requests if asked to, and tells how many came. */
static int cross(struct udp_batch *b, bool receives)
{
	long arguments[] = { b->ready, receives };
	long received = script_run(&b->script, arguments, 2);

	if (received < 0)
		exit(EXIT_FAILURE);
	b->ready = 0;
	return received;
}

static void receive_mmsg(struct udp_batch *b)
{
	for (int i = 0; i < b->received; i++)
		b->mmsg->in[i].msg_hdr.msg_namelen = sizeof(struct sockaddr_in6);
	if (!b->received)
		for (int i = 0; i < INBOX; i++)
			b->mmsg->in[i].msg_hdr.msg_namelen = sizeof(struct sockaddr_in6);
	b->received = recvmmsg(b->fd, b->mmsg->in, INBOX, MSG_DONTWAIT, NULL);
	if (b->received < 0)
		b->received = 0;
	b->was_full = b->received == INBOX;
	if (!b->was_full)
		b->rounds = ROUNDS;
}

/* Receives the next batch. */
static void receive(struct udp_batch *b)
{
	b->next = 0;
	if (b->rounds-- > 0) {
		if (b->mmsg)
			receive_mmsg(b);
		else
			b->received = cross(b, true);
	} else {
		/* Others have their turn. */
		if (!b->mmsg && b->ready)
			cross(b, false);
		b->received = 0;
	}
	if (!b->received)
		b->rounds = ROUNDS;
}

/* The next request's bytes; 0 if there is none that is longer than a header. */
static int next_request(conn *c, struct udp_batch *b, const unsigned char **bytes)
{
	int i = b->next++;

	if (b->mmsg) {
		struct mmsghdr *message = &b->mmsg->in[i];

		c->request_addr_size = message->msg_hdr.msg_namelen;
		memcpy(&c->request_addr, &b->mmsg->in_addresses[i], sizeof(c->request_addr));
		*bytes = (unsigned char *)b->mmsg->requests[i];
		return message->msg_len;
	}
	struct slot *slot = in_slot(b, b->left ? b->left[i] % INBOX : i);

	c->request_addr_size = slot->address_length;
	if (c->request_addr_size > sizeof(c->request_addr))
		return 0;
	memcpy(&c->request_addr, slot->address, sizeof(c->request_addr));
	*bytes = slot->message;
	return slot->length > REQUEST_SIZE ? 0 : slot->length;
}

static void flush(struct udp_batch *b)
{
	if (b->mmsg)
		send_mmsg(b);
	else
		cross(b, false);
}

/* Room for a datagram to whom the last request came from. */
static unsigned char *begin_datagram(conn *c, struct udp_batch *b)
{
	if (b->ready == OUTBOX)
		flush(b);
	if (b->mmsg) {
		struct msghdr *message = &b->mmsg->out[b->ready].msg_hdr;

		message->msg_name = &b->mmsg->in_addresses[b->next - 1];
		message->msg_namelen = c->request_addr_size;
		message->msg_iovlen = 1;
		return b->mmsg->replies[b->ready];
	}
	struct slot *slot = out_slot(b, b->ready);

	slot->address_length = c->request_addr_size;
	memcpy(slot->address, &c->request_addr, sizeof(c->request_addr));
	return slot->message;
}

static void end_datagram(struct udp_batch *b, size_t len)
{
	if (b->mmsg)
		b->mmsg->out_pieces[b->ready][0] = (struct iovec){ b->mmsg->replies[b->ready], len };
	else
		out_slot(b, b->ready)->length = len;
	b->bytes_written += len - UDP_HEADER_SIZE;
	b->ready++;
}

/* A reply in as many datagrams as it needs. */
static void put_reply(conn *c, struct udp_batch *b, const unsigned char *id, const struct iovec *pieces, int count, size_t total)
{
	unsigned int parts = (total + UDP_DATA_SIZE - 1) / UDP_DATA_SIZE;
	size_t offset = 0;

	for (unsigned int part = 0; part < parts; part++) {
		unsigned char *message = begin_datagram(c, b);
		unsigned char *to = message + UDP_HEADER_SIZE, *end = to + UDP_DATA_SIZE;
		unsigned char header[UDP_HEADER_SIZE] = { id[0], id[1], part >> 8, part, parts >> 8, parts };

		memcpy(message, header, sizeof(header));
		while (count > 0 && to < end) {
			size_t len = pieces->iov_len - offset;

			if (len > (size_t)(end - to))
				len = end - to;
			memcpy(to, (char *)pieces->iov_base + offset, len);
			to += len;
			offset += len;
			if (offset == pieces->iov_len) {
				pieces++;
				count--;
				offset = 0;
			}
		}
		end_datagram(b, to - message);
	}
}

/*
 * "get" with one key, which most requests are, is answered without the state machine of connections: the item is found, counted and released as
 * process_get_command does it. False if the request is something else.
 */
static bool answer_get(conn *c, struct udp_batch *b, const unsigned char *bytes, int len)
{
	char *key = (char *)bytes + UDP_HEADER_SIZE + 4, line[KEY_MAX_LENGTH + 64], *to = line;
	int nkey = len - UDP_HEADER_SIZE - 6;
	struct iovec pieces[3];
	bool overflow;
	item *it;

	if (nkey < 1 || nkey > KEY_MAX_LENGTH || settings.detail_enabled || settings.verbose > 1 || memcmp(key - 4, "get ", 4) ||
	    memcmp(key + nkey, "\r\n", 2) || memchr(key, ' ', nkey) || memchr(key, '\n', nkey) || memchr(key, 0, nkey))
		return false;
	it = limited_get(key, nkey, c, 0, false, DO_UPDATE, &overflow);
	if (it && (it->it_flags & ITEM_CHUNKED)) {
		item_remove(it);
		return false;
	}
	pthread_mutex_lock(&c->thread->stats.mutex);
	c->thread->stats.get_cmds++;
	if (it)
		c->thread->stats.lru_hits[it->slabs_clsid]++;
	else
		c->thread->stats.get_misses++;
	pthread_mutex_unlock(&c->thread->stats.mutex);
	pieces[2] = (struct iovec){ "END\r\n", 5 };
	if (!it) {
		put_reply(c, b, bytes, pieces + 2, 1, 5);
		return true;
	}
	uint32_t flags;

	FLAGS_CONV(it, flags);
	memcpy(to, "VALUE ", 6);
	memcpy(to + 6, ITEM_key(it), it->nkey);
	to += 6 + it->nkey;
	*to++ = ' ';
	to = itoa_u32(flags, to);
	*to++ = ' ';
	to = itoa_u32(it->nbytes - 2, to);
	*to++ = '\r';
	*to++ = '\n';
	answers_fill(it, line, to - line);
	pieces[0] = (struct iovec){ line, to - line };
	pieces[1] = (struct iovec){ ITEM_data(it), it->nbytes };
	put_reply(c, b, bytes, pieces, 3, to - line + it->nbytes + 5);
	item_remove(it);
	return true;
}

/* Puts what has been counted into the statistics. */
static void count_bytes(conn *c, struct udp_batch *b)
{
	pthread_mutex_lock(&c->thread->stats.mutex);
	c->thread->stats.bytes_read += b->bytes_read;
	c->thread->stats.bytes_written += b->bytes_written;
	pthread_mutex_unlock(&c->thread->stats.mutex);
	b->bytes_read = b->bytes_written = 0;
}

bool udp_batch_read(conn *c)
{
	struct udp_batch *b = c->batch;
	const unsigned char *bytes;

	for (;;) {
		if (!udp_batch_pending(b)) {
			if (b->bytes_read)
				count_bytes(c, b);
			if (b->mmsg && b->ready) {
				send_mmsg(b);
				/* Most likely there is nothing more. */
				if (!b->was_full)
					return false;
			}
			receive(b);
			if (!b->received)
				return false;
		}
		int len = next_request(c, b, &bytes);

		/* Requests of several datagrams aren't served. */
		if (len <= UDP_HEADER_SIZE || bytes[4] != 0 || bytes[5] != 1)
			continue;
		/* Replies of the state machine are on their way to the same outbox, and wait for the batch's end. */
		if (!c->resp_head && answer_get(c, b, bytes, len)) {
			b->bytes_read += len;
			continue;
		}
		c->request_id = bytes[0] * 256 + bytes[1];
		len -= UDP_HEADER_SIZE;
		memcpy(c->rbuf, bytes + UDP_HEADER_SIZE, len);
		c->rbytes = len;
		c->rcurr = c->rbuf;
		b->bytes_read += len + UDP_HEADER_SIZE;
		return true;
	}
}

/* Where in a reply the next datagram begins. */
struct place {
	mc_resp *reply;
	int piece;
	size_t offset;
};

static void put_header(unsigned char *to, mc_resp *reply)
{
	if (!reply->udp_total)
		reply->udp_total = (reply->tosend + UDP_DATA_SIZE - 1) / UDP_DATA_SIZE;
	to[0] = reply->request_id >> 8;
	to[1] = reply->request_id;
	to[2] = reply->udp_sequence >> 8;
	to[3] = reply->udp_sequence;
	to[4] = reply->udp_total >> 8;
	to[5] = reply->udp_total;
	to[6] = to[7] = 0;
	reply->udp_sequence++;
}

/* The pieces of the next datagram, without header; goes on to what comes then. */
static int next_pieces(struct place *at, struct iovec *pieces)
{
	size_t room = UDP_DATA_SIZE;
	int count = 0;

	while (at->piece < at->reply->iovcnt && room > 0) {
		const struct iovec *whole = &at->reply->iov[at->piece];
		size_t len = whole->iov_len - at->offset;

		if (len > room)
			len = room;
		if (len > 0)
			pieces[count++] = (struct iovec){ (char *)whole->iov_base + at->offset, len };
		room -= len;
		at->offset += len;
		if (at->offset == whole->iov_len) {
			at->piece++;
			at->offset = 0;
		}
	}
	return count;
}

static void add_to_mmsg(struct udp_batch *b, struct place *at)
{
	struct msghdr *message = &b->mmsg->out[b->ready].msg_hdr;

	put_header(b->mmsg->headers[b->ready], at->reply);
	b->mmsg->out_pieces[b->ready][0] = (struct iovec){ b->mmsg->headers[b->ready], UDP_HEADER_SIZE };
	message->msg_name = &at->reply->request_addr;
	message->msg_namelen = at->reply->request_addr_size;
	message->msg_iovlen = 1 + next_pieces(at, b->mmsg->out_pieces[b->ready] + 1);
}

static void add_to_region(struct udp_batch *b, struct place *at)
{
	struct slot *slot = out_slot(b, b->ready);
	struct iovec pieces[PIECES];
	unsigned char *to = slot->message + UDP_HEADER_SIZE;
	int count = next_pieces(at, pieces);

	put_header(slot->message, at->reply);
	slot->address_length = at->reply->request_addr_size;
	memcpy(slot->address, &at->reply->request_addr, sizeof(at->reply->request_addr));
	for (int i = 0; i < count; i++) {
		memcpy(to, pieces[i].iov_base, pieces[i].iov_len);
		to += pieces[i].iov_len;
	}
	slot->length = to - slot->message;
}

bool udp_batch_transmit(conn *c)
{
	struct udp_batch *b = c->batch;
	mc_resp *reply;

	/* Values that lie in several places are rare and large. */
	for (reply = c->resp_head; reply; reply = reply->next)
		if (reply->chunked_data_iov)
			return false;
	for (reply = c->resp_head; reply; reply = reply->next) {
		struct place at = { reply, 0, 0 };

		b->bytes_written += reply->skip ? 0 : reply->tosend;
		while (!reply->skip && at.piece < reply->iovcnt) {
			if (b->ready == OUTBOX)
				flush(b);
			if (b->mmsg)
				add_to_mmsg(b, &at);
			else
				add_to_region(b, &at);
			b->ready++;
		}
	}
	if (b->mmsg)
		send_mmsg(b);
	count_bytes(c, b);
	for (reply = c->resp_head; reply;)
		reply = resp_finish(c, reply);
	return true;
}
