/* The device, the scripts' descriptors, and the module itself. */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "perilune.h"
#include "shim.h"

static unsigned int enabled;
module_param(enabled, uint, 0644);
MODULE_PARM_DESC(enabled, "0: nobody may load scripts (default), 1: everybody may, and they are interpreted, 2: and compiled");

static unsigned int max_code = 512;
module_param(max_code, uint, 0644);
MODULE_PARM_DESC(max_code, "the most KiB of machine code that a script may have");

static bool harden = true;
module_param(harden, bool, 0644);
MODULE_PARM_DESC(harden, "machine code has measures against the scripts that it is made of: blinded constants, masked indices, random places");

static unsigned long max_memory = 64UL << 20;
module_param(max_memory, ulong, 0644);
MODULE_PARM_DESC(max_memory, "the most bytes that a script's state may have");

static bool measure_stack;
module_param(measure_stack, bool, 0644);
MODULE_PARM_DESC(measure_stack, "measure how much of the kernel's stack loads and runs use (slow)");

static unsigned int stack_used;
module_param(stack_used, uint, 0444);
MODULE_PARM_DESC(stack_used, "the most bytes of the kernel's stack that have been used below the call");

static unsigned long runs;
module_param(runs, ulong, 0444);
MODULE_PARM_DESC(runs, "how often scripts have been run or resumed");

/* What free stack is painted with, and how much below the present frame is left alone. */
#define PAINT 0x6c756e6550657269UL
#define SLACK 512

static unsigned long *stack_bottom(void)
{
	return (unsigned long *)end_of_stack(current) + 8;
}

static noinline void paint_stack(void)
{
	unsigned long *at = stack_bottom();
	unsigned long *top = (unsigned long *)(current_stack_pointer - SLACK);

	while (at < top)
		WRITE_ONCE(*at++, PAINT);
}

static noinline void measure(unsigned long from)
{
	unsigned long *at = stack_bottom();
	unsigned int used;

	while ((unsigned long)at < from && READ_ONCE(*at) == PAINT)
		at++;
	used = from - (unsigned long)at;
	if (used > stack_used)
		stack_used = used;
}

static int script_release(struct inode *inode, struct file *file)
{
	kernel_fpu_begin_mask(KFPU_MXCSR);
	perilune_enter_release(file->private_data);
	kernel_fpu_end();
	return 0;
}

static long script_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	unsigned long from = current_stack_pointer;
	bool measured = READ_ONCE(measure_stack);
	int result;

	if (command != PERILUNE_RUN)
		return -ENOTTY;
	if (measured)
		paint_stack();
	kernel_fpu_begin_mask(KFPU_MXCSR);
	result = perilune_enter_run(file->private_data, argument);
	kernel_fpu_end();
	if (measured)
		measure(from);
	runs++;
	return result;
}

static ssize_t script_read(struct file *file, char __user *to, size_t len, loff_t *position)
{
	ssize_t result;

	kernel_fpu_begin_mask(KFPU_MXCSR);
	result = perilune_enter_log(file->private_data, (u64)to, len);
	kernel_fpu_end();
	return result;
}

static int script_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct page **pages;
	size_t len = 0;
	void *region;

	kernel_fpu_begin_mask(KFPU_MXCSR);
	region = perilune_enter_region(file->private_data, &len, &pages);
	kernel_fpu_end();
	if (!region)
		return -ENODEV;
	return remap_vmalloc_range(vma, region, vma->vm_pgoff);
}

static const struct file_operations script_operations = {
	.owner = THIS_MODULE,
	.release = script_release,
	.unlocked_ioctl = script_ioctl,
	.read = script_read,
	.mmap = script_mmap,
	.llseek = no_llseek,
};

static void *load(unsigned long argument, int *error)
{
	unsigned long from = current_stack_pointer;
	bool measured = READ_ONCE(measure_stack);
	void *script;

	if (measured)
		paint_stack();
	kernel_fpu_begin_mask(KFPU_MXCSR);
	script = perilune_enter_load(argument, READ_ONCE(max_memory), READ_ONCE(enabled) > 1 ? READ_ONCE(max_code) : 0,
				     READ_ONCE(harden), NULL, error);
	kernel_fpu_end();
	if (measured)
		measure(from);
	return script;
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	int error = 0;
	void *script;
	int fd;

	if (command != PERILUNE_LOAD)
		return -ENOTTY;
	if (!READ_ONCE(enabled))
		return -EPERM;
	script = load(argument, &error);
	if (!script)
		return error;
	fd = anon_inode_getfd("[perilune]", &script_operations, script, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		kernel_fpu_begin_mask(KFPU_MXCSR);
		perilune_enter_release(script);
		kernel_fpu_end();
	}
	return fd;
}

static const struct file_operations device_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = device_ioctl,
	.llseek = no_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "perilune",
	.fops = &device_operations,
	.mode = 0666,
};

static int __init perilune_init(void)
{
	bool prepared;
	int error;

	BUILD_BUG_ON(sizeof(struct perilune_load) != 80);
	BUILD_BUG_ON(sizeof(struct perilune_run) != 88);
	BUILD_BUG_ON(sizeof(struct perilune_value) != 16);
	kernel_fpu_begin_mask(KFPU_MXCSR);
	prepared = perilune_enter_prepare();
	kernel_fpu_end();
	if (!prepared)
		return -ENOMEM;
	error = pl_code_init();
	if (error)
		return error;
	error = misc_register(&device);
	if (error)
		pl_code_exit();
	return error;
}

static void __exit perilune_exit(void)
{
	misc_deregister(&device);
	pl_code_exit();
}

module_init(perilune_init);
module_exit(perilune_exit);
MODULE_DESCRIPTION("Perilune: scripts of unprivileged processes in the kernel");
MODULE_AUTHOR("The Perilune developers");
MODULE_LICENSE("Dual MIT/GPL");
