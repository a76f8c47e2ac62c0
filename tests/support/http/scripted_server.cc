#include "tests/support/http/scripted_server.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace keelson::servers {
namespace {

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Splits the head of a request into lines without CRLF.
std::vector<std::string> Lines(const std::string& head) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0, end = 0; (end = head.find("\r\n", begin)) != std::string::npos;
       begin = end + 2) {
    lines.push_back(head.substr(begin, end - begin));
  }
  return lines;
}

SeenRequest ParseHead(const std::string& head) {
  SeenRequest request;
  const std::vector<std::string> lines = Lines(head);
  const std::size_t first = lines.at(0).find(' ');
  const std::size_t second = lines.at(0).find(' ', first + 1);
  request.method = lines.at(0).substr(0, first);
  request.target = lines.at(0).substr(first + 1, second - first - 1);
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) request.headers[Lower(line.substr(0, colon))] = line.substr(colon + 2);
  }
  return request;
}

std::string Written(const ScriptedAnswer& answer) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\n";
  for (const std::string& header : answer.headers) text += header + "\r\n";
  return text + "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
}

bool ReadHead(const Stream& stream, int stop, std::string& input, SeenRequest& request) {
  std::size_t end = 0;
  while ((end = input.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadMore(stream, stop, input)) return false;
  }
  request = ParseHead(input.substr(0, end + 2));
  input.erase(0, end + 4);
  return true;
}

bool ReadBody(const Stream& stream, int stop, std::string& input, SeenRequest& request) {
  const auto length = request.headers.find("content-length");
  const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
  while (input.size() < size) {
    if (!ReadMore(stream, stop, input)) return false;
  }
  request.body = input.substr(0, size);
  input.erase(0, size);
  return true;
}

// Returns whether the connection stays open for another request.
bool Perform(const Stream& stream, int stop, const ScriptedAnswer& answer) {
  using Act = ScriptedAnswer::Act;
  const std::string text = Written(answer);
  if (answer.delay.count() > 0) std::this_thread::sleep_for(answer.delay);
  if (answer.act == Act::kReset) Reset(stream.fd);
  if (answer.act == Act::kStall) AwaitInput(stop, stop);
  if (answer.act == Act::kCutShort) WriteAll(stream, std::string_view(text).substr(0, text.size() - 1));
  return answer.act == Act::kAnswer && WriteAll(stream, text);
}

}  // namespace

ScriptedServer::ScriptedServer(Script script, std::shared_ptr<SSL_CTX> tls)
    : tls_(std::move(tls)),
      script_(std::move(script)),
      listener_([this](int connection, int stop) { Serve(connection, stop); }) {}

void ScriptedServer::SetScript(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

void ScriptedServer::ResetAtOnce() {
  const std::lock_guard lock(mutex_);
  reset_at_once_ = true;
}

void ScriptedServer::ResetAfterHead() {
  const std::lock_guard lock(mutex_);
  reset_after_head_ = true;
}

bool ScriptedServer::IsSet(const bool& flag) {
  const std::lock_guard lock(mutex_);
  return flag;
}

std::vector<SeenRequest> ScriptedServer::requests() {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int ScriptedServer::handshakes() {
  const std::lock_guard lock(mutex_);
  return handshakes_;
}

ScriptedAnswer ScriptedServer::Answer(SeenRequest request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(std::move(request));
  return script_(requests_.back());
}

bool ScriptedServer::ShakeHands(Stream& stream) {
  if (!stream.SecureWith(tls_.get())) return false;
  const std::lock_guard lock(mutex_);
  ++handshakes_;
  return true;
}

void ScriptedServer::Serve(int connection, int stop) {
  if (IsSet(reset_at_once_)) return Reset(connection);
  Stream stream{.fd = connection, .tls = nullptr};
  std::string input;
  SeenRequest request;
  bool open = !tls_ || ShakeHands(stream);
  while (open && ReadHead(stream, stop, input, request)) {
    const bool resets = IsSet(reset_after_head_);
    if (resets) Reset(connection);
    open = !resets && ReadBody(stream, stop, input, request) && Perform(stream, stop, Answer(request));
  }
}

}  // namespace keelson::servers
