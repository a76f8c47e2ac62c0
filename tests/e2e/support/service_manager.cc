#include "tests/e2e/support/service_manager.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/e2e/support/await.h"

namespace keelson::e2e {

ServiceManager::ServiceManager(const std::filesystem::path& folder)
    : path_(folder / "notify"), descriptor_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path_.size() < sizeof address.sun_path);
  std::copy(path_.begin(), path_.end(), address.sun_path);
  REQUIRE(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const timeval patience{kPatience.count(), 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

ServiceManager::~ServiceManager() {
  close(descriptor_);
}

std::string ServiceManager::Next() const {
  std::string state(4096, '\0');
  const ssize_t size = recv(descriptor_, state.data(), state.size(), 0);
  state.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return state;
}

}  // namespace keelson::e2e
