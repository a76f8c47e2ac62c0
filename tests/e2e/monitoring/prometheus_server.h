#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tests/support/postgres/program.h"
#include "tests/support/postgres/server_folder.h"

namespace keelson::servers {

// Sends a GET request and returns the response body. Throws std::runtime_error unless the status is 2xx.
std::string Fetch(const std::string& url);

// A Prometheus server on a loopback port that scrapes one target twice per second. The destructor deletes
// its directory. Functions throw std::runtime_error on failure.
class PrometheusServer {
 public:
  // Starts Prometheus and returns when it accepts queries. `target` is "HOST:PORT".
  explicit PrometheusServer(const std::string& target);

  // Returns the number of time series that match `query`.
  std::size_t Count(const std::string& query) const;
  // Returns the value of the single time series that matches `query`; nullopt if no series or several match.
  std::optional<std::string> Value(const std::string& query) const;
  // Checks `metrics`, the text of a scrape, with promtool. Throws promtool's output if it reports an error.
  void Lint(const std::string& metrics) const;

 private:
  std::string Url(const std::string& path) const;
  // Returns the series that match `query`, in the format of Prometheus's HTTP API.
  nlohmann::json Series(const std::string& query) const;

  const ServerFolder folder_;
  const int port_;
  std::optional<Program> program_;
};

}  // namespace keelson::servers
