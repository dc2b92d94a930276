/*
 * Memory: the engine's, from malloc(9); the region that a script shares with the process; and on whose account both are.
 *
 * A script's memory is not swapped, but it is limited like anonymous memory that might be: whoever loads a script has as much swap reserved as its state
 * may grow to (RLIMIT_SWAP, rctl's swapuse), as for a mapping of that size, and the region's object is charged to him by the pager as shm_open's and
 * shmget's are. RLIMIT_MEMLOCK is not asked: its usual 64 KiB are for what processes pin by themselves.
 */
#include "shim.h"

#define LARGEST (256UL << 20)

MALLOC_DEFINE(M_PERILUNE, "perilune", "scripts of processes");

void *pl_allocate(size_t size, size_t align)
{
	if (size == 0 || size > LARGEST || align > LARGEST)
		return NULL;
	if (align > 16)
		return malloc_aligned(size, align, M_PERILUNE, M_NOWAIT);
	return malloc(size, M_PERILUNE, M_NOWAIT);
}

void pl_release(void *block, size_t size, size_t align)
{
	(void)size;
	(void)align;
	free(block, M_PERILUNE);
}

bool pl_reserve(void *owner, size_t size)
{
	return swap_reserve_by_cred(round_page(size), owner);
}

void pl_unreserve(void *owner, size_t size)
{
	swap_release_by_cred(round_page(size), owner);
}

/* An object of the pager for anonymous memory, mapped into the kernel and wired there, as shm_map does it. The mapping has the reference to it. */
void *pl_region_allocate(void *owner, size_t size, void **pages)
{
	vm_offset_t address = PL_KERNEL_MIN;
	vm_object_t object;

	size = round_page(size);
	object = vm_pager_allocate(OBJT_SWAP, NULL, size, VM_PROT_DEFAULT, 0, owner);
	if (object == NULL)
		return NULL;
	if (vm_map_find(kernel_map, object, 0, &address, size, 0, VMFS_OPTIMAL_SPACE, VM_PROT_RW, VM_PROT_RW, 0) != KERN_SUCCESS) {
		vm_object_deallocate(object);
		return NULL;
	}
	if (vm_map_wire(kernel_map, address, address + size, VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES) != KERN_SUCCESS) {
		vm_map_remove(kernel_map, address, address + size);
		return NULL;
	}
	*pages = object;
	return (void *)address;
}

/* What processes have mapped of it stays there for them. */
void pl_region_release(void *region, size_t size, void *pages)
{
	(void)pages;
	vm_map_remove(kernel_map, (vm_offset_t)region, (vm_offset_t)region + round_page(size));
}

/* mmap on a script's descriptor; the kernel has looked at its rights, of which `most` is what they allow. */
int pl_region_map(vm_object_t object, size_t len, vm_map_t map, vm_offset_t *address, vm_size_t size, vm_prot_t protection, vm_prot_t most, int flags,
		  vm_ooffset_t offset, struct thread *td)
{
	int error;

	most &= VM_PROT_RW;
	if ((protection & ~most) != 0)
		return EACCES;
	len = round_page(len);
	if (offset < 0 || (size_t)offset > len || size > len - offset)
		return EINVAL;
	vm_object_reference(object);
	error = vm_mmap_object(map, address, size, protection, most, flags, object, offset, false, td);
	if (error != 0)
		vm_object_deallocate(object);
	return error;
}

int pl_copy_in(void *to, uint64_t from, size_t len)
{
	return pl_failure(copyin((const void *)from, to, len));
}

int pl_copy_out(uint64_t to, const void *from, size_t len)
{
	return pl_failure(copyout(from, (void *)to, len));
}

void pl_entropy(void *bytes, size_t len)
{
	arc4random_buf(bytes, len);
}
