/* Batches of UDP requests: received together, replied to together. */
#ifndef UDP_BATCH_H
#define UDP_BATCH_H

#include <stdbool.h>

struct conn;
struct udp_batch;
struct event_base;

/* The options "udp_batch=mmsg" and "udp_script=FILE"; false if there is no such way. */
bool udp_batch_by_mmsg(const char *value);
bool udp_batch_by_script(const char *file);

/* Notes which descriptor a worker's event loop, which has just been made, waits for. */
void udp_batch_note_base(const struct event_base *base);
int udp_batch_epoll(const struct event_base *base);
/* The batches of a worker's UDP socket; NULL if requests are served one by one. `epoll` is what the worker's event loop waits for. */
struct udp_batch *udp_batch_new(int fd, int epoll);

/* Does the batch wait for its events by itself? */
bool udp_batch_waits(const struct udp_batch *batch);
/* Are there requests that have been received, and not been served yet? */
bool udp_batch_pending(const struct udp_batch *batch);
/* Should one look for more requests before other connections have their turn? */
bool udp_batch_goes_on(const struct udp_batch *batch);

/* Makes the next request the one that `c` reads; false if there is none. */
bool udp_batch_read(struct conn *c);
/* Sends the replies of `c`, or makes them ready for the next crossing; false if they have to be sent one by one. */
bool udp_batch_transmit(struct conn *c);

#endif
