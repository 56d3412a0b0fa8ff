// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collectors that look at descriptors of the current task and the files behind them.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/poll.h>

#include "compat.h"
#include "events.h"
#include "flags.h"
#include "layers.h"
#include "paths.h"

#define FILE_CREATED 16384u
#define FILE_UPPER_LAYER 32768u
#define FILE_LOWER_LAYER 65536u
#define POLL_BATCH 16u
#define POLL_MOST 4096u

#ifndef OVERLAYFS_SUPER_MAGIC
#define OVERLAYFS_SUPER_MAGIC 0x794c7630
#endif

struct file *falco_event_file(struct falco_event *event, int fd)
{
	if (event->file && event->file_fd == fd)
		return event->file;
	if (event->file)
		fput(event->file);
	/* with O_PATH descriptors; checks the bounds of the table */
	event->file = fd >= 0 ? fget_raw(fd) : NULL;
	event->file_fd = fd;
	return event->file;
}

enum falco_layer falco_layer_of(struct file *file)
{
	struct inode *inode = file_inode(file), *real, *upper_inode = NULL;
	struct dentry *upper = NULL;

	if (!inode || inode->i_sb->s_magic != OVERLAYFS_SUPER_MAGIC)
		return FALCO_LAYER_NONE;
	/*
	 * Overlayfs keeps the upper dentry right behind its inode, which no interface tells. So that a kernel that moves it
	 * makes us silent and not wrong, what lies there must lead to the inode that the file really has.
	 */
	real = d_real_inode(file->f_path.dentry);
	if (falco_kernel_read(&upper, inode + 1, sizeof(upper)))
		return FALCO_LAYER_NONE;
	if (!upper)
		return FALCO_LAYER_LOWER;
	if (falco_kernel_read(&upper_inode, &upper->d_inode, sizeof(upper_inode)))
		return FALCO_LAYER_NONE;
	return upper_inode == real ? FALCO_LAYER_UPPER : FALCO_LAYER_NONE;
}

static u32 layer_flags(struct file *file)
{
	switch (falco_layer_of(file)) {
	case FALCO_LAYER_UPPER:
		return FILE_UPPER_LAYER;
	case FALCO_LAYER_LOWER:
		return FILE_LOWER_LAYER;
	case FALCO_LAYER_NONE:
		break;
	}
	return 0;
}

void falco_collect_open_flags(struct falco_event *event, const struct falco_op *op)
{
	struct file *file = event->result >= 0 ? falco_event_file(event, event->result) : NULL;
	u32 flags = falco_convert_flags(FALCO_FLAGS_open, event->args[op->a]);

	if (file) {
		flags |= layer_flags(file);
		if (file->f_mode & FMODE_CREATED)
			flags |= FILE_CREATED;
	}
	falco_put_number(event, flags);
}

void falco_collect_open_mode(struct falco_event *event, const struct falco_op *op)
{
	const u64 flags = event->args[op->a];
	const bool creates = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;

	falco_put_number(event, creates ? event->args[op->b] & 07777 : 0);
}

void falco_collect_creat_flags(struct falco_event *event, const struct falco_op *op)
{
	struct file *file = event->result >= 0 ? falco_event_file(event, event->result) : NULL;

	/* FD_UPPER_LAYER_CREAT and FD_LOWER_LAYER_CREAT are these bits moved down */
	falco_put_number(event, file ? layer_flags(file) / FILE_UPPER_LAYER : 0);
}

void falco_collect_result_dev(struct falco_event *event, const struct falco_op *op)
{
	struct file *file = event->result >= 0 ? falco_event_file(event, event->result) : NULL;

	falco_put_number(event, file ? new_encode_dev(file_inode(file)->i_sb->s_dev) : 0);
}

void falco_collect_result_ino(struct falco_event *event, const struct falco_op *op)
{
	struct file *file = event->result >= 0 ? falco_event_file(event, event->result) : NULL;

	falco_put_number(event, file ? file_inode(file)->i_ino : 0);
}

void falco_collect_result_path(struct falco_event *event, const struct falco_op *op)
{
	struct file *file = event->result >= 0 ? falco_event_file(event, event->result) : NULL;

	if (file)
		falco_put_path(event, &file->f_path);
	else
		falco_put_empty(event);
}

static bool read_pair(struct falco_event *event, u8 argument, u8 which, int *fd)
{
	return event->result >= 0 && falco_read_user(fd, event->args[argument] + which * sizeof(*fd), sizeof(*fd));
}

void falco_collect_pair_fd(struct falco_event *event, const struct falco_op *op)
{
	int fd;

	falco_put_number(event, read_pair(event, op->a, op->b, &fd) ? fd : -1);
}

void falco_collect_pair_ino(struct falco_event *event, const struct falco_op *op)
{
	struct file *file;
	int fd;

	file = read_pair(event, op->a, op->b, &fd) ? falco_event_file(event, fd) : NULL;
	falco_put_number(event, file ? file_inode(file)->i_ino : 0);
}

/* u16 count, then i64 descriptor and i16 flags each. */
void falco_collect_pollfds(struct falco_event *event, const struct falco_op *op)
{
	struct pollfd batch[POLL_BATCH];
	const u64 all = min_t(u64, event->args[op->b], POLL_MOST);
	u32 room, at = sizeof(u16), i, n;
	u8 *to = falco_room(event, sizeof(u16) + all * 10, &room);
	u16 count = 0;

	if (room < sizeof(u16)) {
		falco_put_empty(event);
		return;
	}
	while (count < all) {
		n = min_t(u64, all - count, POLL_BATCH);
		if (!falco_read_user(batch, event->args[op->a] + count * sizeof(*batch), n * sizeof(*batch))) {
			event->unreadable++;
			break;
		}
		for (i = 0; i < n && at + 10 <= room; i++, at += 10, count++) {
			const s64 fd = batch[i].fd;
			const s16 flags = falco_convert_flags(FALCO_FLAGS_poll, (u16)batch[i].revents);

			memcpy(to + at, &fd, sizeof(fd));
			memcpy(to + at + sizeof(fd), &flags, sizeof(flags));
		}
		if (i < n)
			break;
	}
	memcpy(to, &count, sizeof(count));
	falco_put_written(event, at);
}
