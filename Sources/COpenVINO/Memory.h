#pragma once

/// Gives memory back: starting the program, reading and compiling took tens of megabytes of code and of heap that inference
/// doesn't need.
void drop_what_compiling_needed(void);
