/*
 * Maps, as core/src/entries.rs has them: the process's side. A map lies in the region; the process stores values by key, and the script finds them with
 * `sys.map`. One thread at a time may store and remove.
 */
#ifndef PERILUNE_MAP_H
#define PERILUNE_MAP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

struct perilune_map {
	char *start; /* a multiple of 8 */
	uint32_t count, key_size, value_size;
};

struct perilune_entry {
	uint32_t version; /* odd while it's being written */
	uint32_t hash;
	uint32_t key_length; /* 0 if there is none */
	uint32_t value_length;
	double number;
	uint32_t found; /* how often */
	uint32_t unused;
	char key[]; /* and the value behind the room for a key */
};

#define PERILUNE_MAP_WAYS 4

static inline size_t perilune_map_stride(const struct perilune_map *map)
{
	return (sizeof(struct perilune_entry) + map->key_size + map->value_size + 7) / 8 * 8;
}

static inline uint32_t perilune_map_hash(const char *key, size_t length)
{
	uint64_t state = length, word;

	for (; length; key += 8) {
		size_t taken = length < 8 ? length : 8;

		word = 0;
		memcpy(&word, key, taken);
		state = (state ^ word) * 0x9e3779b97f4a7c15ULL;
		state ^= state >> 32;
		length -= taken;
	}
	return state;
}

static inline struct perilune_entry *perilune_map_way(const struct perilune_map *map, uint32_t hash, uint32_t i)
{
	uint64_t at = ((uint64_t)hash * map->count >> 32) + i;

	return (struct perilune_entry *)(map->start + (at < map->count ? at : at - map->count) * perilune_map_stride(map));
}

static inline void perilune_map_begin(struct perilune_entry *entry)
{
	__atomic_store_n(&entry->version, entry->version + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void perilune_map_end(struct perilune_entry *entry)
{
	__atomic_store_n(&entry->version, entry->version + 1, __ATOMIC_RELEASE);
}

/* The entry of a key, NULL if it has none. */
static inline struct perilune_entry *perilune_map_find(const struct perilune_map *map, const char *key, size_t length)
{
	uint32_t hash = perilune_map_hash(key, length);

	for (uint32_t i = 0; i < PERILUNE_MAP_WAYS && i < map->count; i++) {
		struct perilune_entry *entry = perilune_map_way(map, hash, i);

		if (entry->hash == hash && entry->key_length == length && !memcmp(entry->key, key, length))
			return entry;
	}
	return NULL;
}

/* Removes a key; was it there? */
static inline int perilune_map_remove(const struct perilune_map *map, const char *key, size_t length)
{
	struct perilune_entry *entry = length ? perilune_map_find(map, key, length) : NULL;

	if (!entry)
		return 0;
	perilune_map_begin(entry);
	entry->key_length = 0;
	perilune_map_end(entry);
	return 1;
}

/* Stores a value, which may be in pieces: in place of the key's own, or of nothing, or of what was found least often. 0 if it doesn't fit. */
static inline int perilune_map_store(const struct perilune_map *map, const char *key, size_t length, const struct iovec *pieces, int count,
				     double number)
{
	struct perilune_entry *entry, *own;
	size_t total = 0;
	uint32_t hash;
	char *to;

	for (int i = 0; i < count; i++)
		total += pieces[i].iov_len;
	if (!length || length > map->key_size || total > map->value_size)
		return 0;
	hash = perilune_map_hash(key, length);
	entry = own = perilune_map_find(map, key, length);
	for (uint32_t i = 0; !own && i < PERILUNE_MAP_WAYS && i < map->count; i++) {
		struct perilune_entry *other = perilune_map_way(map, hash, i);

		if (!entry || (entry->key_length && (!other->key_length || other->found < entry->found)))
			entry = other;
	}
	perilune_map_begin(entry);
	entry->hash = hash;
	entry->key_length = length;
	entry->value_length = total;
	entry->number = number;
	entry->found = 0;
	memcpy(entry->key, key, length);
	to = entry->key + map->key_size;
	for (int i = 0; i < count; i++) {
		memcpy(to, pieces[i].iov_base, pieces[i].iov_len);
		to += pieces[i].iov_len;
	}
	perilune_map_end(entry);
	return 1;
}

/* Removes everything. */
static inline void perilune_map_clear(const struct perilune_map *map)
{
	for (uint32_t i = 0; i < map->count; i++) {
		struct perilune_entry *entry = (struct perilune_entry *)(map->start + i * perilune_map_stride(map));

		if (entry->key_length) {
			perilune_map_begin(entry);
			entry->key_length = 0;
			perilune_map_end(entry);
		}
	}
}

#endif
