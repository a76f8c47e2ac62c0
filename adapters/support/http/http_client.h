#pragma once

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "adapters/support/http/http_message.h"
#include "core/common/deadline.h"

namespace keelson {

// HTTP/1.1 client over libcurl. Reuses idle connections, always verifies certificates, follows no redirects,
// and uses the proxy of the environment (http_proxy, https_proxy, no_proxy). Thread-safe: each concurrent
// call has its own connection. libcurl is initialized at the first call. The process must ignore SIGPIPE,
// because a write to a connection that the peer closed raises SIGPIPE.
class HttpClient {
 public:
  // Maximum size of a response body in bytes; a longer body is truncated.
  static constexpr std::size_t kMaxBody = std::size_t{1} << 20;

  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends the request and receives the response. Blocks until `deadline` at the latest. Sends a request at
  // most once: libcurl's automatic retry over a new connection, after a reused connection turned out to be
  // closed, is disabled.
  HttpResult Send(const HttpRequest& request, Deadline deadline);

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  // Owns a CURL*. The type void keeps curl.h out of this header.
  using Handle = std::unique_ptr<void, Close>;

  Handle TakeHandle();
  void ReleaseHandle(Handle handle);

  absl::Mutex mutex_;
  std::vector<Handle> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
