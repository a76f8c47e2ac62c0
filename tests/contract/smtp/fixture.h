// Test support for the SMTP provider: scripted servers and options.
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

// Returns options for an unencrypted server on this loopback port.
SmtpOptions PlainOptions(int port);
// Returns options with credentials and STARTTLS, for a server whose certificate is issued by the CA file
// `ca`.
SmtpOptions SecureOptions(int port, const std::string& ca);

// Returns a script that replies like FriendlyAnswer, but with `answer` to lines that start with `beginning`.
ScriptedSmtpServer::Script Friendly(std::string beginning, SmtpAnswer answer,
                                    std::vector<std::string> extensions = {"SIZE 10240000", "SMTPUTF8"});
ScriptedSmtpServer::Script Friendly();

Email SampleEmail();
// Returns a deadline ten seconds from now.
Deadline Soon();

// A temporary file, deleted by the destructor.
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
