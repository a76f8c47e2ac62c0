#pragma once

namespace keelson {

// Opens /dev/null on each closed descriptor from 0 to 2 (standard input, output and error). Otherwise a file
// opened later could get descriptor 2, and error messages would be written into that file. Must be called
// before any other file is opened. Aborts if /dev/null cannot be opened.
void OpenStandardStreams();

}  // namespace keelson
