#include "app/config/email_checks.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "adapters/email/http/brevo_email_provider.h"
#include "adapters/email/http/http_email_provider.h"
#include "adapters/email/http/mailgun_email_provider.h"
#include "adapters/email/http/postmark_email_provider.h"
#include "adapters/email/http/ses_email_provider.h"
#include "adapters/email/mime/envelope.h"
#include "adapters/email/smtp/helo_name.h"
#include "adapters/email/smtp/smtp_url.h"
#include "adapters/email/templates/template_renderer.h"
#include "adapters/support/http/http_syntax.h"
#include "app/config/files.h"
#include "app/config/mistakes.h"
#include "app/config/product_name.h"
#include "core/common/host_name.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr char kFile[] = "file";
constexpr char kSmtp[] = "smtp";
constexpr char kSendGrid[] = "sendgrid";
constexpr char kPostmark[] = "postmark";
constexpr char kSes[] = "ses";
constexpr char kMailgun[] = "mailgun";
constexpr char kResend[] = "resend";
constexpr char kBrevo[] = "brevo";
constexpr std::string_view kHttpProviders[] = {kSendGrid, kPostmark, kSes, kMailgun, kResend, kBrevo};

constexpr std::size_t kMaxCaBytes = std::size_t{16} << 20;

bool IsListed(const Config& config, std::string_view provider) {
  const std::vector<std::string>& listed = config.email.providers;
  return std::find(listed.begin(), listed.end(), provider) != listed.end();
}

// Requires that the value is given where the provider is listed, and that `check` accepts it.
ConfigErrors RequireFor(const Config& config, std::string_view provider, const std::string& value,
                        absl::Status (*check)(std::string_view)) {
  if (!IsListed(config, provider)) return {};
  if (value.empty()) return {StrCat("must not be empty where email.providers lists ", provider)};
  return Require(check(value));
}

absl::Status AnyText(std::string_view) {
  return absl::OkStatus();
}

absl::Status CheckKey(std::string_view key) {
  if (IsHeaderValue(key) && key.find(' ') == std::string_view::npos) return absl::OkStatus();
  return absl::FailedPreconditionError("must be printable ASCII without spaces");
}

absl::Status CheckBaseUrl(std::string_view url) {
  if (url.empty() || IsHttpUrl(url)) return absl::OkStatus();
  return absl::FailedPreconditionError("must be empty, or a URL such as https://api.example.com");
}

ConfigErrors FromIsSender(const Config& config) {
  return Require(ReadSender(config.email.from).status());
}

// The limits that listed providers set to the sender.
ConfigErrors ProvidersTakeFrom(const Config& config) {
  const absl::StatusOr<Mailbox> from = ReadSender(config.email.from);
  if (!from.ok()) return {};
  const bool uses_http = std::ranges::any_of(
      kHttpProviders, [&config](std::string_view provider) { return IsListed(config, provider); });
  ConfigErrors mistakes;
  const auto judge = [&mistakes](bool is_used, const absl::Status& status) {
    if (is_used && !status.ok()) mistakes.emplace_back(status.message());
  };
  judge(uses_http, CheckHttpSender(*from));
  judge(IsListed(config, kPostmark), PostmarkEmailProvider::CheckSender(*from));
  judge(IsListed(config, kBrevo), BrevoEmailProvider::CheckSender(*from));
  return mistakes;
}

ConfigErrors ProductNameForm(const Config& config) {
  // Without a sender there is no name to judge.
  const std::string name = ProductName(config.email);
  return name.empty() ? ConfigErrors() : Require(CheckProductName(name));
}

// Each invalid file in the folder is a mistake of its own.
ConfigErrors TemplatesCompile(const Config& config) {
  if (config.email.templates.empty()) return {};
  const auto renderer = TemplateRenderer::Create({.directory = config.email.templates});
  if (renderer.ok()) return {};
  return absl::StrSplit(renderer.status().message(), '\n');
}

ConfigErrors LinkBaseForm(const Config& config) {
  const std::string& base = config.email.link_base;
  if (!(base.starts_with("http://") || base.starts_with("https://")) || base.ends_with('/')) {
    return {"must begin with http:// or https:// and not end with a slash"};
  }
  return Require(CheckLinkBase(base));
}

ConfigErrors FileDirectory(const Config& config) {
  return RequireFor(config, kFile, config.email.file_directory, &AnyText);
}

ConfigErrors SmtpHost(const Config& config) {
  return RequireFor(config, kSmtp, config.email.smtp.host, &CheckSmtpHost);
}

ConfigErrors SmtpHelo(const Config& config) {
  const std::string& helo = config.email.smtp.helo;
  return helo.empty() ? ConfigErrors() : Require(CheckHelo(helo));
}

ConfigErrors SmtpCa(const Config& config) {
  const std::string& path = config.email.smtp.ca;
  if (path.empty() || !IsListed(config, kSmtp)) return {};
  const absl::StatusOr<std::string> content = ReadSmallFile(path, kMaxCaBytes);
  if (!content.ok()) return {StrCat("names a file that ", content.status().message())};
  return Require(content->find("-----BEGIN ") != std::string::npos, "must name a PEM file");
}

// A connection over the loopback exposes no password.
ConfigErrors SmtpPasswordIsHidden(const Config& config) {
  const SmtpConfig& smtp = config.email.smtp;
  const bool heard = smtp.tls == "none" && !IsLoopbackHost(smtp.host);
  return Require(!heard || smtp.username.empty(),
                 "would go to email.smtp.host in the clear: it needs email.smtp.tls starttls or implicit");
}

template <const char* provider, auto member>
ConfigErrors ApiKey(const Config& config) {
  return RequireFor(config, provider, (config.email.*member).api_key, &CheckKey);
}

template <const char* provider, auto member>
ConfigErrors BaseUrl(const Config& config) {
  return IsListed(config, provider) ? Require(CheckBaseUrl((config.email.*member).base_url)) : ConfigErrors();
}

ConfigErrors SesRegion(const Config& config) {
  return RequireFor(config, kSes, config.email.ses.region, &SesEmailProvider::CheckRegion);
}

ConfigErrors SesAccessKeyId(const Config& config) {
  return RequireFor(config, kSes, config.email.ses.access_key_id, &CheckKey);
}

ConfigErrors SesSecretAccessKey(const Config& config) {
  return RequireFor(config, kSes, config.email.ses.secret_access_key, &CheckKey);
}

ConfigErrors SesSessionToken(const Config& config) {
  return IsListed(config, kSes) ? Require(CheckKey(config.email.ses.session_token)) : ConfigErrors();
}

ConfigErrors SesConfigurationSet(const Config& config) {
  const std::string& name = config.email.ses.configuration_set;
  return IsListed(config, kSes) ? Require(SesEmailProvider::CheckConfigurationSet(name)) : ConfigErrors();
}

ConfigErrors MailgunDomain(const Config& config) {
  return RequireFor(config, kMailgun, config.email.mailgun.domain, &MailgunEmailProvider::CheckDomain);
}

ConfigErrors LeaseOutlastsTimeout(const Config& config) {
  return Require(config.email.dispatch.lease > config.email.dispatch.timeout,
                 "must be longer than email.dispatch.timeout");
}

ConfigErrors DelaysAreOrdered(const Config& config) {
  return Require(config.email.dispatch.max_delay >= config.email.dispatch.base_delay,
                 "must not be shorter than email.dispatch.base_delay");
}

ConfigErrors WindowHoldsMinCalls(const Config& config) {
  return Require(config.email.circuit.min_calls <= config.email.circuit.window,
                 "must not be more than email.circuit.window");
}

ConfigErrors OpeningsAreOrdered(const Config& config) {
  return Require(config.email.circuit.max_open >= config.email.circuit.open,
                 "must not be shorter than email.circuit.open");
}

}  // namespace

std::vector<ConfigCheck> EmailChecks() {
  return {
      {{"email.from"}, &FromIsSender},
      {{"email.from", "email.providers"}, &ProvidersTakeFrom},
      {{"email.product_name", "email.from"}, &ProductNameForm},
      {{"email.templates"}, &TemplatesCompile},
      {{"email.link_base"}, &LinkBaseForm},
      {{"email.file.directory", "email.providers"}, &FileDirectory},
      {{"email.smtp.host", "email.providers"}, &SmtpHost},
      {{"email.smtp.helo"}, &SmtpHelo},
      {{"email.smtp.ca", "email.providers"}, &SmtpCa},
      {{"email.smtp.username", "email.smtp.tls", "email.smtp.host"}, &SmtpPasswordIsHidden},
      {{"email.sendgrid.api_key", "email.providers"}, &ApiKey<kSendGrid, &EmailConfig::sendgrid>},
      {{"email.sendgrid.base_url", "email.providers"}, &BaseUrl<kSendGrid, &EmailConfig::sendgrid>},
      {{"email.postmark.api_key", "email.providers"}, &ApiKey<kPostmark, &EmailConfig::postmark>},
      {{"email.postmark.base_url", "email.providers"}, &BaseUrl<kPostmark, &EmailConfig::postmark>},
      {{"email.ses.region", "email.providers"}, &SesRegion},
      {{"email.ses.access_key_id", "email.providers"}, &SesAccessKeyId},
      {{"email.ses.secret_access_key", "email.providers"}, &SesSecretAccessKey},
      {{"email.ses.session_token", "email.providers"}, &SesSessionToken},
      {{"email.ses.configuration_set", "email.providers"}, &SesConfigurationSet},
      {{"email.ses.base_url", "email.providers"}, &BaseUrl<kSes, &EmailConfig::ses>},
      {{"email.mailgun.api_key", "email.providers"}, &ApiKey<kMailgun, &EmailConfig::mailgun>},
      {{"email.mailgun.base_url", "email.providers"}, &BaseUrl<kMailgun, &EmailConfig::mailgun>},
      {{"email.mailgun.domain", "email.providers"}, &MailgunDomain},
      {{"email.resend.api_key", "email.providers"}, &ApiKey<kResend, &EmailConfig::resend>},
      {{"email.resend.base_url", "email.providers"}, &BaseUrl<kResend, &EmailConfig::resend>},
      {{"email.brevo.api_key", "email.providers"}, &ApiKey<kBrevo, &EmailConfig::brevo>},
      {{"email.brevo.base_url", "email.providers"}, &BaseUrl<kBrevo, &EmailConfig::brevo>},
      {{"email.dispatch.lease", "email.dispatch.timeout"}, &LeaseOutlastsTimeout},
      {{"email.dispatch.max_delay", "email.dispatch.base_delay"}, &DelaysAreOrdered},
      {{"email.circuit.min_calls", "email.circuit.window"}, &WindowHoldsMinCalls},
      {{"email.circuit.max_open", "email.circuit.open"}, &OpeningsAreOrdered},
  };
}

}  // namespace keelson
