#include "adapters/telemetry/prometheus/process_metrics.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include "adapters/telemetry/prometheus/single_metric.h"

namespace keelson {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void AddCpuSeconds(std::vector<MetricFamily>& families) {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return;
  families.push_back(SingleMetric("process_cpu_seconds_total", "CPU time of the process, in seconds.",
                                  MetricType::Counter, Seconds(usage.ru_utime) + Seconds(usage.ru_stime)));
}

// proc(5): the number of pages of the process in virtual memory, and of those in RAM.
void AddMemory(std::vector<MetricFamily>& families) {
  std::ifstream statm("/proc/self/statm");
  double all = 0;
  double resident = 0;
  if (!(statm >> all >> resident)) return;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  families.push_back(SingleMetric("process_virtual_memory_bytes", "Virtual memory of the process.",
                                  MetricType::Gauge, all * page));
  families.push_back(SingleMetric("process_resident_memory_bytes", "Memory of the process in RAM.",
                                  MetricType::Gauge, resident * page));
}

void AddFiles(std::vector<MetricFamily>& families) {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (!error) {
    // The iterator itself has one file open.
    const auto open = static_cast<double>(std::distance(begin(files), end(files)) - 1);
    families.push_back(SingleMetric("process_open_fds", "Open file descriptors.", MetricType::Gauge, open));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  families.push_back(SingleMetric("process_max_fds", "Maximum number of open file descriptors.",
                                  MetricType::Gauge, static_cast<double>(limit.rlim_cur)));
}

// Field 22 of /proc/self/stat, counted from 1: the start of the process in clock ticks after the system's
// start. The command in field 2 may contain spaces; it ends with the last ")".
std::optional<double> StartAfterBoot() {
  constexpr int kFieldsBeforeStart = 19;
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t command_end = line.rfind(')');
  if (command_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(command_end + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBeforeStart; ++i) fields >> skipped;
  double ticks = 0;
  if (!(fields >> ticks)) return std::nullopt;
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// The line "btime" of /proc/stat: the system's start in seconds since the Unix epoch.
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double time = 0;
    if (word == "btime" && file >> time) return time;
  }
  return std::nullopt;
}

void AddStart(std::vector<MetricFamily>& families) {
  const std::optional<double> boot = BootTime();
  const std::optional<double> start = StartAfterBoot();
  if (!boot || !start) return;
  families.push_back(SingleMetric("process_start_time_seconds",
                                  "Start of the process, in seconds since the Unix epoch.", MetricType::Gauge,
                                  *boot + *start));
}

MetricFamily BuildInfo() {
  MetricFamily family = SingleMetric("keelson_build_info", "1, with the version of the program as a label.",
                                     MetricType::Gauge, 1);
  family.metric.front().label.push_back({"version", KEELSON_VERSION});
  return family;
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics::Collect() const {
  std::vector<MetricFamily> families = {BuildInfo()};
  AddCpuSeconds(families);
  AddMemory(families);
  AddFiles(families);
  AddStart(families);
  return families;
}

}  // namespace keelson
