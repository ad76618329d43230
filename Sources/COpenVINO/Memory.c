// dl_iterate_phdr and madvise are outside of the standard that Swift's C compiler takes by default.
#define _GNU_SOURCE
#include "Memory.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/// Whether the loader put addresses into a library's code, which its file doesn't have.
static int has_addresses_in_code(const struct dl_phdr_info *library) {
    for (int index = 0; index < library->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[index];
        if (part->p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(library->dlpi_addr + part->p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL)) return 1;
    }
    return 0;
}

/// Takes code and constants of the program or a library out of this process's memory; what is used comes back from the
/// file, page by page.
static int drop_code(struct dl_phdr_info *library, size_t size, void *unused) {
    (void)size, (void)unused;
    // The program's name is empty; the kernel's part has one without a slash.
    int is_file = !*library->dlpi_name || strchr(library->dlpi_name, '/');
    if (!is_file || has_addresses_in_code(library)) return 0;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int index = 0; index < library->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[index];
        if (part->p_type != PT_LOAD || part->p_flags & PF_W) continue;
        uintptr_t start = library->dlpi_addr + part->p_vaddr, end = start + part->p_memsz;
        start -= start % page;
        (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void drop_what_compiling_needed(void) {
    malloc_trim(0);
    dl_iterate_phdr(drop_code, NULL);
}
