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

// Temporary errors, such as a full disk, are retried. All other errors require a change by the operator.
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

int CreateDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  return error.value();
}

// Creates the directory if it does not exist. Returns 0 if files can be created in it, else the errno.
int PrepareDirectory(const std::string& directory) {
  const int error = CreateDirectory(directory);
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
  if (directory.empty()) return absl::InvalidArgumentError("email.file.directory must not be empty");
  if (const int error = PrepareDirectory(directory); error != 0) {
    return absl::FailedPreconditionError(
        StrCat("the e-mail directory ", directory, " is not writable: ", Reason(error)));
  }
  return absl::WrapUnique(new FileEmailProvider(std::move(directory)));
}

SendOutcome FileEmailProvider::Send(const Email& email, Deadline deadline) {
  if (deadline.expired())
    return Outcome(SendOutcome::Kind::kUnreachable, "the deadline expired before the attempt");
  if (const absl::Status status = ReadEnvelope(email).status(); !status.ok()) return Unsendable(status);
  const absl::StatusOr<std::string> message = RenderMime(email);
  if (!message.ok()) return Unsendable(message.status());
  const std::string name = StrCat(email.id.ToString(), ".eml");
  int error = WriteFileAtomically(directory_, name, *message);
  // The directory was deleted after the start: create it again.
  if (error == ENOENT && (error = CreateDirectory(directory_)) == 0) {
    error = WriteFileAtomically(directory_, name, *message);
  }
  if (error != 0) {
    return Outcome(KindOf(error),
                   StrCat("can't write to the e-mail directory ", directory_, ": ", Reason(error)));
  }
  SendOutcome outcome;
  outcome.kind = SendOutcome::Kind::kAccepted;
  outcome.provider_message_id = email.id.ToString();
  return outcome;
}

SendOutcome FileEmailProvider::Probe(Deadline /*deadline*/) {
  const int error = PrepareDirectory(directory_);
  if (error == 0) return Outcome(SendOutcome::Kind::kAccepted, "");
  return Outcome(KindOf(error),
                 StrCat("the e-mail directory ", directory_, " is not writable: ", Reason(error)));
}

EmailProviderDescriptor DescribeFileEmail() {
  return {.section = {.name = "file",
                      .defaults = FileSettings(),
                      .keys = {{.name = "directory",
                                .member = RefTo(&FileSettings::directory),
                                .description =
                                    "directory for the messages, one .eml file each; created if missing",
                                .required = true}}},
          .create = WithSettings(&CreateFileProvider)};
}

}  // namespace keelson
