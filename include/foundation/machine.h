/*
 * What the machine, or the control group of this process, has to offer.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

/*
 * Returns how many bytes of memory this process can have at most. root is "",
 * or in tests a folder that has its own /proc and /sys/fs/cgroup.
 */
uint64_t machine_memory(const char *root);

#endif
