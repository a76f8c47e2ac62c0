#include "adapters/email/smtp/smtp_url.h"

#include <curl/curl.h>

#include <memory>

#include "adapters/email/mime/unsendable.h"
#include "adapters/email/smtp/helo_name.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

bool Set(const UrlHandle& url, CURLUPart part, const std::string& text, unsigned flags = 0) {
  return curl_url_set(url.get(), part, text.c_str(), flags) == CURLUE_OK;
}

bool SetHost(const UrlHandle& url, std::string_view host) {
  const bool bare_ipv6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  return Set(url, CURLUPART_HOST, bare_ipv6 ? StrCat("[", host, "]") : std::string(host));
}

}  // namespace

absl::Status CheckSmtpHost(std::string_view host) {
  const UrlHandle url(curl_url(), &curl_url_cleanup);
  if (!host.empty() && SetHost(url, host)) return absl::OkStatus();
  return absl::FailedPreconditionError("must be a host name or an IP address");
}

absl::StatusOr<std::string> SmtpUrl(const SmtpOptions& options) {
  RETURN_IF_ERROR(WithSubject("email.smtp.host", CheckSmtpHost(options.host)));
  const std::string helo = options.helo.empty() ? DefaultHelo(options.host) : options.helo;
  RETURN_IF_ERROR(WithSubject("email.smtp.helo", CheckHelo(helo)));
  const UrlHandle url(curl_url(), &curl_url_cleanup);
  char* text = nullptr;
  const bool made =
      Set(url, CURLUPART_SCHEME, options.tls == SmtpOptions::Tls::kImplicit ? "smtps" : "smtp") &&
      SetHost(url, options.host) && Set(url, CURLUPART_PORT, StrCat(options.port)) &&
      Set(url, CURLUPART_PATH, StrCat("/", helo), CURLU_URLENCODE) &&
      curl_url_get(url.get(), CURLUPART_URL, &text, 0) == CURLUE_OK;
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  if (!made) return absl::FailedPreconditionError("email.smtp.host, port and helo do not form a valid URL");
  return std::string(text);
}

}  // namespace keelson
