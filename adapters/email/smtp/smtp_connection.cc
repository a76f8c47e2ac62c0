#include "adapters/email/smtp/smtp_connection.h"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "adapters/email/mime/unsendable.h"
#include "adapters/email/smtp/smtp_url.h"
#include "adapters/email/smtp/smtp_verdict.h"
#include "adapters/support/http/curl_library.h"
#include "core/common/host_name.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using Kind = SendOutcome::Kind;

// RFC 5321 (4.5.3.2) recommends five minutes for most commands. The deadline is usually shorter.
constexpr long kReplySeconds = 300;
// RFC 5321 limits a reply line to 512 bytes; some servers send longer lines.
constexpr std::size_t kMaxLine = 8192;
// Maximum number of bytes per write: one TLS record, because after CURLE_AGAIN the same bytes must be written
// again.
constexpr std::size_t kPiece = 16384;
// Without a restriction to some mechanisms, libcurl prefers GSSAPI for a user name with an @, and tries no
// other mechanism if GSSAPI fails.
constexpr const char* kPlainMechanisms = "AUTH=PLAIN;AUTH=LOGIN";
constexpr const char* kOtherMechanisms = "AUTH=CRAM-MD5;AUTH=DIGEST-MD5;AUTH=NTLM";

SendOutcome Outcome(Kind kind, std::string_view error) {
  SendOutcome outcome;
  outcome.kind = kind;
  outcome.error = error;
  return outcome;
}

// Whether the password would be sent unencrypted over the network.
bool ExposesPassword(const SmtpOptions& options) {
  return !options.username.empty() && options.tls == SmtpOptions::Tls::kNone && !IsLoopbackHost(options.host);
}

// Returns the outcome of a connection that failed to open. `reply` is the last received reply; its code is 0
// if there was none.
SendOutcome NotOpened(CURLcode code, const SmtpReply& reply) {
  if (reply.code >= 400) return ErrorOutcome(SmtpPhase::kConnect, reply);
  switch (code) {
    case CURLE_LOGIN_DENIED:
      return Outcome(Kind::kConfig, "the server offers no supported authentication mechanism");
    // The server offers no TLS, or the CA file can't be read.
    case CURLE_USE_SSL_FAILED:
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

std::size_t SmtpConnection::OnReplyLine(char* data, std::size_t, std::size_t size, void* context) {
  SmtpConnection& connection = *static_cast<SmtpConnection*>(context);
  const ReplyReader::State state = connection.reader_.Add({data, size});
  if (state == ReplyReader::State::kBroken) return 0;
  if (state == ReplyReader::State::kFinished) {
    connection.greeting_ = connection.reader_.reply();
    if (connection.greeting_.code == 250) connection.ehlo_reply_ = connection.greeting_;
  }
  return size;
}

void SmtpConnection::SetUp(const SmtpOptions& options, const std::string& url, const char* mechanisms,
                           Deadline deadline) {
  CURL* const curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max(1, deadline.PollMilliseconds())));
  curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, kReplySeconds);
  // At the timeout, libcurl must not wait for its resolver thread to finish a DNS lookup.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  const bool starttls = options.tls == SmtpOptions::Tls::kStartTls;
  curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca.c_str());
  if (!options.username.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, options.username.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, std::string(options.password.Reveal()).c_str());
    curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, mechanisms);
  }
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &SmtpConnection::OnReplyLine);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
}

SendOutcome SmtpConnection::Open(const SmtpOptions& options, Deadline deadline) {
  const absl::StatusOr<std::string> url = SmtpUrl(options);
  if (!url.ok()) return Unsendable(url.status());
  if (ExposesPassword(options)) {
    return Outcome(Kind::kConfig,
                   "the password would be sent unencrypted: set email.smtp.tls to starttls or implicit");
  }
  SendOutcome opened = Connect(options, *url, kPlainMechanisms, deadline);
  if (opened.kind != Kind::kConfig || options.username.empty() || !OffersOtherMechanisms()) return opened;
  return Connect(options, *url, kOtherMechanisms, deadline);
}

SendOutcome SmtpConnection::Connect(const SmtpOptions& options, const std::string& url,
                                    const char* mechanisms, Deadline deadline) {
  if (deadline.expired()) return Outcome(Kind::kUnreachable, "the deadline expired before the attempt");
  if (CurlIsReady()) handle_.reset(curl_easy_init());
  if (handle_ == nullptr) return Outcome(Kind::kUnreachable, "libcurl could not be initialized");
  reader_ = ReplyReader();
  greeting_ = ehlo_reply_ = SmtpReply();
  SetUp(options, url, mechanisms, deadline);
  const CURLcode code = curl_easy_perform(handle_.get());
  if (code != CURLE_OK) return NotOpened(code, greeting_);
  takes_commands_ = true;
  // libcurl continues without authentication if the server does not offer the AUTH extension.
  if (!options.username.empty() && greeting_.code != 235) {
    return Outcome(Kind::kConfig,
                   "the server offers no authentication (AUTH), but email.smtp.username is set");
  }
  return Outcome(Kind::kAccepted, "");
}

// Whether the last reply is the reply to EHLO and offers authentication mechanisms, but none of
// kPlainMechanisms.
bool SmtpConnection::OffersOtherMechanisms() const {
  const std::optional<std::string_view> offered = Parameter("AUTH");
  if (!offered || greeting_.code != 250) return false;
  const std::vector<absl::string_view> mechanisms = absl::StrSplit(ToAbsl(*offered), ' ');
  return std::none_of(mechanisms.begin(), mechanisms.end(), [](absl::string_view mechanism) {
    return absl::EqualsIgnoreCase(mechanism, "PLAIN") || absl::EqualsIgnoreCase(mechanism, "LOGIN");
  });
}

std::optional<std::string_view> SmtpConnection::Parameter(std::string_view extension) const {
  for (const std::string_view line : ehlo_reply_.lines) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (absl::EqualsIgnoreCase(ToAbsl(line.substr(0, end)), ToAbsl(extension))) {
      return line.substr(std::min(end + 1, line.size()));
    }
  }
  return std::nullopt;
}

bool SmtpConnection::IsUsable() {
  return input_.empty() && !WaitForSocket(POLLIN, Deadline::After(absl::ZeroDuration()));
}

SmtpReply SmtpConnection::SendCommand(std::string_view command, Deadline deadline) {
  // Unread input would be mistaken for the reply to this command.
  if (!input_.empty()) return NoReply("the server sent a reply without a command");
  if (!Write(StrCat(command, "\r\n"), deadline))
    return NoReply("the connection closed or the deadline expired");
  return Read(deadline);
}

bool SmtpConnection::Write(std::string_view bytes, Deadline deadline) {
  takes_commands_ = false;
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const CURLcode code = curl_easy_send(handle_.get(), bytes.data(), std::min(bytes.size(), kPiece), &sent);
    if (code == CURLE_AGAIN) {
      if (!WaitForSocket(POLLOUT, deadline)) return false;
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
      if (input_.size() > kMaxLine) return NoReply("the server's reply is not valid SMTP");
      const std::string_view failure = Receive(deadline);
      if (!failure.empty()) return NoReply(failure);
      continue;
    }
    const ReplyReader::State state = reader_.Add(std::string_view(input_).substr(0, end));
    input_.erase(0, end + 1);
    if (state == ReplyReader::State::kBroken) return NoReply("the server's reply is not valid SMTP");
    if (state == ReplyReader::State::kUnfinished) continue;
    const SmtpReply& reply = reader_.reply();
    // After 354, the server expects the message; after 421, the server closes the connection.
    takes_commands_ = reply.code != 354 && reply.code != 421;
    return reply;
  }
}

std::string_view SmtpConnection::Receive(Deadline deadline) {
  char buffer[4096];
  std::size_t size = 0;
  CURLcode code = CURLE_AGAIN;
  while ((code = curl_easy_recv(handle_.get(), buffer, sizeof buffer, &size)) == CURLE_AGAIN) {
    if (!WaitForSocket(POLLIN, deadline)) return "no reply before the deadline";
  }
  if (code != CURLE_OK || size == 0) return "the connection closed";
  input_.append(buffer, size);
  return "";
}

bool SmtpConnection::WaitForSocket(short events, Deadline deadline) {
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
