#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace keelson {

// `message` as another's parser (parse_mail.py) understands it.
nlohmann::json ParseMail(const std::string& message);

}  // namespace keelson
