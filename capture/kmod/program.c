// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collectors of the program that runs, or of the one that exec could not start: arguments, environment, file.
 */
#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "compat.h"
#include "events.h"
#include "layers.h"
#include "paths.h"

#define AREA_BYTES 4096u
#define EXE_WRITABLE 1u
#define EXE_UPPER_LAYER 2u
#define EXE_FROM_MEMFD 4u
#define EXE_LOWER_LAYER 8u

/* The start of an area of the current memory that holds texts, the last of them ended with NUL. */
static u32 read_area(struct falco_event *event, unsigned long from, unsigned long to, u8 *at, u32 room)
{
	u32 want = to > from ? min_t(unsigned long, to - from, room) : 0;
	u32 got = falco_read_user_part(at, from, want);

	if (got < want)
		event->unreadable++;
	if (got)
		at[got - 1] = 0;
	return got;
}

/* first: the text before the first NUL, else what comes after it. */
static void put_area(struct falco_event *event, unsigned long from, unsigned long to, bool first)
{
	u32 room, got, first_bytes;
	u8 *at = falco_room(event, AREA_BYTES, &room);

	got = current->mm ? read_area(event, from, to, at, room) : 0;
	first_bytes = got ? strnlen(at, got) + 1 : 0;
	if (!first) {
		memmove(at, at + first_bytes, got - first_bytes);
		first_bytes = got - first_bytes;
	}
	falco_put_written(event, first_bytes);
}

void falco_collect_exe(struct falco_event *event, const struct falco_op *op)
{
	struct mm_struct *mm = current->mm;

	put_area(event, mm ? mm->arg_start : 0, mm ? mm->arg_end : 0, true);
}

void falco_collect_args(struct falco_event *event, const struct falco_op *op)
{
	struct mm_struct *mm = current->mm;

	put_area(event, mm ? mm->arg_start : 0, mm ? mm->arg_end : 0, false);
}

void falco_collect_env(struct falco_event *event, const struct falco_op *op)
{
	struct mm_struct *mm = current->mm;
	u32 room;
	u8 *at = falco_room(event, AREA_BYTES, &room);

	falco_put_written(event, mm ? read_area(event, mm->env_start, mm->env_end, at, room) : 0);
}

/* Texts of a user array of pointers from number `first` on, at most `most` of them. */
static void put_vector(struct falco_event *event, u64 vector, u32 first, u32 most)
{
	const u32 width = event->compat ? 4 : 8;
	u32 room, at = 0, i;
	char *to = (char *)falco_room(event, AREA_BYTES, &room);
	u64 text;
	int length;

	for (i = first; vector && i < first + most && at < room; i++) {
		if (!falco_read_user_word(event, &text, vector + (u64)i * width)) {
			event->unreadable++;
			break;
		}
		if (!text)
			break;
		length = falco_read_user_text(to + at, text, room - at);
		if (length < 0) {
			event->unreadable++;
			break;
		}
		at += length + 1;
	}
	falco_put_written(event, at);
}

/* Where execve and execveat have their vectors. */
static u64 tried_vector(const struct falco_event *event, u32 which)
{
	return event->args[(event->code == FALCO_CODE_EXECVEAT ? 2 : 1) + which];
}

void falco_collect_tried_exe(struct falco_event *event, const struct falco_op *op)
{
	if (event->program)
		falco_collect_exe(event, op);
	else
		put_vector(event, tried_vector(event, 0), 0, 1);
}

void falco_collect_tried_args(struct falco_event *event, const struct falco_op *op)
{
	if (event->program)
		falco_collect_args(event, op);
	else
		put_vector(event, tried_vector(event, 0), 1, AREA_BYTES);
}

void falco_collect_tried_env(struct falco_event *event, const struct falco_op *op)
{
	if (event->program)
		falco_collect_env(event, op);
	else
		put_vector(event, tried_vector(event, 1), 0, AREA_BYTES);
}

void falco_collect_exec_filename(struct falco_event *event, const struct falco_op *op)
{
	if (event->program)
		falco_put_text(event, event->program->filename, strnlen(event->program->filename, AREA_BYTES - 1));
	else
		falco_collect_path(event, op);
}

/*
 * The file of the running program. The memory keeps it; it changes with exec and with prctl(PR_SET_MM_EXE_FILE) of another
 * thread, from which RCU and a reference protect. After a successful exec there is no other thread.
 */
static struct file *exe_file(struct falco_event *event)
{
	struct mm_struct *mm = current->mm;

	if (event->program)
		return mm ? rcu_dereference_protected(mm->exe_file, 1) : NULL;
	return NULL;
}

static bool from_memfd(const struct file *file)
{
	const struct dentry *name = file->f_path.dentry;

	return file_inode(file)->i_sb->s_magic == TMPFS_MAGIC && IS_ROOT(name) && !strncmp(name->d_name.name, "memfd:", 6);
}

void falco_collect_exe_flags(struct falco_event *event, const struct falco_op *op)
{
	struct file *file = exe_file(event);
	u32 flags = 0;

	if (file) {
		if (falco_could_write(file))
			flags |= EXE_WRITABLE;
		switch (falco_layer_of(file)) {
		case FALCO_LAYER_UPPER:
			flags |= EXE_UPPER_LAYER;
			break;
		case FALCO_LAYER_LOWER:
			flags |= EXE_LOWER_LAYER;
			break;
		case FALCO_LAYER_NONE:
			break;
		}
		if (from_memfd(file))
			flags |= EXE_FROM_MEMFD;
	}
	falco_put_number(event, flags);
}

void falco_collect_exe_ino(struct falco_event *event, const struct falco_op *op)
{
	struct file *file = exe_file(event);

	falco_put_number(event, file ? file_inode(file)->i_ino : 0);
}

void falco_collect_exe_time(struct falco_event *event, const struct falco_op *op)
{
	struct file *file = exe_file(event);
	struct timespec64 time = {};

	if (file)
		time = op->a ? falco_mtime(file_inode(file)) : falco_ctime(file_inode(file));
	falco_put_number(event, timespec64_to_ns(&time));
}

void falco_collect_exe_path(struct falco_event *event, const struct falco_op *op)
{
	struct file *file = exe_file(event);

	if (file)
		falco_put_path(event, &file->f_path);
	else
		falco_put_empty(event);
}
