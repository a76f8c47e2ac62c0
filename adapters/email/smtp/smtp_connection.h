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

// A connection to an SMTP server. libcurl connects, secures and authenticates it and carries its bytes; the
// commands after that are spoken here, so that it is known how far each message came. Not thread-safe. The
// process must ignore SIGPIPE, which a connection that the other side closed may raise.
class SmtpConnection {
 public:
  SmtpConnection() = default;
  // Says QUIT where a command may follow, and waits for nothing.
  ~SmtpConnection();
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  // To be called once. kAccepted: the server takes commands. Without TLS where it is due, or without the
  // authentication that is due, no connection is opened. Authenticates by PLAIN or LOGIN where the server
  // offers either, else by CRAM-MD5, DIGEST-MD5 or NTLM; never by what needs more than a password, such as
  // GSSAPI.
  SendOutcome Open(const SmtpOptions& options, Deadline deadline);

  // What follows the extension, such as "SIZE", in the server's reply to EHLO; nothing where it is not
  // offered.
  std::optional<std::string_view> Parameter(std::string_view extension) const;
  bool Offers(std::string_view extension) const { return Parameter(extension).has_value(); }
  // False where the server has ended it, or says what nobody asked for.
  bool IsQuiet();
  // Sends a line and reads the reply to it.
  SmtpReply Ask(std::string_view command, Deadline deadline);
  // False where the connection ended, or not all was taken by `deadline`.
  bool Write(std::string_view bytes, Deadline deadline);

 private:
  struct Close {
    void operator()(void* handle) const;
  };

  static std::size_t TakeGreetingLine(char* data, std::size_t, std::size_t size, void* context);
  SendOutcome Connect(const SmtpOptions& options, const std::string& url, const char* mechanisms,
                      Deadline deadline);
  void SetUp(const SmtpOptions& options, const std::string& url, const char* mechanisms, Deadline deadline);
  bool OffersOtherMechanisms() const;
  SmtpReply Read(Deadline deadline);
  // Why nothing came; empty where something did.
  std::string_view Receive(Deadline deadline);
  bool AwaitSocket(short events, Deadline deadline);

  // Owns a CURL*, whose header stays out of this one.
  std::unique_ptr<void, Close> handle_;
  ReplyReader reader_;
  // The last reply while it is opened, and the last to EHLO.
  SmtpReply greeting_;
  SmtpReply hello_;
  // Received and not yet read.
  std::string input_;
  bool takes_commands_ = false;
};

}  // namespace keelson
