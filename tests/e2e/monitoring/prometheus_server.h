#pragma once

#include <optional>
#include <string>

#include "tests/support/postgres/program.h"
#include "tests/support/postgres/server_folder.h"

namespace keelson::servers {

// The body that a GET is answered with; throws std::runtime_error where it is not answered with success.
std::string Fetch(const std::string& url);

// A Prometheus that scrapes one target ten times a second, on a port of the loopback, in a folder that goes
// with it. Everything throws std::runtime_error where it fails.
class PrometheusServer {
 public:
  // Returns when it answers. `target` is "HOST:PORT".
  explicit PrometheusServer(const std::string& target);

  // The value of the one series that `query` finds; nothing where it finds none, or several.
  std::optional<std::string> Value(const std::string& query) const;
  // Throws what promtool has to say of `metrics`, a scrape's text.
  void Lint(const std::string& metrics) const;

 private:
  std::string Url(const std::string& path) const;

  const ServerFolder folder_;
  const int port_;
  std::optional<Program> program_;
};

}  // namespace keelson::servers
