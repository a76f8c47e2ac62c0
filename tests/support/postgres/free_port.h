#pragma once

namespace keelson::servers {

// Returns a TCP port of the loopback interface that is free and outside of the kernel's ephemeral ports, so
// that the kernel assigns the port to no client while a test's server is stopped.
int FreePort();

}  // namespace keelson::servers
