#include "adapters/email/file/file_email_provider.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "adapters/email/file/atomic_file.h"
#include "adapters/email/mime/envelope.h"
#include "adapters/email/mime/mime_message.h"
#include "adapters/email/mime/unsendable.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::string Reason(int error) {
  return std::generic_category().message(error);
}

SendOutcome Outcome(SendOutcome::Kind kind, std::string error) {
  SendOutcome outcome;
  outcome.kind = kind;
  outcome.error = std::move(error);
  return outcome;
}

// What passes by itself is tried again; the rest waits for whoever set the folder up.
SendOutcome::Kind KindOf(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
      return SendOutcome::Kind::kUnreachable;
    default:
      return SendOutcome::Kind::kConfig;
  }
}

int CreateFolder(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  return error.value();
}

// Zero where files can be put into the folder, which is created where it is missing.
int TryFolder(const std::string& directory) {
  const int error = CreateFolder(directory);
  if (error != 0) return error;
  return access(directory.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
}

struct FileSettings {
  std::string directory = "mail";
};

absl::StatusOr<std::unique_ptr<EmailProvider>> CreateFileProvider(const FileSettings& settings,
                                                                  Log& /*log*/) {
  return FileEmailProvider::Create(settings.directory);
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileEmailProvider>> FileEmailProvider::Create(std::string directory) {
  if (directory.empty()) return absl::InvalidArgumentError("the e-mail folder has no name");
  if (const int error = TryFolder(directory); error != 0) {
    return absl::FailedPreconditionError(
        StrCat("the e-mail folder ", directory, " can't be written to: ", Reason(error)));
  }
  return absl::WrapUnique(new FileEmailProvider(std::move(directory)));
}

SendOutcome FileEmailProvider::Send(const Email& email, Deadline deadline) {
  if (deadline.expired()) return Outcome(SendOutcome::Kind::kUnreachable, "no time was left");
  if (const absl::Status status = ReadEnvelope(email).status(); !status.ok()) return Unsendable(status);
  const absl::StatusOr<std::string> message = RenderMime(email);
  if (!message.ok()) return Unsendable(message.status());
  const std::string name = StrCat(email.id.ToString(), ".eml");
  int error = WriteFileAtomically(directory_, name, *message);
  // Somebody cleared the folder away while the service runs.
  if (error == ENOENT && (error = CreateFolder(directory_)) == 0) {
    error = WriteFileAtomically(directory_, name, *message);
  }
  if (error != 0) {
    return Outcome(KindOf(error), StrCat("the e-mail folder can't be written to: ", Reason(error)));
  }
  SendOutcome outcome;
  outcome.kind = SendOutcome::Kind::kAccepted;
  outcome.provider_message_id = email.id.ToString();
  return outcome;
}

SendOutcome FileEmailProvider::Probe(Deadline /*deadline*/) {
  const int error = TryFolder(directory_);
  if (error == 0) return Outcome(SendOutcome::Kind::kAccepted, "");
  return Outcome(KindOf(error), StrCat("the e-mail folder can't be written to: ", Reason(error)));
}

EmailProviderDescriptor DescribeFileEmail() {
  return {.section = {.name = "file",
                      .defaults = FileSettings(),
                      .keys = {{.name = "directory",
                                .member = RefTo(&FileSettings::directory),
                                .description = "one .eml file is written for each message",
                                .required = true}}},
          .create = WithSettings(&CreateFileProvider)};
}

}  // namespace keelson
