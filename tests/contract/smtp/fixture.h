// The SMTP provider before servers that say what a test wants said.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "adapters/email/smtp/smtp_email_provider.h"
#include "core/common/deadline.h"
#include "core/notifications/email_provider.h"
#include "tests/support/smtp/scripted_smtp_server.h"

namespace keelson {

using Kind = SendOutcome::Kind;
using servers::FriendlyAnswer;
using servers::ScriptedSmtpServer;
using servers::SmtpAnswer;

inline constexpr char kUser[] = "keelson";
inline constexpr char kPassword[] = "P4ssword-that-nobody-may-see";

// For a server in the clear on this port of the loopback.
SmtpOptions PlainOptions(int port);
// With credentials, over STARTTLS to whom the file `ca` vouches for.
SmtpOptions SecureOptions(int port, const std::string& ca);

// As FriendlyAnswer, but that a line that begins so is answered by `answer`.
ScriptedSmtpServer::Script Friendly(std::string beginning, SmtpAnswer answer,
                                    std::vector<std::string> extensions = {"SIZE 10240000", "SMTPUTF8"});
ScriptedSmtpServer::Script Friendly();

Email SampleEmail();
// From now, ten seconds.
Deadline Soon();

// A file that lasts as long as this.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace keelson
