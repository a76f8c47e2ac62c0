#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "adapters/support/descriptors/email_provider_descriptor.h"
#include "core/common/deadline.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// Delivers into a folder: each message is one complete RFC 5322 file, "<message id>.eml", readable by its
// owner alone. A file appears whole or not at all, and outlives a crash of the machine once Send has accepted
// it. A repeat replaces the file with the same bytes.
class FileEmailProvider final : public EmailProvider {
 public:
  // Creates the folder, and those above it, where missing; an error naming it where that fails or it can't
  // be written to.
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
