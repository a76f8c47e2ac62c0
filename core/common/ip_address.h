#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keelson {

// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address ("::ffff:192.0.2.1") is the IPv4 address.
class IpAddress {
 public:
  // nullopt unless `text` is an IPv4 address with four decimal numbers, or an IPv6 address in a form of RFC
  // 4291, 2.2, without a zone.
  static std::optional<IpAddress> Parse(std::string_view text);

  // The canonical text: RFC 5952 for IPv6.
  std::string ToString() const;
  // The address that stands for all addresses of one subscriber: of an IPv6 address, the first address of its
  // /64 network; an IPv4 address unchanged.
  IpAddress Network() const;

 private:
  // The address as IPv6.
  using Groups = std::array<std::uint16_t, 8>;

  explicit IpAddress(const Groups& groups) : groups_(groups) {}
  bool is_ipv4() const;

  Groups groups_;
};

}  // namespace keelson
