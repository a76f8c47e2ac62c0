#include "adapters/support/http/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "adapters/support/http/curl_library.h"
#include "adapters/support/http/http_syntax.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr absl::Duration kConnectTimeout = absl::Seconds(10);
// Servers close idle connections at any time. The longer a connection is idle, the likelier the next request
// on it fails.
constexpr long kMaxIdleSeconds = 30;
constexpr std::size_t kMaxIdleHandles = 64;
constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

// State of one request, filled by libcurl's callbacks.
struct Exchange {
  HttpResponse response;
  std::size_t header_bytes = 0;
  // Number of connections on which libcurl was about to send the request.
  int connections = 0;
};

std::size_t OnBody(char* data, std::size_t, std::size_t size, void* context) {
  HttpResponse& response = static_cast<Exchange*>(context)->response;
  const std::size_t remaining = HttpClient::kMaxBody - response.body.size();
  response.body.append(data, std::min(size, remaining));
  response.truncated = size > remaining;
  return response.truncated ? 0 : size;
}

std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* context) {
  Exchange& exchange = *static_cast<Exchange*>(context);
  const std::string_view line(data, size);
  exchange.header_bytes += size;
  if (exchange.header_bytes > kMaxHeaderBytes) return 0;
  // A proxy's response or "100 Continue" may precede the final response; only the headers of the final
  // response are kept.
  if (line.starts_with("HTTP/")) exchange.response.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  exchange.response.headers.push_back(
      {absl::AsciiStrToLower(ToAbsl(line.substr(0, colon))),
       std::string(absl::StripAsciiWhitespace(ToAbsl(line.substr(colon + 1))))});
  return size;
}

// Aborts the request when libcurl retries it on a second connection, because the first connection may already
// have sent the request.
int AllowOnce(void* context, char*, char*, int, int) {
  return static_cast<Exchange*>(context)->connections++ == 0 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

// Returns null if memory is exhausted.
HeaderList MakeHeaders(const HttpRequest& request) {
  curl_slist* list = nullptr;
  for (const HttpHeader& header : request.headers) {
    curl_slist* const longer = curl_slist_append(list, StrCat(header.name, ": ", header.value).c_str());
    if (longer == nullptr) {
      curl_slist_free_all(list);
      return nullptr;
    }
    list = longer;
  }
  return HeaderList(list);
}

void SetRequest(CURL* curl, const HttpRequest& request, const curl_slist* headers) {
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  if (request.method == "POST") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  if (!request.aws_signature) return;
  const AwsSignature& aws = *request.aws_signature;
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, StrCat("aws:amz:", aws.region, ":", aws.service).c_str());
  curl_easy_setopt(curl, CURLOPT_USERNAME, aws.access_key_id.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, aws.secret_access_key.c_str());
}

void SetBounds(CURL* curl, absl::Duration left) {
  const auto milliseconds = [](absl::Duration duration) {
    return static_cast<long>(std::clamp<std::int64_t>(absl::ToInt64Milliseconds(duration), 1, 86'400'000));
  };
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds(left));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(left, kConnectTimeout)));
  // At the timeout, libcurl must not wait for its resolver thread to finish a DNS lookup.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, kMaxIdleSeconds);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "keelson");
}

void SetCallbacks(CURL* curl, Exchange& exchange) {
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, &AllowOnce);
  curl_easy_setopt(curl, CURLOPT_PREREQDATA, &exchange);
}

// Whether libcurl sent any byte of the request, on this connection or on an earlier one.
bool AnySent(CURL* curl, const Exchange& exchange) {
  long request_bytes = 0;
  curl_off_t body_bytes = 0;
  curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request_bytes);
  curl_easy_getinfo(curl, CURLINFO_SIZE_UPLOAD_T, &body_bytes);
  return exchange.connections > 1 || (exchange.connections == 1 && (request_bytes > 0 || body_bytes > 0));
}

HttpFailure NothingSent(std::string reason) {
  return {.may_have_arrived = false, .reason = std::move(reason)};
}

HttpFailure Malformed(std::string reason) {
  return {.may_have_arrived = false, .malformed = true, .reason = std::move(reason)};
}

HttpResult Perform(CURL* curl, Exchange& exchange) {
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK && !exchange.response.truncated) {
    return HttpFailure{
        .may_have_arrived = AnySent(curl, exchange), .malformed = false, .reason = curl_easy_strerror(code)};
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  exchange.response.status = static_cast<int>(status);
  return std::move(exchange.response);
}

bool HasPlainHeaders(const HttpRequest& request) {
  return std::all_of(request.headers.begin(), request.headers.end(), [](const HttpHeader& header) {
    return IsHeaderValue(header.name) && IsHeaderValue(header.value);
  });
}

}  // namespace

std::string_view HttpResponse::Header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [name](const HttpHeader& header) { return header.name == name; });
  return found == headers.end() ? std::string_view() : found->value;
}

void HttpClient::Close::operator()(void* handle) const {
  curl_easy_cleanup(handle);
}

HttpClient::HttpClient() = default;
HttpClient::~HttpClient() = default;

HttpClient::Handle HttpClient::TakeHandle() {
  if (!CurlIsReady()) return nullptr;
  const absl::MutexLock lock(&mutex_);
  if (idle_.empty()) return Handle(curl_easy_init());
  Handle handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

void HttpClient::ReleaseHandle(Handle handle) {
  // Clears credentials and bodies from the handle; its connection stays open.
  curl_easy_reset(handle.get());
  const absl::MutexLock lock(&mutex_);
  if (idle_.size() < kMaxIdleHandles) idle_.push_back(std::move(handle));
}

HttpResult HttpClient::Send(const HttpRequest& request, Deadline deadline) {
  if (deadline.expired()) return NothingSent("the deadline expired before the attempt");
  if (!IsHttpUrl(request.url)) return Malformed("the URL must be an http:// or https:// URL with a host");
  if (!HasPlainHeaders(request))
    return Malformed("a header contains a character that is not printable ASCII");
  Handle handle = TakeHandle();
  const HeaderList headers = MakeHeaders(request);
  if (handle == nullptr || (headers == nullptr && !request.headers.empty())) {
    return NothingSent("libcurl could not be initialized, or memory is exhausted");
  }
  Exchange exchange;
  SetRequest(handle.get(), request, headers.get());
  SetBounds(handle.get(), deadline.remaining());
  SetCallbacks(handle.get(), exchange);
  HttpResult result = Perform(handle.get(), exchange);
  ReleaseHandle(std::move(handle));
  return result;
}

}  // namespace keelson
