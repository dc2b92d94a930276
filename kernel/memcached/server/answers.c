/*
 * Replies that a script in the kernel gives by itself.
 *
 * The map has whole requests as keys, from the third byte of the datagram on, and whole replies without their headers as values: what is the same request to
 * the byte gets the same reply, everything else comes to memcached. A reply is put there when memcached has just given it, and removed when the item
 * is unlinked or changed in place, both under the item's lock, so that none outlives its item. The number of an entry is the time at which
 * it expires; the script compares it with memcached's own clock.
 */
#include "memcached.h"
#include "answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perilune_map.h"

/* The rest of a header, the command, a key, the line's end. */
#define BEFORE "\0\0\0\1\0\0get "
#define BEFORE_LENGTH (sizeof(BEFORE) - 1)
#define AFTER "\r\n"
#define AFTER_LENGTH (sizeof(AFTER) - 1)
/* Longer keys aren't answered in the kernel. */
#define LONGEST_KEY 84
#define KEY_SIZE (BEFORE_LENGTH + LONGEST_KEY + AFTER_LENGTH)
#define MOST_MAPS 64

static struct {
	struct answers_words *words;
	struct perilune_map map;
} maps[MOST_MAPS];
static int map_count;
static uint32_t entries, value_size;
/* Of all maps. Nobody takes another lock while he has it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool answers_option(const char *value)
{
	return value && sscanf(value, "%u:%u", &entries, &value_size) == 2 && entries && value_size <= 65536;
}

struct answers_layout answers_layout(void)
{
	struct perilune_map map = { NULL, entries, KEY_SIZE, value_size };

	return (struct answers_layout){
		entries ? sizeof(struct answers_words) + entries * perilune_map_stride(&map) : 0, entries, KEY_SIZE, value_size,
	};
}

void answers_begin(struct answers_words *words)
{
	pthread_mutex_lock(&lock);
	if (map_count < MOST_MAPS) {
		words->now = current_time;
		maps[map_count].words = words;
		maps[map_count++].map = (struct perilune_map){ (char *)(words + 1), entries, KEY_SIZE, value_size };
	}
	pthread_mutex_unlock(&lock);
}

/* The map's key for an item; 0 if it is too long. */
static size_t make_key(const item *it, char *key)
{
	size_t length = it->nkey;

	if (length > LONGEST_KEY)
		return 0;
	memcpy(key, BEFORE, BEFORE_LENGTH);
	memcpy(key + BEFORE_LENGTH, ITEM_key(it), length);
	memcpy(key + BEFORE_LENGTH + length, AFTER, AFTER_LENGTH);
	return BEFORE_LENGTH + length + AFTER_LENGTH;
}

/* When a reply is no longer true, 0 for never. */
static rel_time_t end_of(const item *it)
{
	rel_time_t end = it->exptime, flush = settings.oldest_live;

	/* Something that is to be flushed in the future expires then. */
	if (flush > current_time && it->time <= flush && (!end || flush < end))
		end = flush;
	return end;
}

void answers_fill(item *it, const char *line, size_t line_length)
{
	char key[KEY_SIZE];
	size_t length = make_key(it, key);
	uint32_t hv;
	struct iovec reply[] = { { (char *)line, line_length }, { NULL, 0 }, { "END\r\n", 5 } };

	if (!map_count || !length || (it->it_flags & ITEM_CHUNKED) || line_length + it->nbytes + 5 > value_size)
		return;
	hv = hash(ITEM_key(it), it->nkey);
	item_lock(hv);
	pthread_mutex_lock(&lock);
	/* Since memcached found it, it may have gone, or everything may have been flushed. */
	if ((it->it_flags & ITEM_LINKED) && !item_is_flushed(it)) {
		reply[1] = (struct iovec){ ITEM_data(it), it->nbytes };
		for (int i = 0; i < map_count; i++)
			perilune_map_store(&maps[i].map, key, length, reply, 3, end_of(it));
	}
	pthread_mutex_unlock(&lock);
	item_unlock(hv);
}

void answers_forget(const item *it)
{
	char key[KEY_SIZE];
	size_t length;

	if (!map_count)
		return;
	length = make_key(it, key);
	pthread_mutex_lock(&lock);
	for (int i = 0; length && i < map_count; i++)
		perilune_map_remove(&maps[i].map, key, length);
	pthread_mutex_unlock(&lock);
}

void answers_flush(void)
{
	pthread_mutex_lock(&lock);
	for (int i = 0; i < map_count; i++)
		perilune_map_clear(&maps[i].map);
	pthread_mutex_unlock(&lock);
}

bool answers_were_given(const item *it)
{
	char key[KEY_SIZE];
	size_t length;
	bool given = false;

	if (!map_count)
		return false;
	length = make_key(it, key);
	pthread_mutex_lock(&lock);
	for (int i = 0; length && i < map_count; i++) {
		struct perilune_entry *entry = perilune_map_find(&maps[i].map, key, length);

		if (entry && entry->found) {
			entry->found = 0;
			given = true;
		}
	}
	pthread_mutex_unlock(&lock);
	return given;
}

void answers_tick(uint32_t now)
{
	for (int i = 0; i < map_count; i++)
		maps[i].words->now = now;
}

unsigned long long answers_hits(void)
{
	double hits = 0;

	for (int i = 0; i < map_count; i++)
		hits += maps[i].words->hits;
	return hits;
}
