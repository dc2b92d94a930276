/* The virtual memory functions that the module calls: objects of anonymous memory, mapped into the kernel and into the process, and what is reserved. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kld.h"

struct object {
	int memory, references;
	size_t size;
};
/* The kernel's map has one place for each region; what the map is made of, nobody looks at. */
static char kernel_map[64], user_map[64];
static struct mapping {
	uint64_t start, end;
	struct object *object;
	int wired;
} mappings[64], user_mappings[64];
int vm_objects;

bool k_swap_reserve_by_cred(int64_t size, void *cred)
{
	CHECK(cred == credentials && size > 0 && size % 4096 == 0);
	if (reserved + size > swap_limit)
		return false;
	reserved += size;
	return true;
}
void k_swap_release_by_cred(int64_t size, void *cred)
{
	CHECK(cred == credentials && size > 0 && size % 4096 == 0 && reserved >= size);
	reserved -= size;
}

static void *k_vm_pager_allocate(unsigned char type, void *handle, int64_t size, unsigned char protection, int64_t offset, void *cred)
{
	struct object *object;

	CHECK(type == 1 && !handle && protection == 7 && offset == 0);
	if (!k_swap_reserve_by_cred(size, cred))
		return NULL;
	object = calloc(1, sizeof(*object));
	*object = (struct object){ .memory = memfd_create("region", 0), .references = 1, .size = size };
	CHECK(object->memory >= 0 && !ftruncate(object->memory, size));
	vm_objects++;
	return object;
}
static void k_vm_object_reference(struct object *object)
{
	CHECK(object->references > 0);
	object->references++;
}
static void k_vm_object_deallocate(struct object *object)
{
	CHECK(object->references > 0);
	if (--object->references)
		return;
	k_swap_release_by_cred(object->size, credentials);
	close(object->memory);
	free(object);
	vm_objects--;
}

/* Takes over the reference to the object, if it works. */
static uint64_t map_object(struct mapping *table, struct object *object, uint64_t size, int protection, int64_t offset)
{
	struct mapping *free = table;
	void *at = mmap(NULL, size, protection, MAP_SHARED, object->memory, offset);

	if (at == MAP_FAILED)
		return 0;
	while (free->object)
		free++;
	CHECK(free < table + 64);
	*free = (struct mapping){ (uint64_t)at, (uint64_t)at + size, object, 0 };
	return free->start;
}
static struct mapping *find(struct mapping *table, uint64_t start)
{
	for (struct mapping *m = table; m < table + 64; m++)
		if (m->object && m->start == start)
			return m;
	CHECK(!"a mapping");
	return NULL;
}
static void unmap(struct mapping *m)
{
	CHECK(!munmap((void *)m->start, m->end - m->start));
	k_vm_object_deallocate(m->object);
	m->object = NULL;
}

static int k_vm_map_find(void *map, struct object *object, int64_t offset, uint64_t *address, uint64_t size, uint64_t most_address, int how,
			 unsigned char protection, unsigned char most, int cow)
{
	CHECK(map == kernel_map && offset == 0 && *address == 0 && most_address == 0 && how == 2 && protection == 3 && most == 3 && cow == 0);
	CHECK(size == object->size);
	*address = map_object(mappings, object, size, PROT_READ | PROT_WRITE, offset);
	return *address ? 0 : 3;
}
static int k_vm_map_wire(void *map, uint64_t start, uint64_t end, int flags)
{
	struct mapping *m = find(mappings, start);

	CHECK(map == kernel_map && end == m->end && flags == 0);
	m->wired = 1;
	return 0;
}
static int k_vm_map_remove(void *map, uint64_t start, uint64_t end)
{
	struct mapping *m = find(mappings, start);

	CHECK(map == kernel_map && end == m->end && m->wired);
	unmap(m);
	return 0;
}
static int k_vm_mmap_object(void *map, uint64_t *address, uint64_t size, unsigned char protection, unsigned char most, int flags, struct object *object,
			    int64_t offset, int writes, void *td)
{
	CHECK(map == user_map && td == thread && flags == 1 && !writes && !(protection & ~most) && !(most & 4) && object->references > 1);
	CHECK(offset >= 0 && offset + size <= object->size);
	*address = map_object(user_mappings, object, size, protection, offset);
	return *address ? 0 : B_ENOMEM;
}

struct fileops {
	void *before[13];
	int (*mmap)(void *, void *, uint64_t *, uint64_t, unsigned char, unsigned char, int, int64_t, void *);
};
struct file {
	unsigned int flag, count;
	void *data;
	struct fileops *ops;
};
long user_mmap(int fd, size_t len, int protection, int most, long offset)
{
	struct file *fp = kpi_file(fd);
	uint64_t address = 0;
	int error = fp->ops->mmap(fp, user_map, &address, (len + 4095) & ~4095UL, protection, most, 1, offset, thread);

	CHECK(fpu_depth == 0);
	return error ? -error : (long)address;
}
void user_munmap(long address)
{
	unmap(find(user_mappings, address));
}

void *vm_find(const char *name)
{
#define F(name) { #name, k_##name }
	static const struct {
		const char *name;
		void *address;
	} all[] = {
		F(swap_reserve_by_cred), F(swap_release_by_cred), F(vm_pager_allocate), F(vm_object_reference), F(vm_object_deallocate), F(vm_map_find),
		F(vm_map_wire), F(vm_map_remove), F(vm_mmap_object), { "kernel_map_store", kernel_map },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].name, name))
			return all[i].address;
	return NULL;
}
