#pragma once

#include <string>
#include <string_view>

namespace keelson {

// Makes or replaces `directory`/`name` so that it is there whole or not at all, also after a crash of the
// machine: a temporary file beside it, flushed, renamed, and the folder flushed. Readable by its owner alone.
// 0, or the errno of what failed; then no temporary file is left.
int WriteFileAtomically(const std::string& directory, std::string_view name, std::string_view content);

}  // namespace keelson
