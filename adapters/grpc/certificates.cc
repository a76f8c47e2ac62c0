#include "adapters/grpc/certificates.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// A file and its configuration key. Error messages begin with both.
struct File {
  std::string_view key;
  const std::string& path;

  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(StrCat(key, " ", path, " ", what));
  }
  // Returns an error with `what` and OpenSSL's reason. Clears OpenSSL's error queue.
  absl::Status OpenSslError(std::string_view what) const {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return Error(reason == nullptr ? std::string(what) : StrCat(what, " (", std::string_view(reason), ")"));
  }
};

File CertFile(const GrpcTlsOptions& options) {
  return {"server.tls.cert", options.cert};
}
File KeyFile(const GrpcTlsOptions& options) {
  return {"server.tls.key", options.key};
}
File ClientCaFile(const GrpcTlsOptions& options) {
  return {"server.tls.client_ca", options.client_ca};
}

absl::Status Read(const File& file, std::string& content) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.path.c_str(), "re"),
                                                               &std::fclose);
  const auto unreadable = [&] {
    return file.Error(StrCat("can't be read: ", std::generic_category().message(errno)));
  };
  if (stream == nullptr) return unreadable();
  content.resize(kMaxFileBytes + 1);
  content.resize(std::fread(content.data(), 1, content.size(), stream.get()));
  if (std::ferror(stream.get()) != 0) return unreadable();
  if (content.empty()) return file.Error("is empty");
  if (content.size() > kMaxFileBytes) return file.Error(StrCat("is larger than ", kMaxFileBytes, " bytes"));
  // gRPC treats the content as a C string.
  if (content.find('\0') != std::string::npos)
    return file.Error("is not a text file: it contains a NUL byte");
  // OpenSSL ignores a block that is truncated within its first line.
  const std::size_t begin = content.rfind("-----BEGIN");
  const std::size_t end = content.rfind("-----END");
  if (begin != std::string::npos && (end == std::string::npos || end < begin)) {
    return file.Error("ends within a PEM block");
  }
  return absl::OkStatus();
}

BioPtr Memory(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

absl::Status Parse(const File& file, const std::string& pem, std::vector<X509Ptr>& certificates) {
  ERR_clear_error();
  const BioPtr memory = Memory(pem);
  while (X509* certificate = PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate, &X509_free);
  }
  // At the end of the file, OpenSSL reports PEM_R_NO_START_LINE.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) return file.OpenSslError("contains an invalid PEM certificate");
  if (certificates.empty()) return file.OpenSslError("contains no PEM certificate");
  ERR_clear_error();
  return absl::OkStatus();
}

// Without this callback, OpenSSL would prompt for the password of an encrypted key on the terminal.
int NoPassword(char*, int, int, void*) {
  return -1;
}

absl::Status CheckKey(const GrpcTlsOptions& options, const Certificates& files, X509* certificate) {
  const File file = KeyFile(options);
  ERR_clear_error();
  const BioPtr memory = Memory(files.key);
  const KeyPtr key(PEM_read_bio_PrivateKey(memory.get(), nullptr, &NoPassword, nullptr), &EVP_PKEY_free);
  if (key == nullptr) return file.OpenSslError("must contain an unencrypted PEM private key");
  if (X509_check_private_key(certificate, key.get()) != 1) {
    ERR_clear_error();
    return file.Error(StrCat("is not the key of the certificate in server.tls.cert ", options.cert));
  }
  // OpenSSL rejects weak certificates only at this point.
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls(SSL_CTX_new(TLS_server_method()),
                                                              &SSL_CTX_free);
  if (SSL_CTX_use_certificate(tls.get(), certificate) != 1) {
    return CertFile(options).OpenSslError("contains a certificate that can't be used");
  }
  if (SSL_CTX_use_PrivateKey(tls.get(), key.get()) != 1) return file.OpenSslError("can't be used");
  return absl::OkStatus();
}

absl::Status CheckOrder(const File& file, const std::vector<X509Ptr>& chain) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (X509_check_issued(chain[i].get(), chain[i - 1].get()) == X509_V_OK) continue;
    return file.Error(StrCat("is out of order: certificate ", i + 1, " did not issue certificate ", i));
  }
  return absl::OkStatus();
}

absl::Status Check(const GrpcTlsOptions& options, const Certificates& files) {
  std::vector<X509Ptr> chain;
  RETURN_IF_ERROR(Parse(CertFile(options), files.chain, chain));
  RETURN_IF_ERROR(CheckKey(options, files, chain.front().get()));
  RETURN_IF_ERROR(CheckOrder(CertFile(options), chain));
  if (options.client_ca.empty()) return absl::OkStatus();
  std::vector<X509Ptr> authorities;
  return Parse(ClientCaFile(options), files.client_ca, authorities);
}

absl::Time ToTime(const ASN1_TIME* time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return absl::UnixEpoch();
  return absl::FromTM(utc, absl::UTCTimeZone());
}

std::string ValidityProblem(const File& file, const std::string& pem, absl::Time now) {
  std::vector<X509Ptr> certificates;
  if (!Parse(file, pem, certificates).ok()) return "";
  const auto problem = [&](std::string_view what, absl::Time time) {
    return StrCat(file.key, " ", file.path, " contains a certificate that ", what, " ",
                  absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()));
  };
  for (const X509Ptr& certificate : certificates) {
    const absl::Time begin = ToTime(X509_get0_notBefore(certificate.get()));
    const absl::Time end = ToTime(X509_get0_notAfter(certificate.get()));
    if (now > end) return problem("expired at", end);
    if (now < begin) return problem("is not valid before", begin);
  }
  return "";
}

}  // namespace

absl::StatusOr<Certificates> ReadCertificates(const GrpcTlsOptions& options) {
  if (options.cert.empty() || options.key.empty()) {
    return absl::InvalidArgumentError("TLS requires both server.tls.cert and server.tls.key");
  }
  Certificates files;
  RETURN_IF_ERROR(Read(CertFile(options), files.chain));
  RETURN_IF_ERROR(Read(KeyFile(options), files.key));
  if (!options.client_ca.empty()) {
    RETURN_IF_ERROR(Read(ClientCaFile(options), files.client_ca));
  }
  RETURN_IF_ERROR(Check(options, files));
  return files;
}

std::string ValidityProblem(const GrpcTlsOptions& options, const Certificates& certificates, absl::Time now) {
  std::string problem = ValidityProblem(CertFile(options), certificates.chain, now);
  if (!problem.empty() || options.client_ca.empty()) return problem;
  return ValidityProblem(ClientCaFile(options), certificates.client_ca, now);
}

}  // namespace keelson
