/* Memory for the engine, the shared region, and copies from and to the process. */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "shim.h"

/*
 * Memory is charged to the process's control group. Running out is an error of the script, and neither a matter for the log nor a reason to kill
 * somebody.
 */
#define FLAGS (GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)
/* No block of a script is larger. */
#define LARGEST (256UL << 20)

/* Which kernel this is, for Rust. */
int pl_system(void)
{
	return 0;
}

void __noreturn pl_bug(const char *text, size_t len)
{
	pr_err("perilune: %.*s\n", (int)len, text);
	BUG();
}

/* Pages of a power of two are aligned to their size, which nothing else is beyond a page. */
static bool takes_pages(size_t align)
{
	return align > PAGE_SIZE;
}

static void *allocate(size_t size, size_t align)
{
	if (takes_pages(align))
		return (void *)__get_free_pages(FLAGS, get_order(max(size, align)));
	/* Small blocks are aligned to their size if it is a power of two. */
	if (align > 8 && size < PAGE_SIZE)
		size = roundup_pow_of_two(max(size, align));
	return kvmalloc(size, FLAGS);
}

void *pl_allocate(size_t size, size_t align)
{
	if (!size || size > LARGEST || align > LARGEST)
		return NULL;
	return PL_OUTSIDE(allocate(size, align));
}

void pl_release(void *block, size_t size, size_t align)
{
	pl_leave();
	if (takes_pages(align))
		free_pages((unsigned long)block, get_order(max(size, align)));
	else
		kvfree(block);
	pl_return();
}

/* The region is made of single pages, each of which is charged to the process. Whoever has mapped one keeps it. */
static void free_pages_of(struct page **pages, unsigned int count)
{
	while (count)
		__free_page(pages[--count]);
	kvfree(pages);
}

static void *region_allocate(unsigned int count, struct page ***pages)
{
	struct page **list = kvmalloc_array(count, sizeof(*list), FLAGS);
	unsigned int i;
	void *region;

	if (!list)
		return NULL;
	for (i = 0; i < count; i++) {
		list[i] = alloc_page(FLAGS | __GFP_ZERO | __GFP_HIGHMEM);
		if (!list[i]) {
			free_pages_of(list, i);
			return NULL;
		}
	}
	region = vmap(list, count, VM_MAP | VM_USERMAP, PAGE_KERNEL);
	if (!region)
		free_pages_of(list, count);
	*pages = list;
	return region;
}

/* Nothing is reserved ahead: blocks and pages are charged when they are allocated. */
bool pl_reserve(void *owner, size_t size)
{
	return true;
}

void pl_unreserve(void *owner, size_t size)
{
}

void *pl_region_allocate(void *owner, size_t size, struct page ***pages)
{
	return PL_OUTSIDE(region_allocate(PAGE_ALIGN(size) >> PAGE_SHIFT, pages));
}

void pl_region_release(void *region, size_t size, struct page **pages)
{
	pl_leave();
	vunmap(region);
	free_pages_of(pages, PAGE_ALIGN(size) >> PAGE_SHIFT);
	pl_return();
}

int pl_copy_in(void *to, u64 from, size_t len)
{
	unsigned long left;

	pl_leave();
	left = copy_from_user(to, (const void __user *)from, len);
	pl_return();
	return left ? -EFAULT : 0;
}

int pl_copy_out(u64 to, const void *from, size_t len)
{
	unsigned long left;

	pl_leave();
	left = copy_to_user((void __user *)to, from, len);
	pl_return();
	return left ? -EFAULT : 0;
}

void pl_entropy(void *bytes, size_t len)
{
	pl_leave();
	get_random_bytes(bytes, len);
	pl_return();
}
