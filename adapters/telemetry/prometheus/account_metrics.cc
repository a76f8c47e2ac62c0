#include "adapters/telemetry/prometheus/account_metrics.h"

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <utility>

#include "adapters/telemetry/prometheus/single_metric.h"

namespace keelson {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Counter(std::string name, std::string help, std::int64_t value) {
  return SingleMetric(std::move(name), std::move(help), MetricType::Counter, static_cast<double>(value));
}

MetricFamily Gauge(std::string name, std::string help, double value) {
  return SingleMetric(std::move(name), std::move(help), MetricType::Gauge, value);
}

MetricFamily SignIns(const SignInCounters& counters) {
  MetricFamily family{"keelson_sign_ins_total", "Sign-ins, by outcome.", MetricType::Counter, {}};
  for (std::size_t outcome = 0; outcome < kSignInOutcomeNames.size(); ++outcome) {
    ClientMetric metric;
    metric.label.push_back({"outcome", std::string(kSignInOutcomeNames[outcome])});
    metric.counter.value = static_cast<double>(counters[outcome]);
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

std::vector<MetricFamily> AccountMetrics::Collect() const {
  const HashLoad load = sources_.hasher.load();
  return {
      Counter("keelson_registrations_total", "Accounts that RegisterUser created.",
              sources_.accounts.registrations),
      Counter("keelson_verifications_total", "E-mail addresses that were verified for the first time.",
              sources_.accounts.verifications),
      SignIns(sources_.sign_ins),
      Gauge("keelson_sessions_active", "Active sessions in the store, counted once a minute.",
            static_cast<double>(sources_.sessions.active())),
      Gauge("keelson_hash_slots_in_use", "Passwords that are being hashed.",
            static_cast<double>(load.running)),
      Gauge("keelson_hash_slots_queued", "Calls that wait for a slot to hash a password.",
            static_cast<double>(load.waiting)),
  };
}

}  // namespace keelson
