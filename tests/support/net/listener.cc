#include "tests/support/net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "tests/support/net/stream.h"

namespace keelson::servers {

Listener::Listener(Serve serve) : serve_(std::move(serve)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0 || pipe2(stop_, O_CLOEXEC) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("can't listen on a loopback port");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Listen(); });
}

Listener::~Listener() {
  close(stop_[1]);
  thread_.join();
  for (std::thread& thread : served_) thread.join();
  close(listener_);
  close(stop_[0]);
}

int Listener::connections() {
  const std::lock_guard lock(mutex_);
  return connections_;
}

void Listener::Listen() {
  while (AwaitInput(listener_, stop_[0])) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const std::lock_guard lock(mutex_);
    ++connections_;
    served_.emplace_back([this, connection] {
      serve_(connection, stop_[0]);
      close(connection);
    });
  }
}

}  // namespace keelson::servers
