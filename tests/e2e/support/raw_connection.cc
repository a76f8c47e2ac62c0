#include "tests/e2e/support/raw_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "tests/e2e/support/await.h"

namespace keelson::e2e {
namespace {

int ConnectTcp(const std::string& target) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(target.substr(target.rfind(':') + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{kPatience.count(), 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return descriptor;
  close(descriptor);
  return -1;
}

}  // namespace

RawConnection::RawConnection(const std::string& target) : descriptor_(ConnectTcp(target)) {}

RawConnection::RawConnection(RawConnection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

RawConnection::~RawConnection() {
  if (connected()) close(descriptor_);
}

bool RawConnection::Send(const std::string& bytes) const {
  return send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool RawConnection::AwaitClose() const {
  char bytes[4096];
  ssize_t count = 0;
  do {
    count = recv(descriptor_, bytes, sizeof bytes, 0);
  } while (count > 0);
  return count == 0 || errno == ECONNRESET;
}

}  // namespace keelson::e2e
