#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/email/smtp/smtp_options.h"
#include "adapters/email/smtp/smtp_reply.h"
#include "core/common/deadline.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// A connection to an SMTP server. libcurl opens the connection, including TLS and authentication, and
// transfers bytes. This class sends the commands itself, because libcurl does not report in which phase a
// message failed. Not thread-safe. The process must ignore SIGPIPE, because a write to a connection that the
// peer closed raises SIGPIPE.
class SmtpConnection {
 public:
  SmtpConnection() = default;
  // Sends QUIT if the server expects a command. Does not wait for the reply.
  ~SmtpConnection();
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  // Connects, with TLS and authentication as configured. Call once. Returns kAccepted if the server is ready
  // for commands. Fails if the server does not offer the configured TLS mode, or offers no authentication
  // although a user name is configured. Authenticates with PLAIN or LOGIN if the server offers one of them,
  // else with CRAM-MD5, DIGEST-MD5 or NTLM; never with mechanisms that need more than a password, such as
  // GSSAPI. Blocks until `deadline` at the latest.
  SendOutcome Open(const SmtpOptions& options, Deadline deadline);

  // Returns the parameters of the extension (such as "SIZE") in the server's reply to EHLO; nullopt if the
  // server does not offer the extension.
  std::optional<std::string_view> Parameter(std::string_view extension) const;
  bool Offers(std::string_view extension) const { return Parameter(extension).has_value(); }
  // Whether the connection can be reused: the server has neither closed it nor sent unexpected data.
  bool IsUsable();
  // Sends a command line and reads the reply. Without a reply, the result has the code 0 and the reason.
  SmtpReply SendCommand(std::string_view command, Deadline deadline);
  // Sends raw bytes. Returns false if the connection closed or the deadline expired first.
  bool Write(std::string_view bytes, Deadline deadline);

 private:
  struct Close {
    void operator()(void* handle) const;
  };

  static std::size_t OnReplyLine(char* data, std::size_t, std::size_t size, void* context);
  SendOutcome Connect(const SmtpOptions& options, const std::string& url, const char* mechanisms,
                      Deadline deadline);
  void SetUp(const SmtpOptions& options, const std::string& url, const char* mechanisms, Deadline deadline);
  bool OffersOtherMechanisms() const;
  SmtpReply Read(Deadline deadline);
  // Receives bytes into input_. Returns the reason of a failure; empty on success.
  std::string_view Receive(Deadline deadline);
  bool WaitForSocket(short events, Deadline deadline);

  // Owns a CURL*. The type void keeps curl.h out of this header.
  std::unique_ptr<void, Close> handle_;
  ReplyReader reader_;
  // The last reply that libcurl received while it opened the connection.
  SmtpReply greeting_;
  SmtpReply ehlo_reply_;
  // Received bytes that are not parsed yet.
  std::string input_;
  bool takes_commands_ = false;
};

}  // namespace keelson
