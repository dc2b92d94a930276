/*
 * Memory for machine code: pieces of the section that enter.S reserves, which kldload maps to be executed and never to be written, and a mapping of the
 * same pages that can be written and never executed.
 */
#include "shim.h"

#define CHUNK 65536
#define CHUNKS (PL_CODE_SIZE / CHUNK)
#define PAGES (PL_CODE_SIZE / PAGE_SIZE)
/* An instruction that stops whoever gets there. */
#define TRAP 0xcc

extern char perilune_code[];

static vm_offset_t alias;
static bool taken[CHUNKS];
static volatile int held;

static void lock(void)
{
	while (__atomic_exchange_n(&held, 1, __ATOMIC_ACQUIRE) != 0)
		maybe_yield();
}

static void unlock(void)
{
	__atomic_store_n(&held, 0, __ATOMIC_RELEASE);
}

int pl_code_init(void)
{
	vm_page_t *pages = malloc(PAGES * sizeof(*pages), M_PERILUNE, M_WAITOK);
	size_t i;

	alias = kva_alloc(PL_CODE_SIZE);
	if (alias == 0) {
		free(pages, M_PERILUNE);
		return ENOMEM;
	}
	for (i = 0; i < PAGES; i++)
		pages[i] = PHYS_TO_VM_PAGE(pmap_kextract((vm_offset_t)perilune_code + i * PAGE_SIZE));
	pmap_qenter(alias, pages, PAGES);
	free(pages, M_PERILUNE);
	memset((void *)alias, TRAP, PL_CODE_SIZE);
	return 0;
}

void pl_code_exit(void)
{
	pmap_qremove(alias, PAGES);
	kva_free(alias, PL_CODE_SIZE);
}

/* The first of so many free chunks in a row, from a place on. */
static unsigned int find(unsigned int from, unsigned int count)
{
	unsigned int at, free_chunks = 0;

	for (at = from; at < CHUNKS; at++) {
		free_chunks = taken[at] ? 0 : free_chunks + 1;
		if (free_chunks == count)
			return at + 1 - count;
	}
	return CHUNKS;
}

void *pl_code_reserve(size_t len)
{
	unsigned int count = howmany(len, CHUNK), at, i;
	uint32_t random;

	if (count == 0 || count > CHUNKS)
		return NULL;
	arc4random_buf(&random, sizeof(random));
	lock();
	/* Somewhere; from the beginning where there is nothing behind that. */
	at = find(random % CHUNKS, count);
	if (at == CHUNKS)
		at = find(0, count);
	for (i = 0; at < CHUNKS && i < count; i++)
		taken[at + i] = true;
	unlock();
	return at < CHUNKS ? perilune_code + at * CHUNK : NULL;
}

void pl_code_release(void *start, size_t len)
{
	unsigned int count = howmany(len, CHUNK), at = ((char *)start - perilune_code) / CHUNK, i;

	memset(pl_code_alias(start), TRAP, (size_t)count * CHUNK);
	lock();
	for (i = 0; i < count; i++)
		taken[at + i] = false;
	unlock();
}

void *pl_code_alias(void *start)
{
	return (void *)(alias + ((char *)start - perilune_code));
}
