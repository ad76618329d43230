#pragma once
#include <stdio.h>

/// Writes what OpenVINO chooses its code by: the kind of processor, which instructions it and the system have, and variables of
/// the environment that forbid some.
void describe_processor(FILE *file);
