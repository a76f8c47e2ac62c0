#include "tests/support/http/request_reader.h"

#include <sstream>

namespace keelson::servers {
namespace {

std::string Unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%';
    plain += escaped ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)) : text[i];
    if (escaped) i += 2;
  }
  return plain;
}

}  // namespace

std::string Header(const SeenRequest& request, const std::string& name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

nlohmann::json FormFields(const std::string& body) {
  nlohmann::json fields = nlohmann::json::object();
  std::istringstream parts(body);
  for (std::string part; std::getline(parts, part, '&');) {
    const std::size_t equals = part.find('=');
    fields[Unescaped(part.substr(0, equals))] = Unescaped(part.substr(equals + 1));
  }
  return fields;
}

std::string Differs(const std::string& what, const std::string& seen, const std::string& due) {
  return seen == due ? "" : what + " is " + seen + ", not " + due + "\n";
}

}  // namespace keelson::servers
