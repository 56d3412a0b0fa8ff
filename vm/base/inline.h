// SPDX-License-Identifier: Apache-2.0
//
// For the few functions whose call costs as much as their work. No project knowledge.
#pragma once

#define FALCO_ALWAYS_INLINE [[gnu::always_inline]] inline
