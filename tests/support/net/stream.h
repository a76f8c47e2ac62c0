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

// A connection, plaintext or TLS. A read consumes a whole TLS record, so that no data remains that poll
// cannot detect.
struct Stream {
  int fd = -1;
  std::unique_ptr<SSL, EndTls> tls;

  // Returns the number of bytes that were read; 0 or less if the connection has ended.
  ssize_t Read(std::span<char> buffer) const;
  ssize_t Write(std::string_view text) const;
  // Performs the server's TLS handshake; returns false if it fails.
  bool SecureWith(SSL_CTX* context);
};

// Blocks until `fd` is readable. Returns false if the server stops first.
bool AwaitInput(int fd, int stop);
// Reads data and appends it to `input`. Returns false if the connection ends or the server stops.
bool ReadMore(const Stream& stream, int stop, std::string& input);
bool WriteAll(const Stream& stream, std::string_view text);
// Makes a later close() of the connection send RST instead of FIN.
void Reset(int connection);

}  // namespace keelson::servers
