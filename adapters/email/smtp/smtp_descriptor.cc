#include "adapters/email/smtp/smtp_descriptor.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/email/smtp/helo_name.h"
#include "adapters/email/smtp/smtp_email_provider.h"
#include "adapters/email/smtp/smtp_url.h"
#include "adapters/support/files/small_file.h"
#include "core/common/host_name.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxCaBytes = std::size_t{16} << 20;

struct SmtpSettings {
  std::string host = "localhost";
  int port = 587;
  // One of the names in kTlsModes.
  std::string tls = "starttls";
  std::string ca;
  std::string helo;
  std::string username;
  std::string password;
};

struct TlsMode {
  std::string_view name;
  SmtpOptions::Tls tls;
};
constexpr TlsMode kTlsModes[] = {{"starttls", SmtpOptions::Tls::kStartTls},
                                 {"implicit", SmtpOptions::Tls::kImplicit},
                                 {"none", SmtpOptions::Tls::kNone}};

absl::StatusOr<SmtpOptions::Tls> ParseTls(std::string_view name) {
  const auto* mode = std::ranges::find(kTlsModes, name, &TlsMode::name);
  if (mode != std::end(kTlsModes)) return mode->tls;
  return absl::InvalidArgumentError(StrCat("email.smtp.tls: unknown TLS mode \"", name, "\""));
}

std::vector<std::string> TlsModeNames() {
  std::vector<std::string> names;
  for (const TlsMode& mode : kTlsModes) names.emplace_back(mode.name);
  return names;
}

absl::Status CheckCa(std::string_view path) {
  const absl::StatusOr<std::string> content = ReadSmallFile(std::string(path), kMaxCaBytes);
  if (!content.ok()) {
    return absl::FailedPreconditionError(StrCat("names a file that ", content.status().message()));
  }
  if (content->find("-----BEGIN ") != std::string::npos) return absl::OkStatus();
  return absl::FailedPreconditionError("must be a PEM file with CA certificates");
}

absl::Status CheckHeloSetting(const SmtpSettings& settings) {
  return settings.helo.empty() ? absl::OkStatus() : CheckHelo(settings.helo);
}

// Rejects a password that would be sent unencrypted. The loopback interface needs no encryption.
absl::Status CheckPasswordIsEncrypted(const SmtpSettings& settings) {
  const bool exposed = settings.tls == "none" && !IsLoopbackHost(settings.host);
  if (!exposed || settings.username.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "would be sent unencrypted to email.smtp.host: set email.smtp.tls to starttls or implicit");
}

absl::StatusOr<std::unique_ptr<EmailProvider>> CreateSmtpProvider(const SmtpSettings& settings,
                                                                  Log& /*log*/) {
  SmtpOptions options;
  options.host = settings.host;
  options.port = settings.port;
  ASSIGN_OR_RETURN(options.tls, ParseTls(settings.tls));
  options.username = settings.username;
  options.password = Secret(settings.password);
  options.ca = settings.ca;
  options.helo = settings.helo;
  return std::make_unique<SmtpEmailProvider>(std::move(options));
}

std::vector<SettingKey> SmtpKeys() {
  return {{.name = "host",
           .member = RefTo(&SmtpSettings::host),
           .description = "host name or IP address of the SMTP relay",
           .required = true,
           .check = &CheckSmtpHost},
          {.name = "port",
           .member = RefTo(&SmtpSettings::port),
           .description = "port of the SMTP relay",
           .min = "1",
           .max = "65535"},
          {.name = "tls",
           .member = RefTo(&SmtpSettings::tls),
           .description = "encryption of the connection; implicit means TLS from the first byte",
           .choices = TlsModeNames()},
          {.name = "ca",
           .member = RefTo(&SmtpSettings::ca),
           .description = "PEM file with the CA certificates for the relay; empty: the system's CAs",
           .check = &CheckCa},
          {.name = "helo",
           .member = RefTo(&SmtpSettings::helo),
           .description =
               "name in EHLO: a qualified host name or an address literal; empty: this machine's name"},
          {.name = "username",
           .member = RefTo(&SmtpSettings::username),
           .description = "user name for authentication; empty: no authentication"},
          {.name = "password",
           .member = RefTo(&SmtpSettings::password),
           .description = "password of the user name",
           .secret = true}};
}

}  // namespace

EmailProviderDescriptor DescribeSmtp() {
  return {.section = {.name = "smtp",
                      .defaults = SmtpSettings(),
                      .keys = SmtpKeys(),
                      .checks = {{.keys = {"helo"}, .check = WithSettings(&CheckHeloSetting), .always = true},
                                 {.keys = {"username", "tls", "host"},
                                  .check = WithSettings(&CheckPasswordIsEncrypted),
                                  .always = true}}},
          .create = WithSettings(&CreateSmtpProvider)};
}

}  // namespace keelson
