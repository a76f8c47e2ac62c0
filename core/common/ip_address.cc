#include "core/common/ip_address.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// Parses 1 to `max_digits` digits, without a sign.
std::optional<std::uint16_t> ParseNumber(absl::string_view text, int base, std::size_t max_digits) {
  if (text.empty() || text.size() > max_digits) return std::nullopt;
  std::uint16_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

// Rejects leading zeros, which some parsers take for octal numbers.
std::optional<std::uint16_t> ParseOctet(absl::string_view text) {
  const std::optional<std::uint16_t> octet = ParseNumber(text, 10, 3);
  if (!octet || *octet > 255 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return octet;
}

// Appends the two groups of an IPv4 address.
bool AppendIpv4(absl::string_view text, std::vector<std::uint16_t>& groups) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() != 4) return false;
  std::array<std::uint16_t, 4> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::optional<std::uint16_t> octet = ParseOctet(parts[i]);
    if (!octet) return false;
    octets[i] = *octet;
  }
  groups.push_back(static_cast<std::uint16_t>(octets[0] << 8 | octets[1]));
  groups.push_back(static_cast<std::uint16_t>(octets[2] << 8 | octets[3]));
  return true;
}

// Appends groups that are separated by colons. If they end the address, the last one may be an IPv4 address.
bool AppendGroups(absl::string_view text, bool end_address, std::vector<std::uint16_t>& groups) {
  if (text.empty()) return true;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  for (const absl::string_view& part : parts) {
    if (end_address && &part == &parts.back() && absl::StrContains(part, '.'))
      return AppendIpv4(part, groups);
    const std::optional<std::uint16_t> group = ParseNumber(part, 16, 4);
    if (!group) return false;
    groups.push_back(*group);
  }
  return true;
}

// The number of zeros in `groups` from `begin`.
template <typename Groups>
std::size_t ZerosFrom(const Groups& groups, std::size_t begin) {
  const auto first = groups.begin() + static_cast<std::ptrdiff_t>(begin);
  return static_cast<std::size_t>(std::find_if(first, groups.end(), [](auto group) { return group != 0; }) -
                                  first);
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const absl::string_view address = ToAbsl(text);
  std::vector<std::uint16_t> head;
  std::vector<std::uint16_t> tail;
  const std::size_t gap = address.find("::");
  if (!absl::StrContains(address, ':')) {
    head = {0, 0, 0, 0, 0, 0xffff};
    if (!AppendIpv4(address, head)) return std::nullopt;
  } else if (gap == absl::string_view::npos) {
    if (!AppendGroups(address, true, head) || head.size() != 8) return std::nullopt;
  } else if (!AppendGroups(address.substr(0, gap), false, head) ||
             !AppendGroups(address.substr(gap + 2), true, tail) || head.size() + tail.size() >= 8) {
    return std::nullopt;
  }
  Groups groups{};
  std::copy(head.begin(), head.end(), groups.begin());
  std::copy(tail.rbegin(), tail.rend(), groups.rbegin());
  return IpAddress(groups);
}

bool IpAddress::is_ipv4() const {
  return ZerosFrom(groups_, 0) == 5 && groups_[5] == 0xffff;
}

std::string IpAddress::ToString() const {
  if (is_ipv4()) {
    return StrCat(groups_[6] >> 8, ".", groups_[6] & 255, ".", groups_[7] >> 8, ".", groups_[7] & 255);
  }
  // The longest sequence of at least two zeros is written as "::".
  std::size_t gap = groups_.size();
  std::size_t zeros = 1;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (ZerosFrom(groups_, i) > zeros) {
      gap = i;
      zeros = ZerosFrom(groups_, i);
    }
  }
  std::string text;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (i == gap) {
      text += "::";
      i += zeros - 1;
    } else {
      text += StrCat(text.empty() || text.back() == ':' ? "" : ":", absl::Hex(groups_[i]));
    }
  }
  return text;
}

IpAddress IpAddress::Network() const {
  if (is_ipv4()) return *this;
  Groups network = groups_;
  std::fill(network.begin() + 4, network.end(), std::uint16_t{0});
  return IpAddress(network);
}

}  // namespace keelson
