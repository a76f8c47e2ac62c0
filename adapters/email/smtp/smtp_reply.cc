#include "adapters/email/smtp/smtp_reply.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxLines = 128;
constexpr std::size_t kCodeDigits = 3;

bool IsDigits(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsEnhancedCode(std::string_view word) {
  const std::vector<absl::string_view> numbers = absl::StrSplit(ToAbsl(word), '.');
  return numbers.size() == 3 && (word[0] == '2' || word[0] == '4' || word[0] == '5') &&
         std::all_of(numbers.begin(), numbers.end(), [](absl::string_view number) {
           return IsDigits({number.data(), number.size()}, 3);
         });
}

}  // namespace

std::string_view SmtpReply::enhanced() const {
  if (lines.empty()) return "";
  const std::string_view last = lines.back();
  const std::string_view word = last.substr(0, last.find(' '));
  return IsEnhancedCode(word) ? word : std::string_view();
}

std::string SmtpReply::Text() const {
  return absl::StrJoin(lines, " ");
}

SmtpReply NoReply(std::string_view reason) {
  SmtpReply reply;
  reply.lines.emplace_back(reason);
  return reply;
}

ReplyReader::State ReplyReader::Add(std::string_view line) {
  if (finished_) reply_ = SmtpReply();
  finished_ = false;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  const std::string_view digits = line.substr(0, kCodeDigits);
  const char mark = line.size() > kCodeDigits ? line[kCodeDigits] : ' ';
  if (digits.size() < kCodeDigits || !IsDigits(digits, kCodeDigits) || (mark != ' ' && mark != '-') ||
      reply_.lines.size() == kMaxLines) {
    return State::kBroken;
  }
  reply_.code = 100 * (digits[0] - '0') + 10 * (digits[1] - '0') + (digits[2] - '0');
  reply_.lines.emplace_back(line.substr(std::min(line.size(), kCodeDigits + 1)));
  finished_ = mark == ' ';
  return finished_ ? State::kFinished : State::kUnfinished;
}

}  // namespace keelson
