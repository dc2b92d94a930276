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

/* Blocks are charged to the process; running out is an error of the script, and no matter for the log. */
#define FLAGS (GFP_KERNEL_ACCOUNT | __GFP_NOWARN)
/* No block of a script is larger. */
#define LARGEST (256UL << 20)

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
		return (void *)__get_free_pages(FLAGS | __GFP_RETRY_MAYFAIL, get_order(max(size, align)));
	/* Small blocks are aligned to their size if it is a power of two. */
	if (align > 8 && size < PAGE_SIZE)
		size = roundup_pow_of_two(max(size, align));
	return kvmalloc(size, FLAGS);
}

void *pl_allocate(size_t size, size_t align)
{
	void *block;

	if (!size || size > LARGEST || align > LARGEST)
		return NULL;
	pl_leave();
	block = allocate(size, align);
	pl_return();
	return block;
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

void *pl_region_allocate(size_t size)
{
	void *region;

	pl_leave();
	region = vmalloc_user(PAGE_ALIGN(size));
	pl_return();
	return region;
}

void pl_region_release(void *region)
{
	pl_leave();
	vfree(region);
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
