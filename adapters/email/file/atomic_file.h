#pragma once

#include <string>
#include <string_view>

namespace keelson {

// Creates or replaces the file `directory`/`name` atomically: writes a temporary file in the same directory,
// renames the file, and syncs file and directory. Readers never see a partial file. Returns 0, or the errno
// of the failed call; no temporary file remains after a failure. If the function returns 0, the file survives
// a crash of the machine. If the machine crashes before the function returns, the file may exist without its
// content. The mode is 0600. Blocks on the disk.
int WriteFileAtomically(const std::string& directory, std::string_view name, std::string_view content);

}  // namespace keelson
