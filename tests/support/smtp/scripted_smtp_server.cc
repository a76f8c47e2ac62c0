#include "tests/support/smtp/scripted_smtp_server.h"

#include <algorithm>
#include <utility>

namespace keelson::servers {
namespace {

constexpr std::string_view kEndOfMessage = "\r\n.\r\n";

bool ReadLine(const Stream& stream, int stop, std::string& input, std::string& line) {
  std::size_t end = 0;
  while ((end = input.find("\r\n")) == std::string::npos) {
    if (!ReadMore(stream, stop, input)) return false;
  }
  line = input.substr(0, end);
  input.erase(0, end + 2);
  return true;
}

bool IsCommand(const std::string& line, std::string_view command) {
  return line.starts_with(command);
}

}  // namespace

ScriptedSmtpServer::ScriptedSmtpServer(Script script, Tls tls, std::shared_ptr<SSL_CTX> context)
    : script_(std::move(script)),
      tls_(tls),
      context_(std::move(context)),
      listener_([this](int connection, int stop) { Serve(connection, stop); }) {}

std::vector<ScriptedSmtpServer::Heard> ScriptedSmtpServer::heard() {
  const std::lock_guard lock(mutex_);
  return heard_;
}

bool ScriptedSmtpServer::HeardAny(std::string_view beginning) {
  const std::lock_guard lock(mutex_);
  return std::any_of(heard_.begin(), heard_.end(),
                     [beginning](const Heard& heard) { return heard.line.starts_with(beginning); });
}

std::vector<std::string> ScriptedSmtpServer::messages() {
  const std::lock_guard lock(mutex_);
  return messages_;
}

bool ScriptedSmtpServer::Say(const Stream& stream, int stop, const SmtpAnswer& answer) {
  using Act = SmtpAnswer::Act;
  if (!answer.text.empty() && !WriteAll(stream, answer.text + "\r\n")) return false;
  if (answer.act == Act::kReset) Reset(stream.fd);
  if (answer.act == Act::kStall) AwaitInput(stop, stop);
  return answer.act == Act::kReply;
}

bool ScriptedSmtpServer::TakeMessage(const Stream& stream, int stop, std::string& input) {
  // The CRLF before the final dot may be the end of the line DATA.
  input.insert(0, "\r\n");
  while (input.size() == 2) {
    if (!ReadMore(stream, stop, input)) return false;
  }
  if (!Say(stream, stop, script_(kBody))) return false;
  std::size_t end = 0;
  while ((end = input.find(kEndOfMessage)) == std::string::npos) {
    if (!ReadMore(stream, stop, input)) return false;
  }
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(input.substr(2, end));
  }
  input.erase(0, end + kEndOfMessage.size());
  return Say(stream, stop, script_("."));
}

bool ScriptedSmtpServer::Converse(Stream& stream, int stop, std::string& input) {
  std::string line;
  if (!ReadLine(stream, stop, input, line)) return false;
  {
    const std::lock_guard lock(mutex_);
    heard_.push_back({line, stream.tls != nullptr});
  }
  const SmtpAnswer answer = script_(line);
  if (!Say(stream, stop, answer)) return false;
  const bool agreed = answer.text.starts_with('2') || answer.text.starts_with('3');
  if (IsCommand(line, "STARTTLS") && agreed) return stream.SecureWith(context_.get());
  if (IsCommand(line, "DATA") && agreed) return TakeMessage(stream, stop, input);
  return !IsCommand(line, "QUIT");
}

void ScriptedSmtpServer::Serve(int connection, int stop) {
  Stream stream{.fd = connection, .tls = nullptr};
  if (tls_ == Tls::kImplicit && !stream.SecureWith(context_.get())) return;
  std::string input;
  bool open = Say(stream, stop, script_(kGreeting));
  while (open) open = Converse(stream, stop, input);
}

SmtpAnswer FriendlyAnswer(const std::string& line, const std::vector<std::string>& extensions) {
  if (line == ScriptedSmtpServer::kGreeting) return {.text = "220 relay.test ESMTP"};
  if (line == ScriptedSmtpServer::kBody) return {};
  if (IsCommand(line, "EHLO")) {
    std::string text = "250-relay.test";
    for (const std::string& extension : extensions) text += "\r\n250-" + extension;
    return {.text = text + "\r\n250 HELP"};
  }
  if (IsCommand(line, "STARTTLS")) return {.text = "220 2.0.0 go on"};
  if (IsCommand(line, "AUTH")) return {.text = "334 "};
  if (IsCommand(line, "MAIL")) return {.text = "250 2.1.0 Ok"};
  if (IsCommand(line, "RCPT")) return {.text = "250 2.1.5 Ok"};
  if (IsCommand(line, "DATA")) return {.text = "354 End data with <CR><LF>.<CR><LF>"};
  if (line == ".") return {.text = "250 2.0.0 Ok: queued as 4ABC"};
  if (IsCommand(line, "QUIT")) return {.text = "221 2.0.0 Bye"};
  // This line is the client's response to the AUTH challenge.
  return {.text = "235 2.7.0 Authentication successful"};
}

}  // namespace keelson::servers
