// SPDX-License-Identifier: Apache-2.0
//
// The language server: requests of one editor in, answers and diagnostics out. Checks run when no message waits, so
// that typing is never behind. Whatever the editor sends, the answer is an error and the next message is read.
#pragma once

namespace lsp {

/// Serves the editor behind the two descriptors until it says `exit` or closes. True: it said `shutdown` first, as it
/// should.
bool serve(int input, int output);

}  // namespace lsp
