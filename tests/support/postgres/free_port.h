#pragma once

namespace keelson::servers {

// Returns a TCP port of the loopback interface that is free and outside of the kernel's ephemeral ports, so
// that no client gets it while the server is stopped.
int FreePort();

}  // namespace keelson::servers
