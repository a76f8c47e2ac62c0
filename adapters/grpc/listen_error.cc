#include "adapters/grpc/listen_error.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "core/common/strings.h"

namespace keelson {
namespace {

// Returns 0 if the process can listen on the address, otherwise the errno.
int TryToListen(const addrinfo& address) {
  const int fd = socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol);
  if (fd < 0) return errno;
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool listens = bind(fd, address.ai_addr, address.ai_addrlen) == 0 && listen(fd, 1) == 0;
  const int error = listens ? 0 : errno;
  close(fd);
  return error;
}

}  // namespace

absl::Status ExplainListenFailure(std::string_view key, std::string_view address) {
  const std::string failed = StrCat(key, ": can't listen on ", address);
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos)
    return absl::InvalidArgumentError(StrCat(failed, ": the address must be HOST:PORT"));
  std::string host(address.substr(0, colon));
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string port(address.substr(colon + 1));

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* list = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &list); error != 0) {
    const auto code =
        error == EAI_AGAIN ? absl::StatusCode::kUnavailable : absl::StatusCode::kInvalidArgument;
    return absl::Status(code, StrCat(failed, ": ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, &freeaddrinfo);
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    if (const int error = TryToListen(*each); error != 0) {
      const auto code = error == EACCES ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kUnavailable;
      return absl::Status(code, StrCat(failed, ": ", std::strerror(error)));
    }
  }
  // This attempt to listen succeeded: the cause of the server's failure was temporary.
  return absl::UnavailableError(StrCat(failed, ": the cause was temporary; try again"));
}

}  // namespace keelson
