#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "core/refunds/refund_rules.h"

namespace keelson {
namespace {

// Returns the rule names in the comments of refunds.proto: "  // - ORDER_PAID: the order has been paid."
std::vector<std::string> RulesInContract() {
  const std::regex rule("^ *// - ([A-Z_]+): .*");
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(KEELSON_REFUNDS_CONTRACT)) {
    std::ifstream file(entry.path());
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
      if (std::regex_match(line, match, rule)) names.push_back(match[1]);
    }
  }
  return names;
}

TEST_CASE("refunds.proto lists the names of all refund rules, in the order of evaluation") {
  std::vector<std::string> names;
  for (const RefundRule& rule : RefundRules()) names.emplace_back(rule.name);
  CHECK(RulesInContract() == names);
}

}  // namespace
}  // namespace keelson
