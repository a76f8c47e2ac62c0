#pragma once

namespace keelson::servers {

// A TCP port of the loopback that nobody listened on a moment ago, and that no client is given while its
// server is stopped.
int FreePort();

}  // namespace keelson::servers
