#include "app/config/size.h"

#include <algorithm>
#include <limits>

#include "absl/strings/numbers.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr Unit kUnits[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}};

}  // namespace

std::optional<ByteSize> ParseByteSize(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto* unit = std::ranges::find(kUnits, text.substr(digits), &Unit::name);
  std::int64_t count = 0;
  if (unit == std::end(kUnits) || !absl::SimpleAtoi(ToAbsl(text.substr(0, digits)), &count))
    return std::nullopt;
  if (count > std::numeric_limits<std::int64_t>::max() / unit->bytes) return std::nullopt;
  return ByteSize{count * unit->bytes};
}

std::string FormatByteSize(ByteSize size) {
  const auto* unit = std::ranges::find_if(
      kUnits, [&](const Unit& u) { return size.bytes >= u.bytes && size.bytes % u.bytes == 0; });
  if (unit == std::end(kUnits)) return StrCat(size.bytes, "B");
  return StrCat(size.bytes / unit->bytes, unit->name);
}

}  // namespace keelson
