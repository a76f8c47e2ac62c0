#pragma once

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "adapters/support/http/http_message.h"
#include "core/common/deadline.h"

namespace keelson {

// HTTP/1.1 requests over libcurl. Connections are kept and used again; certificates are always verified; no
// redirect is followed; a proxy is taken from the environment (http_proxy, https_proxy, no_proxy).
// Thread-safe: calls at the same time have a connection each. Nothing is set up before the first call. The
// process must ignore SIGPIPE, which a connection that the other side closed may raise.
class HttpClient {
 public:
  // Of an answer's body; what is beyond is cut off.
  static constexpr std::size_t kMaxBody = std::size_t{1} << 20;

  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Blocks on the network, never past `deadline`. A request is put on the wire once at most: libcurl's own
  // repeat over a new connection, where a kept one turns out dead, is suppressed.
  HttpResult Send(const HttpRequest& request, Deadline deadline);

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  // Owns a CURL*, whose header stays out of this one.
  using Handle = std::unique_ptr<void, Close>;

  Handle Take();
  void ReleaseHandle(Handle handle);

  absl::Mutex mutex_;
  std::vector<Handle> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
