// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading. A program that has the device open holds the module; so unloading finds nothing running.
 */
#include <linux/module.h>

#include "events.h"
#include "state.h"

static int __init falco_probe_init(void)
{
	int error = falco_events_init();

	if (!error)
		error = falco_hooks_find();
	if (!error)
		error = falco_device_register();
	return error;
}

static void __exit falco_probe_exit(void)
{
	falco_device_unregister();
}

module_init(falco_probe_init);
module_exit(falco_probe_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("System call events for falco-vm");
MODULE_VERSION(FALCO_PROBE_VERSION);
