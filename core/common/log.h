#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace keelson {

enum class Severity { kDebug, kInfo, kWarning, kError };

// Where the service writes what operators should know. Thread-safe; may block for a moment on the
// output, never fails. No secret, subject, body or address is ever handed to it.
class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  virtual ~Log() = default;
  virtual bool Enabled(Severity severity) const = 0;
  // `event_name` is stable and dotted ("message.dead"), `message` is for people.
  virtual void Write(Severity severity, std::string_view event_name, std::string_view message,
                     Fields fields) = 0;
  void Write(Severity severity, std::string_view event_name, std::string_view message) {
    Write(severity, event_name, message, {});
  }
};

}  // namespace keelson
