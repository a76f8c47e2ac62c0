#pragma once

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace keelson::servers {

// Listens on a loopback port and serves each connection on its own thread. The destructor stops it.
class Listener {
 public:
  // A function that serves `connection` until the connection ends or `stop` becomes readable. The listener
  // closes the connection afterwards.
  using Serve = std::function<void(int connection, int stop)>;

  explicit Listener(Serve serve);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const { return port_; }
  // Number of accepted connections.
  int connections();

 private:
  void Listen();

  const Serve serve_;
  int listener_ = -1;
  int port_ = 0;
  int stop_[2] = {-1, -1};
  std::mutex mutex_;
  int connections_ = 0;
  std::vector<std::thread> served_;
  std::thread thread_;
};

}  // namespace keelson::servers
