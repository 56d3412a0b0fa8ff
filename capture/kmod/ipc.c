// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collectors of System V semaphores.
 */
#include <linux/sem.h>

#include "events.h"
#include "flags.h"

/* Operation b of those that argument a points at; argument a + 1 is their number. */
static bool read_operation(struct falco_event *event, const struct falco_op *op, struct sembuf *operation)
{
	if (op->b >= event->args[op->a + 1])
		return false;
	if (falco_read_user(operation, event->args[op->a] + op->b * sizeof(*operation), sizeof(*operation)))
		return true;
	event->unreadable++;
	return false;
}

void falco_collect_sembuf_num(struct falco_event *event, const struct falco_op *op)
{
	struct sembuf operation;

	falco_put_number(event, read_operation(event, op, &operation) ? operation.sem_num : 0);
}

void falco_collect_sembuf_op(struct falco_event *event, const struct falco_op *op)
{
	struct sembuf operation;

	falco_put_number(event, read_operation(event, op, &operation) ? operation.sem_op : 0);
}

void falco_collect_sembuf_flags(struct falco_event *event, const struct falco_op *op)
{
	struct sembuf operation;
	bool there = read_operation(event, op, &operation);

	falco_put_number(event, there ? falco_convert_flags(FALCO_FLAGS_sem, (u16)operation.sem_flg) : 0);
}

void falco_collect_semctl_value(struct falco_event *event, const struct falco_op *op)
{
	/* only this command's argument is a number */
	falco_put_number(event, ((u32)event->args[2] & ~0x100u) == SETVAL ? event->args[op->a] : 0);
}
