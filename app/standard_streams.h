#pragma once

namespace keelson {

// Opens /dev/null on each of the descriptors 0 to 2 that is closed. Otherwise the next file or socket would
// get the number, and output to standard error would be written to it. Call before any other file is opened.
// Aborts if /dev/null cannot be opened.
void OpenStandardStreams();

}  // namespace keelson
