#pragma once

#include <string>

namespace keelson {

// Sends a state such as "READY=1" or "STOPPING=1" to the service manager, by the protocol of sd_notify(3).
// Does nothing without NOTIFY_SOCKET.
void NotifyServiceManager(const std::string& state);

// Sends "RELOADING=1" with the monotonic time that the protocol requires. READY=1 must follow.
void NotifyReloading();

}  // namespace keelson
