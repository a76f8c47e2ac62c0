#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace keelson {

// Parses `message` with an independent parser (parse_mail.py, Python's standard library).
nlohmann::json ParseMail(const std::string& message);

}  // namespace keelson
