#include "tests/support/net/stream.h"

#include <poll.h>
#include <sys/socket.h>

namespace keelson::servers {

ssize_t Stream::Read(std::span<char> buffer) const {
  if (tls) return SSL_read(tls.get(), buffer.data(), static_cast<int>(buffer.size()));
  return recv(fd, buffer.data(), buffer.size(), 0);
}

ssize_t Stream::Write(std::string_view text) const {
  if (tls) return SSL_write(tls.get(), text.data(), static_cast<int>(text.size()));
  return send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

bool Stream::SecureWith(SSL_CTX* context) {
  tls.reset(SSL_new(context));
  SSL_set_fd(tls.get(), fd);
  return SSL_accept(tls.get()) == 1;
}

bool AwaitInput(int fd, int stop) {
  pollfd polled[] = {{.fd = fd, .events = POLLIN, .revents = 0},
                     {.fd = stop, .events = POLLIN, .revents = 0}};
  while (poll(polled, 2, -1) < 0) {
  }
  return polled[1].revents == 0;
}

bool ReadMore(const Stream& stream, int stop, std::string& input) {
  if (!AwaitInput(stream.fd, stop)) return false;
  char buffer[SSL3_RT_MAX_PLAIN_LENGTH];
  const ssize_t size = stream.Read(buffer);
  if (size > 0) input.append(buffer, static_cast<std::size_t>(size));
  return size > 0;
}

bool WriteAll(const Stream& stream, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = stream.Write(text);
    if (size <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

void Reset(int connection) {
  const linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace keelson::servers
