/* What kldload does with a relocatable object: sections, symbols, relocations, protection, the sets of records. */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kld.h"

#define PAGE 4096UL
#define MOST (32UL << 20)

static unsigned char *file;
static Elf64_Ehdr *header;
static Elf64_Shdr *sections;
static Elf64_Sym *symbols;
static size_t symbol_count;
static const char *names, *section_names;
static int image;
static uint64_t *place;

static int protection(const Elf64_Shdr *s)
{
	return PROT_READ | (s->sh_flags & SHF_WRITE ? PROT_WRITE : 0) | (s->sh_flags & SHF_EXECINSTR ? PROT_EXEC : 0);
}

/* Sections of the same protection lie together, each group on pages of its own. Nothing is writable and executable. */
static void place_sections(void)
{
	static const int kinds[] = { PROT_READ | PROT_EXEC, PROT_READ, PROT_READ | PROT_WRITE };
	uint64_t at = KLD_BASE;

	image = memfd_create("module", 0);
	CHECK(image >= 0 && ftruncate(image, MOST) == 0);
	CHECK(mmap((void *)KLD_BASE, MOST, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, image, 0) == (void *)KLD_BASE);
	for (unsigned int k = 0; k < 3; k++) {
		at = (at + PAGE - 1) & ~(PAGE - 1);
		for (int i = 0; i < header->e_shnum; i++) {
			Elf64_Shdr *s = &sections[i];

			if (!(s->sh_flags & SHF_ALLOC) || protection(s) != kinds[k])
				continue;
			at = (at + s->sh_addralign - 1) & ~(s->sh_addralign - 1);
			place[i] = at;
			CHECK(at + s->sh_size <= KLD_BASE + MOST);
			if (s->sh_type != SHT_NOBITS)
				memcpy((void *)at, file + s->sh_offset, s->sh_size);
			at += s->sh_size;
		}
	}
}

static uint64_t address_of(const Elf64_Sym *s)
{
	const char *name = names + s->st_name;

	if (s->st_shndx == SHN_UNDEF) {
		void *found = *name ? kpi_find(name) : NULL;

		if (!found)
			fprintf(stderr, "undefined: %s\n", name);
		CHECK(found);
		return (uint64_t)found;
	}
	CHECK(s->st_shndx < SHN_LORESERVE && s->st_shndx != SHN_COMMON);
	return place[s->st_shndx] + s->st_value;
}

/* The kinds that FreeBSD's elf_reloc knows for amd64 and that occur; whatever else there is has to be refused. */
static void relocate(const Elf64_Shdr *table)
{
	const Elf64_Rela *r = (const void *)(file + table->sh_offset), *end = r + table->sh_size / sizeof(*r);

	for (; r < end; r++) {
		uint64_t where = place[table->sh_info] + r->r_offset, value = address_of(&symbols[ELF64_R_SYM(r->r_info)]) + r->r_addend;
		int32_t small;

		switch (ELF64_R_TYPE(r->r_info)) {
		case R_X86_64_NONE:
			break;
		case R_X86_64_64:
			memcpy((void *)where, &value, 8);
			break;
		case R_X86_64_32S:
			small = value;
			CHECK((uint64_t)small == value);
			memcpy((void *)where, &small, 4);
			break;
		case R_X86_64_PC32:
		case R_X86_64_PLT32:
			small = value - where;
			CHECK((int64_t)small == (int64_t)(value - where));
			memcpy((void *)where, &small, 4);
			break;
		default:
			fprintf(stderr, "relocation of kind %lu\n", (unsigned long)ELF64_R_TYPE(r->r_info));
			exit(1);
		}
	}
}

void kld_load(const char *path)
{
	int fd = open(path, O_RDONLY);
	off_t size = lseek(fd, 0, SEEK_END);

	CHECK(fd >= 0 && size > 0);
	file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(file != MAP_FAILED);
	close(fd);
	header = (void *)file;
	CHECK(!memcmp(header->e_ident, ELFMAG, SELFMAG) && header->e_type == ET_REL && header->e_machine == EM_X86_64);
	sections = (void *)(file + header->e_shoff);
	section_names = (const char *)file + sections[header->e_shstrndx].sh_offset;
	place = calloc(header->e_shnum, sizeof(*place));
	place_sections();
	for (int i = 0; i < header->e_shnum; i++)
		if (sections[i].sh_type == SHT_SYMTAB) {
			symbols = (void *)(file + sections[i].sh_offset);
			symbol_count = sections[i].sh_size / sizeof(*symbols);
			names = (const char *)file + sections[sections[i].sh_link].sh_offset;
		}
	for (int i = 0; i < header->e_shnum; i++)
		if (sections[i].sh_type == SHT_RELA && sections[sections[i].sh_info].sh_flags & SHF_ALLOC)
			relocate(&sections[i]);
	for (int i = 0; i < header->e_shnum; i++) {
		Elf64_Shdr *s = &sections[i];
		uint64_t from = place[i] & ~(PAGE - 1);

		CHECK((protection(s) & (PROT_WRITE | PROT_EXEC)) != (PROT_WRITE | PROT_EXEC) || !(s->sh_flags & SHF_ALLOC));
		if (s->sh_flags & SHF_ALLOC && s->sh_size)
			CHECK(!mprotect((void *)from, place[i] + s->sh_size - from, protection(s)));
	}
}

/* The pointers of a set of records, by the section of this name. */
static void **set(const char *name, size_t *count)
{
	for (int i = 0; i < header->e_shnum; i++)
		if (!strcmp(section_names + sections[i].sh_name, name)) {
			*count = sections[i].sh_size / sizeof(void *);
			return (void **)place[i];
		}
	CHECK(!"a set");
	return NULL;
}

struct metadata {
	int version, type;
	const void *data;
	const char *name;
};
struct moduledata {
	const char *name;
	int (*event)(void *, int, void *);
	void *argument;
};
struct sysinit {
	uint32_t subsystem, order;
	void (*function)(const void *);
	const void *data;
};

/* What module_register_init was called with. */
static const struct moduledata *registered[4];
static int registered_count;

void kld_register(const void *data)
{
	CHECK(registered_count < 4);
	registered[registered_count++] = data;
}

/* Runs a set of sysinits in order, or of sysuninits the other way round. The set is sorted where it lies, as the kernel does it. */
static void run_sysinits(const char *name, bool backwards)
{
	size_t count, i, j;
	struct sysinit **inits = (void *)set(name, &count);

	for (i = 0; i < count; i++)
		for (j = i + 1; j < count; j++) {
			const struct sysinit *a = inits[i], *b = inits[j];
			bool wrong = a->subsystem != b->subsystem ? a->subsystem > b->subsystem : a->order > b->order;

			if (wrong != backwards) {
				inits[i] = (void *)b;
				inits[j] = (void *)a;
			}
		}
	for (i = 0; i < count; i++) {
		/* The module's own at its place, and a kind of memory before and after everything else. */
		CHECK(inits[i]->subsystem == 0x1800000 ? inits[i]->order == (backwards ? 0xfffffff : 3)
						       : !backwards && inits[i]->subsystem == 0xd800000 && inits[i]->order == 0x1000000);
		inits[i]->function(inits[i]->data);
	}
}

/* MOD_LOAD or MOD_UNLOAD for all modules of the file. */
int kld_event(int what)
{
	size_t count, i;
	struct metadata **records = (void *)set("set_modmetadata_set", &count);
	int modules = 0, depends = 0, error = 0;

	if (what == 0)
		registered_count = 0;

	for (i = 0; i < count; i++) {
		CHECK(records[i]->version == 1);
		modules += records[i]->type == 2;
		if (records[i]->type == 1) {
			const int *versions = records[i]->data;

			/* 14.0 is 1400097. */
			CHECK(!strcmp(records[i]->name, "kernel") && versions[0] <= 1400097 && versions[2] >= 1403000 && versions[2] < 1500000);
			depends++;
		}
	}
	CHECK(modules == 2 && depends == 2);
	if (what == 0) {
		run_sysinits("set_sysinit_set", false);
		CHECK(registered_count == 2);
	}
	/* Each by itself; one that fails to load is unloaded at once. */
	for (int m = 0; m < registered_count; m++) {
		const struct moduledata *data = registered[what == 0 ? m : registered_count - 1 - m];
		int failed = data->event(NULL, what, data->argument);

		CHECK(!strncmp(data->name, "sys/perilune_", 13));
		if (failed && what == 0)
			CHECK(!data->event(NULL, 1, data->argument));
		error = failed ? failed : error;
	}
	/* A file none of whose modules came to stay goes. */
	if (what == 1 || error)
		run_sysinits("set_sysuninit_set", true);
	return error;
}

void *kld_symbol(const char *name)
{
	for (size_t i = 0; i < symbol_count; i++)
		if (!strcmp(names + symbols[i].st_name, name))
			return (void *)address_of(&symbols[i]);
	return NULL;
}

/* Maps pages of the module, by their "physical" numbers, at another address, to be written. */
void kld_map_alias(uint64_t address, uint64_t page, size_t count)
{
	void *at = mmap((void *)address, count * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, image, page * PAGE);

	CHECK(at == (void *)address);
}
