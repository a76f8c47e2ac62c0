#pragma once

#include <string>

namespace keelson {

// Tells the service manager that started this process how it fares, "READY=1" or "STOPPING=1", by the
// protocol of sd_notify(3). Does nothing where nobody listens.
void NotifyServiceManager(const std::string& state);

}  // namespace keelson
