#include "tests/contract/smtp/fixture.h"

#include <stdlib.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "absl/time/clock.h"

namespace keelson {
namespace {

// Ignores SIGPIPE like the service, and ignores the machine's proxies.
const bool kPrepared = [] {
  std::signal(SIGPIPE, SIG_IGN);
  for (const char* name : {"all_proxy", "ALL_PROXY", "smtp_proxy", "SMTP_PROXY"}) unsetenv(name);
  return true;
}();

}  // namespace

SmtpOptions PlainOptions(int port) {
  SmtpOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.tls = SmtpOptions::Tls::kNone;
  return options;
}

SmtpOptions SecureOptions(int port, const std::string& ca) {
  SmtpOptions options = PlainOptions(port);
  options.tls = SmtpOptions::Tls::kStartTls;
  options.ca = ca;
  options.username = kUser;
  options.password = Secret(kPassword);
  return options;
}

ScriptedSmtpServer::Script Friendly(std::string beginning, SmtpAnswer answer,
                                    std::vector<std::string> extensions) {
  return [beginning = std::move(beginning), answer = std::move(answer),
          extensions = std::move(extensions)](const std::string& line) {
    return line.starts_with(beginning) ? answer : FriendlyAnswer(line, extensions);
  };
}

ScriptedSmtpServer::Script Friendly() {
  return Friendly("(nothing)", {});
}

Email SampleEmail() {
  Email email;
  email.id = *MessageId::Parse("message_01hf7yat00e8r8e2dhp52c4m2r");
  email.from = "\"Kéelson, \\\"Inc\\\"\" <no-reply@example.com>";
  email.to = "ada@bücher.example";
  email.content = {"Grüße ✓", "Hello\n.dot", "<p>Hello</p>", "de"};
  email.date = absl::FromUnixSeconds(1700000000);
  return email;
}

Deadline Soon() {
  return Deadline::After(absl::Seconds(10));
}

TemporaryFile::TemporaryFile(const std::string& content)
    : path_((std::filesystem::temp_directory_path() / "keelson-smtp-XXXXXX").string()) {
  const int fd = mkstemp(path_.data());
  if (fd < 0 || !(std::ofstream(path_) << content << std::flush)) throw std::runtime_error(path_);
  close(fd);
}

TemporaryFile::~TemporaryFile() {
  std::filesystem::remove(path_);
}

}  // namespace keelson
