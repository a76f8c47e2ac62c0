#pragma once

#include <kainjow/mustache.hpp>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/notifications/message.h"

namespace keelson {

enum class PartKind { kSubject, kText, kHtml };

// A parsed Mustache template of one part of a message. Thread-safe.
class TemplatePart {
 public:
  // INVALID_ARGUMENT, with the library's message, if `source` is not a valid template. `source` must not
  // contain includes.
  static absl::StatusOr<std::unique_ptr<TemplatePart>> Parse(PartKind kind, const std::string& source);

  // Renders the template. Escapes values in HTML parts. A subject becomes one trimmed line. A Mustache
  // section treats an empty value as false. INVALID_ARGUMENT, with the variable's name, if a variable is
  // missing.
  absl::StatusOr<std::string> Render(const TemplateVariables& variables) const;
  // Returns the first variable of the template that is missing in `variables`; empty if none is missing.
  std::string MissingFrom(const TemplateVariables& variables) const;

 private:
  struct Rendering {
    std::string text;
    std::string missing;
  };

  Rendering Try(const TemplateVariables& variables) const;
  TemplatePart(PartKind kind, const std::string& source);

  const PartKind kind_;
  mutable absl::Mutex mutex_;
  // Guarded by a mutex, because render() is not const.
  mutable kainjow::mustache::mustache template_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
