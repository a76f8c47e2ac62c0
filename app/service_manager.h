#pragma once

#include <string>

namespace keelson {

// Tells the service manager that started this process its state, "READY=1" or "STOPPING=1", by the protocol
// of sd_notify(3). Does nothing where nobody listens.
void NotifyServiceManager(const std::string& state);

// "RELOADING=1" with the time that goes with it; READY=1 must follow.
void NotifyReloading();

}  // namespace keelson
