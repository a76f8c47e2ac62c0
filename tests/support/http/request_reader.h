// Reads requests that a ScriptedServer received.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/http/scripted_server.h"

namespace keelson::servers {

// Returns the header with this lower-case name; empty if there is none.
std::string Header(const SeenRequest& request, const std::string& name);
// Returns the fields of a body in application/x-www-form-urlencoded.
nlohmann::json FormFields(const std::string& body);
// Returns a line about the difference; empty if the texts are equal.
std::string Differs(const std::string& what, const std::string& seen, const std::string& due);

}  // namespace keelson::servers
