#include "adapters/email/log/log_email_provider.h"

#include <memory>

#include "core/common/strings.h"

namespace keelson {
namespace {

absl::StatusOr<std::unique_ptr<EmailProvider>> CreateLogProvider(const NoSettings& /*settings*/, Log& log) {
  return std::make_unique<LogEmailProvider>(log);
}

}  // namespace

SendOutcome LogEmailProvider::Send(const Email& email, Deadline /*deadline*/) {
  const RenderedMessage& content = email.content;
  log_.Write(Severity::kInfo, "message.handed_over",
             "the message was not sent: the log provider only logs its id, language and sizes",
             {{"message_id", email.id.ToString()},
              {"language", content.language},
              {"text_bytes", StrCat(content.text.size())},
              {"html_bytes", StrCat(content.html.size())}});
  SendOutcome outcome;
  outcome.kind = SendOutcome::Kind::kAccepted;
  outcome.provider_message_id = email.id.ToString();
  return outcome;
}

SendOutcome LogEmailProvider::Probe(Deadline /*deadline*/) {
  SendOutcome outcome;
  outcome.kind = SendOutcome::Kind::kAccepted;
  return outcome;
}

EmailProviderDescriptor DescribeLogEmail() {
  return {.section = {.name = "log"}, .create = WithSettings(&CreateLogProvider)};
}

}  // namespace keelson
