/// How often the calling thread has asked for memory so far. For tests: where this is linked in, the C library's
/// allocation functions are counted and then do what they always do.
long footpath_allocation_count(void);
