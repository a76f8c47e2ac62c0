#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/support/descriptors/email_provider_descriptor.h"
#include "core/common/deadline.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// Writes each message as one RFC 5322 file, "<message id>.eml", into a directory. Only the file's owner can
// read it. Files are written atomically and survive a crash of the machine once Send returns kAccepted.
// Sending a message again replaces its file with the same bytes. Thread-safe.
class FileEmailProvider final : public EmailProvider {
 public:
  // Creates the directory and its parents if they do not exist. FAILED_PRECONDITION, with the directory's
  // name, if the directory can't be created or is not writable; INVALID_ARGUMENT if `directory` is empty.
  static absl::StatusOr<std::unique_ptr<FileEmailProvider>> Create(std::string directory);

  std::string_view name() const override { return "file"; }
  SendOutcome Send(const Email& email, Deadline deadline) override;
  absl::Duration repeat_window() const override { return absl::InfiniteDuration(); }
  SendOutcome Probe(Deadline deadline) override;

 private:
  explicit FileEmailProvider(std::string directory) : directory_(std::move(directory)) {}

  const std::string directory_;
};

EmailProviderDescriptor DescribeFileEmail();

}  // namespace keelson
