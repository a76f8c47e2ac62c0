#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// A server's answer to a command.
struct SmtpReply {
  // 0: none came.
  int code = 0;
  // What each line says after the code; where none came, why.
  std::vector<std::string> lines;

  bool positive() const { return code / 100 == 2; }
  // RFC 3463's code, such as "5.1.1"; empty where it has none.
  std::string_view enhanced() const;
  // All lines as one.
  std::string Words() const;
};

SmtpReply NoReply(std::string_view reason);

// Puts replies together of the lines that a server sends.
class ReplyReader {
 public:
  enum class State { kUnfinished, kFinished, kBroken };

  // kFinished: reply() is whole, and the next line begins another one. kBroken: no SMTP server says that.
  State Add(std::string_view line);
  const SmtpReply& reply() const { return reply_; }

 private:
  SmtpReply reply_;
  bool finished_ = false;
};

}  // namespace keelson
