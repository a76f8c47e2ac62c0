#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// A server's reply to a command.
struct SmtpReply {
  // The reply code; 0: no reply.
  int code = 0;
  // The text of each line, without the code. If there is no reply, the reason for its absence.
  std::vector<std::string> lines;

  bool positive() const { return code / 100 == 2; }
  // The enhanced status code (RFC 3463), such as "5.1.1"; empty if the reply has none.
  std::string_view enhanced() const;
  // All lines, joined by spaces.
  std::string Text() const;
};

// Returns the SmtpReply that stands for a missing reply: code 0 and the reason.
SmtpReply NoReply(std::string_view reason);

// Assembles replies from the lines that a server sends.
class ReplyReader {
 public:
  enum class State { kUnfinished, kFinished, kBroken };

  // kFinished: reply() is complete, and the next line starts a new reply. kBroken: the line is not valid
  // SMTP.
  State Add(std::string_view line);
  const SmtpReply& reply() const { return reply_; }

 private:
  SmtpReply reply_;
  bool finished_ = false;
};

}  // namespace keelson
