#pragma once

#include <optional>
#include <string>

#include "tests/support/postgres/program.h"
#include "tests/support/postgres/server_folder.h"

namespace keelson::servers {

// Returns the response body of a GET. Throws std::runtime_error without a 2xx response.
std::string Fetch(const std::string& url);

// A Prometheus on a loopback port that scrapes one target ten times per second. Its directory is deleted with
// this object. Failures throw std::runtime_error.
class PrometheusServer {
 public:
  // Returns when Prometheus accepts queries. `target` is "HOST:PORT".
  explicit PrometheusServer(const std::string& target);

  // The value of the single series that matches `query`; nothing if none or several match.
  std::optional<std::string> Value(const std::string& query) const;
  // Checks `metrics`, the text of a scrape, by promtool; throws its output if they are invalid.
  void Lint(const std::string& metrics) const;

 private:
  std::string Url(const std::string& path) const;

  const ServerFolder folder_;
  const int port_;
  std::optional<Program> program_;
};

}  // namespace keelson::servers
