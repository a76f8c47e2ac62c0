#include "adapters/email/templates/template_part.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "core/common/strings.h"
#include "core/common/text.h"

namespace keelson {
namespace {

namespace mustache = kainjow::mustache;

// Records the first unknown variable, because the library renders an unknown variable as an empty text
// without an error.
class VariableContext final : public mustache::basic_context<std::string> {
 public:
  explicit VariableContext(const TemplateVariables& variables) {
    for (const auto& [name, value] : variables) {
      values_.emplace(name, value.empty() ? mustache::data(false) : mustache::data(value));
    }
  }

  const std::string& missing() const { return missing_; }

  void push(const mustache::data* section) override { sections_.push_back(section); }
  void pop() override { sections_.pop_back(); }
  const mustache::data* get(const std::string& name) const override {
    if (name == "." && !sections_.empty()) return sections_.back();
    const auto found = values_.find(name);
    if (found != values_.end()) return &found->second;
    if (missing_.empty()) missing_ = name;
    return nullptr;
  }
  const mustache::data* get_partial(const std::string& name) const override { return get(name); }

 private:
  std::map<std::string, mustache::data> values_;
  std::vector<const mustache::data*> sections_;
  mutable std::string missing_;
};

std::string AsOneLine(std::string_view text) {
  std::string line;
  for (const char c : Trim(text)) line += c == '\r' || c == '\n' ? ' ' : c;
  return line;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TemplatePart>> TemplatePart::Parse(PartKind kind, const std::string& source) {
  auto part = absl::WrapUnique(new TemplatePart(kind, source));
  absl::MutexLock lock(&part->mutex_);
  if (!part->template_.is_valid()) return absl::InvalidArgumentError(part->template_.error_message());
  return part;
}

TemplatePart::TemplatePart(PartKind kind, const std::string& source) : kind_(kind), template_(source) {
  if (kind != PartKind::kHtml) template_.set_custom_escape([](const std::string& value) { return value; });
}

TemplatePart::Rendering TemplatePart::Try(const TemplateVariables& variables) const {
  VariableContext context(variables);
  absl::MutexLock lock(&mutex_);
  std::string text = template_.render(context);
  return {std::move(text), context.missing()};
}

std::string TemplatePart::MissingFrom(const TemplateVariables& variables) const {
  return Try(variables).missing;
}

absl::StatusOr<std::string> TemplatePart::Render(const TemplateVariables& variables) const {
  Rendering rendering = Try(variables);
  if (!rendering.missing.empty()) {
    return absl::InvalidArgumentError(
        StrCat("uses the variable ", rendering.missing, ", which the message does not have"));
  }
  return kind_ == PartKind::kSubject ? AsOneLine(rendering.text) : std::move(rendering.text);
}

}  // namespace keelson
