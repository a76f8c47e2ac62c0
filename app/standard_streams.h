#pragma once

namespace keelson {

// Opens those of the descriptors 0 to 2 that the process was started without, to /dev/null. Otherwise the
// next file or socket takes the number, and what is written to standard error goes there. Call before
// anything else opens a file. Ends the process where /dev/null can't be opened.
void OpenStandardStreams();

}  // namespace keelson
