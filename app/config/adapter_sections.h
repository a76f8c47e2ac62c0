// The configuration sections of the adapters, generated from their descriptors.
#pragma once

#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/support/descriptors/config_section.h"
#include "app/config/checks.h"
#include "app/config/config.h"
#include "app/config/schema.h"

namespace keelson {

// Describes how the configuration selects the adapters of a port.
struct Port {
  // The section that contains the adapters' sections: "store" contains "store.sqlite".
  std::string_view section;
  // The key whose value names the selected adapters, such as "email.providers".
  std::string_view selector;
  // "is" or "lists": the verb in errors such as "when email.providers lists smtp".
  std::string_view verb;
  bool (*chooses)(const Config& config, std::string_view name);
};

extern const Port kStorePort;
extern const Port kEmailPort;
extern const Port kPaymentsPort;

// Returns the adapter's settings in `config`; its default settings if `config` has none.
const AdapterSettings& SettingsOf(const Config& config, const Port& port, const ConfigSection& section);

std::vector<Key> SectionKeys(const Port& port, const ConfigSection& section);
std::vector<ConfigCheck> SectionChecks(const Port& port, const ConfigSection& section);
std::vector<ConfigCheck> SectionMachineChecks(const Port& port, const ConfigSection& section);

template <typename Descriptor>
std::vector<std::string> NamesOf(const std::vector<Descriptor>& descriptors) {
  std::vector<std::string> names;
  for (const Descriptor& descriptor : descriptors) names.emplace_back(descriptor.section.name);
  return names;
}

// Concatenates the results of `make` for the section of each descriptor, in order.
template <typename Result, typename Descriptor>
std::vector<Result> OfEachSection(const Port& port, const std::vector<Descriptor>& descriptors,
                                  std::vector<Result> (*make)(const Port&, const ConfigSection&)) {
  std::vector<Result> all;
  for (const Descriptor& descriptor : descriptors) {
    std::vector<Result> made = make(port, descriptor.section);
    std::move(made.begin(), made.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace keelson
