#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/common/deadline.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// Send returns the scripted outcomes in order, and afterwards accepts every message. Not thread-safe.
class FakeEmailProvider : public EmailProvider {
 public:
  using Kind = SendOutcome::Kind;

  explicit FakeEmailProvider(std::string name) : name_(std::move(name)) {}

  std::string_view name() const override { return name_; }

  SendOutcome Send(const Email& email, Deadline deadline) override {
    sent.push_back(email);
    deadlines.push_back(deadline);
    if (on_send) on_send(email);
    if (decide) return decide(email);
    if (script.empty()) return Accepted();
    SendOutcome next = std::move(script.front());
    script.pop_front();
    return next;
  }

  absl::Duration repeat_window() const override { return window; }
  SendOutcome Probe(Deadline /*deadline*/) override { return probe.value_or(Accepted()); }

  SendOutcome Accepted() const { return {Kind::kAccepted, name_ + "-reference", std::nullopt, ""}; }
  static SendOutcome Refused(Kind kind, std::string error = "refused",
                             std::optional<absl::Duration> retry_after = std::nullopt) {
    return {kind, "", retry_after, std::move(error)};
  }

  absl::Duration window = absl::ZeroDuration();
  // The outcome of Probe; if not set, kAccepted.
  std::optional<SendOutcome> probe;
  std::deque<SendOutcome> script;
  // If set, determines the outcome instead of the script.
  std::function<SendOutcome(const Email&)> decide;
  // Called during each attempt, to simulate concurrent events.
  std::function<void(const Email&)> on_send;
  // The e-mails of all attempts.
  std::vector<Email> sent;
  std::vector<Deadline> deadlines;

 private:
  const std::string name_;
};

}  // namespace keelson
