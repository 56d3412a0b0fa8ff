/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts of files that more than one group of collectors tells. fdinfo.c has the code.
 */
#ifndef FALCO_PROBE_LAYERS_H
#define FALCO_PROBE_LAYERS_H

#include <linux/types.h>

struct file;

/* In which layer of an overlay a file's data lie; NONE: no overlay, or not to be known. */
enum falco_layer { FALCO_LAYER_NONE, FALCO_LAYER_UPPER, FALCO_LAYER_LOWER };
enum falco_layer falco_layer_of(struct file *file);

/* Whether the current task could write the file, or make it writable. rights.c has the code. */
bool falco_could_write(struct file *file);

#endif
