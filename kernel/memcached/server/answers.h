/* Replies that a script in the kernel gives by itself, from a map that lies in the region of each worker's script. */
#ifndef UDP_ANSWERS_H
#define UDP_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct _stritem;

/* The option "udp_map=ENTRIES:VALUE_SIZE": how many replies, and how long they may be. */
bool answers_option(const char *value);

/* What the script is told of a map; `words` lies before it. */
struct answers_layout {
	size_t size; /* of words and map, 0 if there is no map */
	uint32_t entries, key_size, value_size;
};

/* What the process and the script tell each other, besides the map. */
struct answers_words {
	uint32_t now; /* the process's clock */
	uint32_t unused;
	double hits; /* how often the script answered */
	uint8_t left[256]; /* which requests of the inbox are left to the process */
};

struct answers_layout answers_layout(void);
/* Begins to keep a map that lies behind these words. */
void answers_begin(struct answers_words *words);

/* A request for this item was answered with this line and the value: the script may answer the next. Not under the item's lock. */
void answers_fill(struct _stritem *it, const char *line, size_t line_length);
/* The item has changed or is no longer there. Under the item's lock. */
void answers_forget(const struct _stritem *it);
/* Everything has been flushed. */
void answers_flush(void);
/* Did the script answer with this item since this was asked last? Under the item's lock. */
bool answers_were_given(const struct _stritem *it);
/* The clock has gone on. */
void answers_tick(uint32_t now);
/* How often scripts have answered. */
unsigned long long answers_hits(void);

#endif
