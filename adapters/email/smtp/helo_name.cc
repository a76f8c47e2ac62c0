#include "adapters/email/smtp/helo_name.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "core/common/host_name.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::string_view kIpv6Tag = "IPv6:";

bool IsAddress(int family, std::string_view text) {
  in6_addr address{};
  return inet_pton(family, std::string(text).c_str(), &address) == 1;
}

bool IsLiteral(std::string_view name) {
  if (!name.starts_with('[') || !name.ends_with(']')) return false;
  const std::string_view address = name.substr(1, name.size() - 2);
  return address.starts_with(kIpv6Tag) ? IsAddress(AF_INET6, address.substr(kIpv6Tag.size()))
                                       : IsAddress(AF_INET, address);
}

// Whether the name is valid on this machine only, such as localhost.localdomain.
bool IsLocal(std::string_view name) {
  return name == "localhost" || name.starts_with("localhost.") || name.ends_with(".localdomain");
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string ReadHosts() {
  std::ifstream file("/etc/hosts");
  return {std::istreambuf_iterator<char>(file), {}};
}

// Returns the address literal of this machine's source address for packets to `destination`; empty if
// `destination` is not numeric, or if there is no route. connect() on a UDP socket determines the address
// without sending a packet.
std::string SourceLiteral(const std::string& destination) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(destination.c_str(), "25", &hints, &found) != 0) return "";
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  const int fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  char text[NI_MAXHOST] = {};
  auto* const address = reinterpret_cast<sockaddr*>(&own);
  const bool known = fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0 &&
                     getsockname(fd, address, &size) == 0 &&
                     getnameinfo(address, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0;
  if (fd >= 0) close(fd);
  if (!known) return "";
  const std::string_view written(text);
  // Removes the interface of a link-local address ("%eth0").
  return StrCat("[", found->ai_family == AF_INET6 ? kIpv6Tag : "", written.substr(0, written.find('%')), "]");
}

std::string WithoutBrackets(const std::string& host) {
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

absl::Status CheckHelo(std::string_view name) {
  if (IsQualifiedHostName(name) || IsLiteral(name)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "must be a fully qualified host name such as app.example.com, or an address literal such as "
      "[192.0.2.1] or [IPv6:2001:db8::1]");
}

std::string QualifiedName(const std::string& host_name, std::string_view hosts) {
  const auto is_usable = [](std::string_view name) { return IsQualifiedHostName(name) && !IsLocal(name); };
  if (is_usable(host_name)) return host_name;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(hosts), '\n')) {
    const absl::string_view entry = line.substr(0, line.find('#'));
    const std::vector<std::string> words = absl::StrSplit(entry, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    // A line of /etc/hosts consists of an address, its canonical name, and aliases.
    const bool names_host =
        words.size() > 1 && std::any_of(words.begin() + 1, words.end(), [&](const auto& word) {
          return absl::EqualsIgnoreCase(word, host_name);
        });
    if (names_host && is_usable(words[1])) return words[1];
  }
  return "";
}

std::string DefaultHelo(const std::string& server) {
  std::string name = QualifiedName(HostName(), ReadHosts());
  if (!name.empty()) return name;
  const std::string host = server == "localhost" ? "127.0.0.1" : WithoutBrackets(server);
  // SourceLiteral fails for a host name, because a DNS lookup could block. In this case, addresses of
  // the documentation networks (RFC 5737, RFC 3849) are used instead of the server's address: packets to
  // either address usually take the default route.
  for (const std::string& destination : {host, std::string("192.0.2.1"), std::string("2001:db8::1")}) {
    std::string literal = SourceLiteral(destination);
    if (!literal.empty()) return literal;
  }
  return "[127.0.0.1]";
}

}  // namespace keelson
