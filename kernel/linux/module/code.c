/*
 * Memory for machine code: pieces of the section that section.S reserves, which is executable and never writable, and its writable mapping,
 * which is never executable.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "section.h"
#include "shim.h"

#define CHUNK 65536
#define CHUNKS (PL_CODE_SIZE / CHUNK)
/* An instruction that stops whoever gets there. */
#define TRAP 0xcc

extern char perilune_code[];

static char *alias;
static DECLARE_BITMAP(taken, CHUNKS);
static DEFINE_MUTEX(lock);

static unsigned int code_used;
module_param(code_used, uint, 0444);
MODULE_PARM_DESC(code_used, "how many KiB for machine code are reserved by scripts");

int pl_code_init(void)
{
	unsigned int count = PL_CODE_SIZE / PAGE_SIZE, i;
	struct page **pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);

	if (!pages)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		pages[i] = vmalloc_to_page(perilune_code + i * PAGE_SIZE);
	alias = vmap(pages, count, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	if (!alias)
		return -ENOMEM;
	memset(alias, TRAP, PL_CODE_SIZE);
	return 0;
}

void pl_code_exit(void)
{
	vunmap(alias);
}

static unsigned int chunk_of(void *start)
{
	return ((char *)start - perilune_code) / CHUNK;
}

void *pl_code_reserve(size_t len)
{
	unsigned int count = DIV_ROUND_UP(len, CHUNK);
	unsigned long at = CHUNKS;

	if (!count || count > CHUNKS)
		return NULL;
	pl_leave();
	mutex_lock(&lock);
	/* Somewhere; from the beginning where there is nothing behind that. */
	at = bitmap_find_next_zero_area(taken, CHUNKS, get_random_u32() % CHUNKS, count, 0);
	if (at >= CHUNKS)
		at = bitmap_find_next_zero_area(taken, CHUNKS, 0, count, 0);
	if (at < CHUNKS)
		bitmap_set(taken, at, count);
	code_used = bitmap_weight(taken, CHUNKS) * (CHUNK >> 10);
	mutex_unlock(&lock);
	pl_return();
	return at < CHUNKS ? perilune_code + at * CHUNK : NULL;
}

void pl_code_release(void *start, size_t len)
{
	unsigned int count = DIV_ROUND_UP(len, CHUNK);

	pl_leave();
	memset(pl_code_alias(start), TRAP, count * CHUNK);
	mutex_lock(&lock);
	bitmap_clear(taken, chunk_of(start), count);
	code_used = bitmap_weight(taken, CHUNKS) * (CHUNK >> 10);
	mutex_unlock(&lock);
	pl_return();
}

/* Do indirect calls have to lead to endbr64? */
bool pl_wants_endbr(void)
{
	return IS_ENABLED(CONFIG_X86_KERNEL_IBT);
}

void *pl_code_alias(void *start)
{
	return alias + ((char *)start - perilune_code);
}
