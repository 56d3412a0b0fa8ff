// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the current task could write a file or make it writable. Asked of the kernel where its answer may take locks; where
 * those sleep (PREEMPT_RT) it is decided here by owner, mode and capabilities, without access lists and security modules.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/uidgid.h>

#include "compat.h"
#include "layers.h"

#ifdef CONFIG_PREEMPT_RT

bool falco_could_write(struct file *file)
{
	const struct inode *inode = file_inode(file);
	const kuid_t owner = KUIDT_INIT(__vfsuid_val(i_uid_into_vfsuid(falco_idmap(file), inode)));
	const kgid_t group = KGIDT_INIT(__vfsgid_val(i_gid_into_vfsgid(falco_idmap(file), inode)));
	const struct cred *cred = current_cred();
	const bool mapped = kuid_has_mapping(cred->user_ns, owner) && kgid_has_mapping(cred->user_ns, group);

	if (uid_eq(owner, cred->fsuid))
		return true;
	if (mapped && (cap_raised(cred->cap_effective, CAP_FOWNER) || cap_raised(cred->cap_effective, CAP_DAC_OVERRIDE)))
		return true;
	return inode->i_mode & (in_group_p(group) ? S_IWGRP : S_IWOTH) && !sb_rdonly(inode->i_sb);
}

#else

bool falco_could_write(struct file *file)
{
	return falco_may_write(file) || falco_owner_or_capable(file);
}

#endif
