#pragma once

#include <string>
#include <string_view>

namespace keelson {

// Makes or replaces `directory`/`name` so that whoever looks finds it whole or not at all: a temporary file
// beside it, renamed, then flushed with the folder. Where 0 is returned, it outlives a crash of the machine;
// after a crash before that, it may be there without its content. Readable by its owner alone. 0, or the
// errno of what failed; then no temporary file is left.
int WriteFileAtomically(const std::string& directory, std::string_view name, std::string_view content);

}  // namespace keelson
