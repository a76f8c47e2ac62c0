#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace keelson::servers {

struct EndTls {
  void operator()(SSL* tls) const { SSL_free(tls); }
};

// A connection's two directions, in the clear or over TLS. A read takes a whole record of TLS: none is left
// behind where poll does not see it.
struct Stream {
  int fd = -1;
  std::unique_ptr<SSL, EndTls> tls;

  // The bytes that went through; 0 or less where the connection has ended.
  ssize_t Read(std::span<char> buffer) const;
  ssize_t Write(std::string_view text) const;
  // The server's side of a handshake; false where the client would have no TLS.
  bool SecureWith(SSL_CTX* context);
};

// False where the server stops first.
bool AwaitInput(int fd, int stop);
// Adds to `input`; false where the connection ends or the server stops.
bool ReadMore(const Stream& stream, int stop, std::string& input);
bool WriteAll(const Stream& stream, std::string_view text);
// From now on it ends with RST instead of FIN.
void Reset(int connection);

}  // namespace keelson::servers
