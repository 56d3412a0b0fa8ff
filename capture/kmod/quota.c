// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collectors of quotactl. Its structures are the same in 32-bit and 64-bit calls but for padding at their ends.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/quota.h>
#include <linux/string.h>

#include "events.h"
#include "flags.h"

static u32 command(const struct falco_event *event)
{
	return (u32)event->args[0] >> 8;
}

/* quotactl(command, special, id, address) */
void falco_collect_quotactl_file(struct falco_event *event, const struct falco_op *op)
{
	if (command(event) == Q_QUOTAON)
		falco_collect_path(event, op);
	else
		falco_put_empty(event);
}

/* Field a, each of 8 bytes, of struct if_dqblk. */
void falco_collect_quotactl_block(struct falco_event *event, const struct falco_op *op)
{
	const bool get = command(event) == Q_GETQUOTA && event->result >= 0, set = command(event) == Q_SETQUOTA;
	u64 value = 0;

	if ((get || set) && !falco_read_user(&value, event->args[3] + 8 * op->a, sizeof(value)))
		event->unreadable++;
	falco_put_number(event, value);
}

/* Field a of struct if_dqinfo: two of 8 bytes, then flags. */
void falco_collect_quotactl_info(struct falco_event *event, const struct falco_op *op)
{
	const bool get = command(event) == Q_GETINFO && event->result >= 0, set = command(event) == Q_SETINFO;
	u64 value = 0;

	if ((get || set) && !falco_read_user(&value, event->args[3] + 8 * op->a, op->a < 2 ? 8 : 4))
		event->unreadable++;
	if (op->a == 2)
		/* 1: none; bit 0 of the kernel's is "root is squashed" */
		value = value & 1 ? 2 : (get || set);
	falco_put_number(event, value);
}

void falco_collect_quotactl_format(struct falco_event *event, const struct falco_op *op)
{
	u32 format = 0;

	if (command(event) == Q_GETFMT && event->result >= 0 && falco_read_user(&format, event->args[3], sizeof(format)))
		falco_put_number(event, falco_convert_flags(FALCO_FLAGS_quotactl_formats, format));
	else
		falco_put_number(event, falco_convert_flags(FALCO_FLAGS_quotactl_formats, 0));
}

void falco_collect_quotactl_new_format(struct falco_event *event, const struct falco_op *op)
{
	const u64 format = command(event) == Q_QUOTAON ? event->args[op->a] : 0;

	falco_put_number(event, falco_convert_flags(FALCO_FLAGS_quotactl_formats, format));
}
