#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace keelson {

enum class Severity { kDebug, kInfo, kWarning, kError };

// The log for operators. Thread-safe; may block briefly on the output; never fails. Callers must not pass
// secrets, e-mail subjects, bodies or addresses.
class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  virtual ~Log() = default;
  virtual bool Enabled(Severity severity) const = 0;
  // `event_name` is a stable dotted name, such as "message.dead"; `message` is a text for operators.
  virtual void Write(Severity severity, std::string_view event_name, std::string_view message,
                     Fields fields) = 0;
  void Write(Severity severity, std::string_view event_name, std::string_view message) {
    Write(severity, event_name, message, {});
  }
};

}  // namespace keelson
