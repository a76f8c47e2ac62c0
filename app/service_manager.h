#pragma once

#include <string>

namespace keelson {

// Sends a state such as "READY=1" or "STOPPING=1" to the service manager, by the protocol of sd_notify(3).
// Does nothing if the environment variable NOTIFY_SOCKET is not set.
void NotifyServiceManager(const std::string& state);

// Sends "RELOADING=1" with the monotonic time that the protocol requires. The caller must send "READY=1" when
// the reload is complete.
void NotifyReloading();

}  // namespace keelson
