#include "tests/support/http/scripted_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <span>
#include <stdexcept>
#include <string_view>

namespace keelson::servers {
namespace {

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// The head's lines without their CRLF.
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

struct EndTls {
  void operator()(SSL* tls) const { SSL_free(tls); }
};

// A connection's two directions, in the clear or over TLS. A read takes a whole record of TLS: none is left
// behind where poll does not see it.
struct Stream {
  int fd = -1;
  std::unique_ptr<SSL, EndTls> tls;

  // The bytes that went through; 0 or less where the connection has ended.
  ssize_t Read(std::span<char> buffer) const {
    if (tls) return SSL_read(tls.get(), buffer.data(), static_cast<int>(buffer.size()));
    return recv(fd, buffer.data(), buffer.size(), 0);
  }
  ssize_t Write(std::string_view text) const {
    if (tls) return SSL_write(tls.get(), text.data(), static_cast<int>(text.size()));
    return send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  }
};

// False where the server stops first.
bool AwaitInput(int fd, int stop) {
  pollfd polled[] = {{.fd = fd, .events = POLLIN, .revents = 0},
                     {.fd = stop, .events = POLLIN, .revents = 0}};
  while (poll(polled, 2, -1) < 0) {
  }
  return polled[1].revents == 0;
}

bool ReadMore(const Stream& stream, int stop, std::string& input) {
  if (!AwaitInput(stream.fd, stop)) return false;
  char buffer[SSL3_RT_MAX_PLAIN_LENGTH];
  const ssize_t size = stream.Read(buffer);
  if (size > 0) input.append(buffer, static_cast<std::size_t>(size));
  return size > 0;
}

// With RST instead of FIN.
void Reset(int connection) {
  const linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool WriteAll(const Stream& stream, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = stream.Write(text);
    if (size <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
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

// Whether another request may follow.
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
    : tls_(std::move(tls)), script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0 || pipe2(stop_, O_CLOEXEC) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("no port of the loopback can be listened on");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Listen(); });
}

ScriptedServer::~ScriptedServer() {
  close(stop_[1]);
  thread_.join();
  for (std::thread& thread : served_) thread.join();
  close(listener_);
  close(stop_[0]);
}

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

bool ScriptedServer::ResetsAfterHead() {
  const std::lock_guard lock(mutex_);
  return reset_after_head_;
}

std::vector<SeenRequest> ScriptedServer::requests() {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int ScriptedServer::connections() {
  const std::lock_guard lock(mutex_);
  return connections_;
}

int ScriptedServer::handshakes() {
  const std::lock_guard lock(mutex_);
  return handshakes_;
}

void ScriptedServer::Listen() {
  while (AwaitInput(listener_, stop_[0])) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const std::lock_guard lock(mutex_);
    ++connections_;
    if (reset_at_once_) {
      Reset(connection);
      close(connection);
    } else {
      served_.emplace_back([this, connection] { Serve(connection); });
    }
  }
}

ScriptedAnswer ScriptedServer::Answer(SeenRequest request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(std::move(request));
  return script_(requests_.back());
}

bool ScriptedServer::ShakeHands(SSL* tls) {
  if (SSL_accept(tls) != 1) return false;
  const std::lock_guard lock(mutex_);
  ++handshakes_;
  return true;
}

void ScriptedServer::Serve(int connection) {
  Stream stream{.fd = connection, .tls = nullptr};
  if (tls_) {
    stream.tls.reset(SSL_new(tls_.get()));
    SSL_set_fd(stream.tls.get(), connection);
  }
  std::string input;
  SeenRequest request;
  bool open = !tls_ || ShakeHands(stream.tls.get());
  while (open && ReadHead(stream, stop_[0], input, request)) {
    const bool resets = ResetsAfterHead();
    if (resets) Reset(connection);
    open =
        !resets && ReadBody(stream, stop_[0], input, request) && Perform(stream, stop_[0], Answer(request));
  }
  close(connection);
}

}  // namespace keelson::servers
