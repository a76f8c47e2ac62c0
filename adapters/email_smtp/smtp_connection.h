#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/email_smtp/smtp_options.h"
#include "adapters/email_smtp/smtp_reply.h"
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
  // authentication that is due, no connection is opened.
  SendOutcome Open(const SmtpOptions& options, Deadline deadline);

  // Whether the server named the extension, such as "SIZE", at its greeting.
  bool Offers(std::string_view extension) const;
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
  void SetUp(const SmtpOptions& options, const std::string& url, Deadline deadline);
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
