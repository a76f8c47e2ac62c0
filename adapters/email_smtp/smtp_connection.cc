#include "adapters/email_smtp/smtp_connection.h"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "adapters/email_smtp/smtp_verdict.h"
#include "adapters/http/curl_library.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// RFC 5321 (4.5.3.2) has five minutes for most commands; the deadline is sooner, as a rule.
constexpr long kReplySeconds = 300;
// RFC 5321 has 512; servers say more.
constexpr std::size_t kMaxLine = 8192;
// One record of TLS: what libcurl could not write must come again as it was.
constexpr std::size_t kPiece = 16384;

SendOutcome Outcome(Kind kind, std::string_view error) {
  SendOutcome outcome;
  outcome.kind = kind;
  outcome.error = error;
  return outcome;
}

// Nothing where the host is no host's name or address.
std::optional<std::string> UrlOf(const SmtpOptions& options) {
  const bool ipv6 = options.host.find(':') != std::string::npos && !options.host.starts_with('[');
  const std::string host = ipv6 ? StrCat("[", options.host, "]") : options.host;
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  const char* scheme = options.tls == SmtpOptions::Tls::kImplicit ? "smtps" : "smtp";
  char* text = nullptr;
  const bool made = curl_url_set(url.get(), CURLUPART_SCHEME, scheme, 0) == CURLUE_OK &&
                    curl_url_set(url.get(), CURLUPART_HOST, host.c_str(), 0) == CURLUE_OK &&
                    curl_url_set(url.get(), CURLUPART_PORT, StrCat(options.port).c_str(), 0) == CURLUE_OK &&
                    curl_url_get(url.get(), CURLUPART_URL, &text, 0) == CURLUE_OK;
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return made ? std::optional<std::string>(text) : std::nullopt;
}

// `reply` is the last one that came.
SendOutcome NotOpened(CURLcode code, const SmtpReply& reply) {
  if (reply.code >= 400) return Refusal(SmtpPhase::kConnect, reply);
  switch (code) {
    // The server offers no TLS, or no mechanism that is known here.
    case CURLE_USE_SSL_FAILED:
    case CURLE_LOGIN_DENIED:
    case CURLE_SSL_CACERT_BADFILE:
      return Outcome(Kind::kConfig, curl_easy_strerror(code));
    default:
      return Outcome(Kind::kUnreachable, curl_easy_strerror(code));
  }
}

}  // namespace

void SmtpConnection::Close::operator()(void* handle) const {
  curl_easy_cleanup(handle);
}

SmtpConnection::~SmtpConnection() {
  constexpr std::string_view kQuit = "QUIT\r\n";
  std::size_t sent = 0;
  if (takes_commands_) curl_easy_send(handle_.get(), kQuit.data(), kQuit.size(), &sent);
}

std::size_t SmtpConnection::TakeGreetingLine(char* data, std::size_t, std::size_t size, void* context) {
  SmtpConnection& connection = *static_cast<SmtpConnection*>(context);
  const ReplyReader::State state = connection.reader_.Add({data, size});
  if (state == ReplyReader::State::kBroken) return 0;
  if (state == ReplyReader::State::kFinished) {
    connection.greeting_ = connection.reader_.reply();
    if (connection.greeting_.code == 250) connection.hello_ = connection.greeting_;
  }
  return size;
}

void SmtpConnection::SetUp(const SmtpOptions& options, const std::string& url, Deadline deadline) {
  CURL* const curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max(1, deadline.PollMilliseconds())));
  curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, kReplySeconds);
  // A name that is still being looked up when the time is over is left to its thread.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  const bool starttls = options.tls == SmtpOptions::Tls::kStartTls;
  curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca.c_str());
  if (!options.username.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, options.username.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, std::string(options.password.Reveal()).c_str());
  }
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &SmtpConnection::TakeGreetingLine);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
}

SendOutcome SmtpConnection::Open(const SmtpOptions& options, Deadline deadline) {
  if (deadline.expired()) return Outcome(Kind::kUnreachable, "no time was left");
  if (CurlIsReady()) handle_.reset(curl_easy_init());
  if (handle_ == nullptr) return Outcome(Kind::kUnreachable, "libcurl could not be set up");
  const std::optional<std::string> url = UrlOf(options);
  if (!url) return Outcome(Kind::kConfig, "the SMTP server's host is no name or address");
  SetUp(options, *url, deadline);
  const CURLcode code = curl_easy_perform(handle_.get());
  if (code != CURLE_OK) return NotOpened(code, greeting_);
  takes_commands_ = true;
  // libcurl goes on where the server names no authentication at all.
  if (!options.username.empty() && greeting_.code != 235) {
    return Outcome(Kind::kConfig, "the server offers no authentication");
  }
  return Outcome(Kind::kAccepted, "");
}

bool SmtpConnection::Offers(std::string_view extension) const {
  return std::any_of(hello_.lines.begin(), hello_.lines.end(), [extension](const std::string& line) {
    const std::string_view word = std::string_view(line).substr(0, line.find(' '));
    return absl::EqualsIgnoreCase(ToAbsl(word), ToAbsl(extension));
  });
}

bool SmtpConnection::IsQuiet() {
  return input_.empty() && !AwaitSocket(POLLIN, Deadline::After(absl::ZeroDuration()));
}

SmtpReply SmtpConnection::Ask(std::string_view command, Deadline deadline) {
  // Or the next reply would be taken for this command's.
  if (!input_.empty()) return NoReply("the server speaks unasked");
  if (!Write(StrCat(command, "\r\n"), deadline)) return NoReply("the connection ended, or the time was over");
  return Read(deadline);
}

bool SmtpConnection::Write(std::string_view bytes, Deadline deadline) {
  takes_commands_ = false;
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const CURLcode code = curl_easy_send(handle_.get(), bytes.data(), std::min(bytes.size(), kPiece), &sent);
    if (code == CURLE_AGAIN) {
      if (!AwaitSocket(POLLOUT, deadline)) return false;
    } else if (code != CURLE_OK) {
      return false;
    } else {
      bytes.remove_prefix(sent);
    }
  }
  return true;
}

SmtpReply SmtpConnection::Read(Deadline deadline) {
  for (;;) {
    const std::size_t end = input_.find('\n');
    if (end == std::string::npos) {
      if (input_.size() > kMaxLine) return NoReply("an answer that is not SMTP");
      const std::string_view trouble = Receive(deadline);
      if (!trouble.empty()) return NoReply(trouble);
      continue;
    }
    const ReplyReader::State state = reader_.Add(std::string_view(input_).substr(0, end));
    input_.erase(0, end + 1);
    if (state == ReplyReader::State::kBroken) return NoReply("an answer that is not SMTP");
    if (state == ReplyReader::State::kUnfinished) continue;
    const SmtpReply& reply = reader_.reply();
    // After 354 the message is due, and after 421 the end.
    takes_commands_ = reply.code != 354 && reply.code != 421;
    return reply;
  }
}

std::string_view SmtpConnection::Receive(Deadline deadline) {
  char buffer[4096];
  std::size_t size = 0;
  CURLcode code = CURLE_AGAIN;
  while ((code = curl_easy_recv(handle_.get(), buffer, sizeof buffer, &size)) == CURLE_AGAIN) {
    if (!AwaitSocket(POLLIN, deadline)) return "no answer came in time";
  }
  if (code != CURLE_OK || size == 0) return "the connection ended";
  input_.append(buffer, size);
  return "";
}

bool SmtpConnection::AwaitSocket(short events, Deadline deadline) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(handle_.get(), CURLINFO_ACTIVESOCKET, &socket);
  pollfd polled = {.fd = socket, .events = events, .revents = 0};
  int ready = 0;
  do {
    ready = poll(&polled, 1, deadline.PollMilliseconds());
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace keelson
