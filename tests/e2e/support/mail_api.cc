#include "tests/e2e/support/mail_api.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/common/strings.h"

namespace keelson::e2e {

servers::ScriptedAnswer MailApi::Accepted(const Request& request) {
  return {.body = StrCat(R"({"id":"re-)", request.key, R"("})")};
}

MailApi::MailApi(Responder refuse, Responder respond)
    : refuse_(std::move(refuse)),
      respond_(std::move(respond)),
      server_([this](const servers::SeenRequest& seen) { return Handle(seen); }) {}

ServiceProcess::Settings MailApi::settings(bool then_file) const {
  return {then_file ? R"(email.providers=["resend","file"])" : R"(email.providers=["resend"])",
          "email.resend.api_key=re_test", StrCat("email.resend.base_url=", server_.url())};
}

servers::ScriptedAnswer MailApi::Handle(const servers::SeenRequest& seen) {
  // A request other than POST is a health probe.
  if (seen.method != "POST") return {.body = R"({"data":[]})"};
  const auto body = nlohmann::json::parse(seen.body);
  const std::lock_guard lock(mutex_);
  Request request;
  request.key = seen.headers.at("idempotency-key");
  request.to = body.at("to").at(0);
  request.text = body.at("text");
  for (const Request& before : requests_) request.repeats += before.key == request.key ? 1 : 0;
  const auto [first, is_new] = bodies_.try_emplace(request.key, seen.body);
  if (first->second != seen.body) changed_.push_back(request.key);
  request.taken = taken_.contains(request.key);
  requests_.push_back(request);
  const servers::ScriptedAnswer refusal = refuse_(request);
  const bool refused = refusal.status != 200 || refusal.act != servers::ScriptedAnswer::Act::kAnswer;
  if (refused) return refusal;
  request.taken = true;
  taken_.try_emplace(request.key, request);
  return respond_(request);
}

std::map<std::string, MailApi::Request> MailApi::taken() {
  const std::lock_guard lock(mutex_);
  return taken_;
}

std::vector<MailApi::Request> MailApi::requests() {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<std::string> MailApi::changed() {
  const std::lock_guard lock(mutex_);
  return changed_;
}

}  // namespace keelson::e2e
