// What Swift has no name for.
#pragma once

#ifdef __linux__
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Exchanges two files or folders of one file system in one step.
static inline int hrvq_exchange(const char *first, const char *second) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, 2u /* RENAME_EXCHANGE */);
}
#else
#include <stdio.h>

/// Exchanges two files or folders of one file system in one step.
static inline int hrvq_exchange(const char *first, const char *second) {
    return renamex_np(first, second, RENAME_SWAP);
}
#endif
