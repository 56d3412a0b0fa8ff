// SPDX-License-Identifier: GPL-2.0-only
/*
 * See paths.h. The kernel's own functions for paths wait for locks when somebody renames or mounts meanwhile. That is fine
 * where those locks spin; where they sleep (PREEMPT_RT) hooks can't wait, so there the same is found without locks, or not
 * at all: paths of files unless something is renamed at that moment, of groups in the unified hierarchy, where none is renamed.
 */
#include <linux/cgroup.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs_struct.h>
#include <linux/kernfs.h>
#include <linux/mount.h>
#include <linux/path.h>
#include <linux/string.h>

#include "compat.h"
#include "events.h"
#include "paths.h"

#define PATH_BYTES 4096u
#define MOST_MOUNTS 64

#ifdef CONFIG_PREEMPT_RT

/* A text that grows at its front. */
struct prepender {
	char *start, *at;
};

/* With a slash in front. A name that changes meanwhile is cut where it ends, since it always does with NUL. */
static bool prepend(struct prepender *to, const char *name, u32 bytes)
{
	bytes = strnlen(name, bytes);
	if (to->at - to->start < bytes + 1)
		return false;
	to->at -= bytes;
	memcpy(to->at, name, bytes);
	*--to->at = '/';
	return true;
}

/*
 * To where a mount is mounted. The kernel keeps that right in front of the part of a mount that is an interface; so that a
 * kernel that moves it makes us silent and not wrong, what lies there must be a mount point of the mount it leads to.
 */
static bool go_above(const struct vfsmount **mount, const struct dentry **name)
{
	struct {
		const char *parent;
		const struct dentry *point;
	} place;
	const u32 before_mount = sizeof(struct hlist_node) + sizeof(place);
	const struct vfsmount *above;
	struct super_block *sb, *above_sb;
	unsigned int flags;

	if (falco_kernel_read(&place, (const char *)*mount - sizeof(place), sizeof(place)))
		return false;
	above = (const struct vfsmount *)(place.parent + before_mount);
	if (above == *mount || falco_kernel_read(&above_sb, &above->mnt_sb, sizeof(above_sb)) ||
	    falco_kernel_read(&sb, &place.point->d_sb, sizeof(sb)) ||
	    falco_kernel_read(&flags, &place.point->d_flags, sizeof(flags)))
		return false;
	if (sb != above_sb || !(flags & DCACHE_MOUNTED))
		return false;
	*mount = above;
	*name = place.point;
	return true;
}

static bool prepend_names(struct prepender *to, const struct path *path, const struct path *root)
{
	const struct vfsmount *mount = path->mnt;
	const struct dentry *name = path->dentry;
	int mounts = 0;

	while (name != root->dentry || mount != root->mnt) {
		if (name == mount->mnt_root) {
			if (mounts++ == MOST_MOUNTS || !go_above(&mount, &name))
				return false;
			continue;
		}
		if (IS_ROOT(name) || !prepend(to, READ_ONCE(name->d_name.name), READ_ONCE(name->d_name.len)))
			return false;
		name = READ_ONCE(name->d_parent);
	}
	return true;
}

static char *path_text(const struct path *path, char *buffer, u32 room)
{
	static const char gone[] = " (deleted)";
	struct fs_struct *fs = current->fs;
	const struct dentry_operations *operations = path->dentry->d_op;
	struct prepender to = {buffer, buffer + room - sizeof(gone)};
	const unsigned int *renames = &rename_lock.seqcount.seqcount.sequence;
	struct path root;
	unsigned int before;
	bool done;

	if (operations && operations->d_dname && (!IS_ROOT(path->dentry) || path->dentry != path->mnt->mnt_root))
		return operations->d_dname(path->dentry, buffer, room);
	if (!fs)
		return NULL;
	memcpy(to.at, gone, sizeof(gone));
	if (!d_unlinked(path->dentry))
		*to.at = 0;
	rcu_read_lock();
	before = READ_ONCE(*renames);
	smp_rmb();
	/* compared only, never followed */
	root.mnt = READ_ONCE(fs->root.mnt);
	root.dentry = READ_ONCE(fs->root.dentry);
	done = prepend_names(&to, path, &root);
	smp_rmb();
	done = done && !(before & 1) && READ_ONCE(*renames) == before;
	rcu_read_unlock();
	if (!done)
		return NULL;
	if (!*to.at)
		*--to.at = '/';
	return to.at;
}

#else

static char *path_text(const struct path *path, char *buffer, u32 room)
{
	return d_path(path, buffer, room);
}

#endif

void falco_put_path(struct falco_event *event, const struct path *path)
{
	u32 room;
	char *to = (char *)falco_room(event, PATH_BYTES, &room);
	/* too little room for any path worth to be told */
	char *text = room > 64 ? path_text(path, to, room) : NULL;

	if (IS_ERR_OR_NULL(text)) {
		event->unreadable++;
		falco_put_empty(event);
		return;
	}
	/* it was written at the end of the room */
	room = strnlen(text, to + room - text);
	memmove(to, text, room);
	to[room] = 0;
	falco_put_written(event, room + 1);
}

#if defined(CONFIG_PREEMPT_RT) && !FALCO_KERNEL(6, 15)

/* Groups keep their parents. */
u32 falco_cgroup_path(struct cgroup *group, char *to, u32 room)
{
	const struct kernfs_node *node;
	u32 bytes = 0, at;

	if (group->root != &cgrp_dfl_root)
		return 0;
	for (node = group->kn; node->parent; node = node->parent)
		bytes += 1 + strlen(node->name);
	if (max(bytes, 1u) + 1 > room)
		return 0;
	to[0] = '/';
	at = bytes = max(bytes, 1u);
	for (node = group->kn; node->parent; node = node->parent) {
		const u32 length = strlen(node->name);

		at -= length;
		memcpy(to + at, node->name, length);
		to[--at] = '/';
	}
	to[bytes] = 0;
	return bytes + 1;
}

#else

u32 falco_cgroup_path(struct cgroup *group, char *to, u32 room)
{
	const int bytes = kernfs_path_from_node(group->kn, NULL, to, room);

	return bytes < 0 || bytes >= room ? 0 : bytes + 1;
}

#endif
