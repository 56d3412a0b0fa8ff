// SPDX-License-Identifier: Apache-2.0
//
// Every maximum in the system, one comment each. A limit that an author or an input can reach has a diagnostic or a counter.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fvm::limits {

// Rules text.
inline constexpr size_t kSourceBytes = 16u << 20;      ///< one rules file; the largest in use have 0.2 MB
inline constexpr size_t kConditionBytes = 4u << 20;    ///< one condition after list expansion
inline constexpr size_t kYamlAliasNodes = 1u << 20;    ///< nodes of one document with aliases counted at each use
inline constexpr size_t kYamlSeparators = 2u << 20;    ///< `,` `:` `[` `{` `?` of one file; the YAML library holds whole flow collections as tokens
inline constexpr size_t kYamlDepth = 128;              ///< nested YAML collections
inline constexpr size_t kAllConditionBytes = 64u << 20;  ///< all conditions of a load after list expansion
inline constexpr size_t kConditionNesting = 198;       ///< parentheses around a check, as the reference engine
inline constexpr size_t kConstantBytes = 255;          ///< constant of a check, as the reference engine
inline constexpr size_t kExpandedNodes = 1u << 20;     ///< nodes of one rule after macro expansion
inline constexpr size_t kProfileBytes = 256u << 20;    ///< a profile that rules are weighed with

// Image.
inline constexpr size_t kImageBytes = 256u << 20;      ///< whole file
inline constexpr size_t kRules = 65535;                ///< rules of one image
inline constexpr size_t kExprDepth = 64;               ///< nested transformers
inline constexpr size_t kTermCost = 4096;              ///< values read and transformers applied to print one term
inline constexpr size_t kTermTextBytes = 16u << 20;    ///< memory that the transformers of one event may use
inline constexpr size_t kRegexProgram = 1u << 20;      ///< instructions of all compiled patterns of one image
inline constexpr size_t kOperands = 4u << 20;          ///< constants of all predicates of one image, each use counted
inline constexpr size_t kRegexes = 1024;               ///< regular expressions of one image
inline constexpr size_t kConditionDepth = 4096;        ///< nested and/or/not after macro expansion
inline constexpr size_t kOutputWidth = 65535;          ///< `%N` of one output; the sum over its parts

// The machine's caches.
inline constexpr size_t kDecisionNodes = 1u << 16;     ///< nodes of the decision graph
inline constexpr size_t kDecisionWords = 8u << 20;     ///< numbers that the nodes hold: what is left to do, edges, questions, answers
inline constexpr size_t kProcessMemoEntries = 1u << 14;  ///< remembered processes, one for each question; a power of two
inline constexpr size_t kMatchedPaths = 1024;          ///< of one pmatch that are looked up together with those of others
inline constexpr size_t kMemoEntries = 1u << 14;       ///< remembered values, short ones and long ones each; a power of two

// Events.
inline constexpr size_t kEventParams = 32;             ///< parameters of one event; the widest row has 31
inline constexpr size_t kEventBytes = 16u << 20;       ///< one event block (large-payload events included)
inline constexpr size_t kPlainEventBytes = 65536;      ///< an event block that isn't marked large; the format's own limit
inline constexpr size_t kPendingEnters = 65536;        ///< threads with an old enter event waiting for its exit event
inline constexpr size_t kPendingEnterBytes = 64u << 20;  ///< all of those together
inline constexpr size_t kUpgradeRounds = 50;           ///< steps from the oldest layout of an event to today's
inline constexpr size_t kContainerIdBytes = 256;       ///< runtimes use 12 or 64 characters, lxc names are shorter than this
inline constexpr size_t kCgroupPathBytes = 4096;       ///< of a path that is searched for a container id; the kernel's PATH_MAX
inline constexpr size_t kReaperSteps = 1024;           ///< ancestors looked at for one that takes over orphans; real trees are tens deep
inline constexpr size_t kListChunk = 256;              ///< threads or descriptors of a capture given to state at a time
inline constexpr size_t kInterfaces = 4096;            ///< network interfaces of one capture

// State.
inline constexpr size_t kThreads = 1u << 21;           ///< thread records; memory is usually short before
inline constexpr size_t kAncestors = 1024;             ///< parent links followed for one value
inline constexpr size_t kFdsPerProcess = 4096;         ///< descriptors of one process
inline constexpr size_t kPathBytes = 1024;             ///< a joined path, terminator included
inline constexpr size_t kStoredEnterBytes = 4096;      ///< an enter event kept for its exit event
inline constexpr size_t kStateBytes = 1536u << 20;     ///< threads, process images, descriptors, containers together
inline constexpr size_t kWorkingBytes = 384u << 20;    ///< all other memory of a run: programs, buffers, users, stored enter events
inline constexpr size_t kStateReserve = 1u << 20;      ///< of kStateBytes; when less is free, idle threads make room
inline constexpr size_t kEvictionSample = 16;          ///< threads looked at to find an idle one
inline constexpr size_t kEvictionsPerEvent = 4;        ///< threads that make room in front of one event
inline constexpr size_t kStoredTextBytes = 4096;       ///< one text of a process or descriptor: comm, exe, root, raw name
inline constexpr size_t kStoredListBytes = 65536;      ///< args, env or cgroups of one process, as on the wire
inline constexpr size_t kUsersAndGroups = 65536;       ///< entries of all containers together
inline constexpr size_t kContainerJsonBytes = 512u << 10;  ///< metadata of one container, as recorded
inline constexpr size_t kContainers = 16384;           ///< container records
inline constexpr size_t kJsonDepth = 32;               ///< nesting of recorded container metadata
inline constexpr size_t kRecentExits = 8192;           ///< exits remembered to tell late clone events from tid reuse

// The scan of /proc.
inline constexpr size_t kScannedSockets = 1u << 20;    ///< sockets of all network namespaces together
inline constexpr size_t kScannedMounts = 1u << 16;     ///< mounts of which the device is remembered
inline constexpr size_t kScannedCgroups = 4096;        ///< cgroups of which the enabled controllers are remembered
inline constexpr size_t kScannedListBytes = 4096;      ///< arguments, environment of a process

}  // namespace fvm::limits
