// CMake wants a source to precompile a header for.
#include "tests/precompiled.h"
