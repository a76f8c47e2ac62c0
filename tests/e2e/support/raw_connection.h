#pragma once

#include <string>

namespace keelson::e2e {

// A TCP connection to the loopback, without gRPC's manners.
class RawConnection {
 public:
  // Not connected where nobody listens.
  explicit RawConnection(const std::string& target);
  RawConnection(RawConnection&& other) noexcept;
  RawConnection& operator=(RawConnection&&) = delete;
  ~RawConnection();

  bool connected() const { return descriptor_ >= 0; }
  // False where the other side has hung up.
  bool Send(const std::string& bytes) const;
  // Reads to the end of what comes; whether the other side has hung up in time.
  bool AwaitHangUp() const;

 private:
  int descriptor_;
};

}  // namespace keelson::e2e
