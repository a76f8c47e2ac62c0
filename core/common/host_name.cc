#include "core/common/host_name.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Maximum lengths by RFC 1035, 2.3.4.
constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

bool IsDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; });
}

bool IsOctet(absl::string_view text) {
  int number = 0;
  return !text.empty() && IsDigits(text) && absl::SimpleAtoi(text, &number) && number <= 255;
}

}  // namespace

bool IsQualifiedHostName(std::string_view name) {
  const std::vector<absl::string_view> labels = absl::StrSplit(ToAbsl(name), '.');
  return name.size() <= kMaxName && labels.size() >= 2 &&
         std::all_of(labels.begin(), labels.end(), &IsLabel) && !IsDigits(labels.back());
}

bool IsLoopbackHost(std::string_view host) {
  if (host == "localhost" || host == "::1" || host == "[::1]") return true;
  const std::vector<absl::string_view> octets = absl::StrSplit(ToAbsl(host), '.');
  return octets.size() == 4 && octets[0] == "127" && std::all_of(octets.begin(), octets.end(), &IsOctet);
}

}  // namespace keelson
