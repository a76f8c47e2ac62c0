#include "tests/support/postgres/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <random>
#include <stdexcept>

namespace keelson::servers {
namespace {

// The ports are below the kernel's ephemeral ports (from 32768 on). A client that repeatedly connects to a
// closed ephemeral port may connect to itself, and then the port is in use when the server starts again.
constexpr int kLowest = 20'000;
constexpr int kHighest = 32'000;
constexpr int kTries = 1000;

bool CanListen(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool bound = bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(descriptor);
  return bound;
}

}  // namespace

int FreePort() {
  std::random_device random;
  std::uniform_int_distribution<int> any(kLowest, kHighest);
  for (int i = 0; i < kTries; ++i) {
    if (const int port = any(random); CanListen(port)) return port;
  }
  throw std::runtime_error("no free port");
}

}  // namespace keelson::servers
