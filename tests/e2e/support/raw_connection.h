#pragma once

#include <string>

namespace keelson::e2e {

// A TCP connection to a loopback port, for bytes that are not valid gRPC.
class RawConnection {
 public:
  // Connects to `target` ("127.0.0.1:PORT"). connected() is false if no process listens on the port.
  explicit RawConnection(const std::string& target);
  RawConnection(RawConnection&& other) noexcept;
  RawConnection& operator=(RawConnection&&) = delete;
  ~RawConnection();

  bool connected() const { return descriptor_ >= 0; }
  // Returns false if the peer has closed the connection.
  bool Send(const std::string& bytes) const;
  // Reads until the peer closes the connection; returns false on a timeout.
  bool AwaitClose() const;

 private:
  int descriptor_;
};

}  // namespace keelson::e2e
