// What Swift has no name for.

/// Asks for a line of memory that will be read.
static inline void hrvq_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Asks for a line of memory that will be read later: into the second cache only.
static inline void hrvq_prefetch_second(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Asks for a line of memory that will be written.
static inline void hrvq_prefetch_for_writing(void *address) { __builtin_prefetch(address, 1, 3); }
