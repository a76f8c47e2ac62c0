#include "tests/support/http/self_signed.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace keelson::servers {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Extension = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;

using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

constexpr long kDaySeconds = 86'400;

void Require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL can't create a certificate");
}

std::string Text(BIO* memory) {
  const char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  return {text, static_cast<std::size_t>(size)};
}

void Fill(X509* certificate, EVP_PKEY* key) {
  X509_NAME* const name = X509_get_subject_name(certificate);
  const auto* const text = reinterpret_cast<const unsigned char*>("127.0.0.1");
  const Extension host(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"),
                       &X509_EXTENSION_free);
  Require(X509_set_version(certificate, X509_VERSION_3) == 1 &&
          ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
          X509_gmtime_adj(X509_getm_notBefore(certificate), -kDaySeconds) != nullptr &&
          X509_gmtime_adj(X509_getm_notAfter(certificate), kDaySeconds) != nullptr &&
          X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
          X509_set_issuer_name(certificate, name) == 1 && host != nullptr &&
          X509_add_ext(certificate, host.get(), -1) == 1 && X509_set_pubkey(certificate, key) == 1 &&
          X509_sign(certificate, key, EVP_sha256()) > 0);
}

}  // namespace

std::shared_ptr<SSL_CTX> SelfSigned() {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Certificate certificate(X509_new(), &X509_free);
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  Require(key != nullptr && certificate != nullptr && context != nullptr);
  Fill(certificate.get(), key.get());
  Require(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1 &&
          SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
  return context;
}

std::string CertificatePem(const SSL_CTX* context) {
  const Memory memory(BIO_new(BIO_s_mem()), &BIO_free);
  Require(PEM_write_bio_X509(memory.get(), SSL_CTX_get0_certificate(context)) == 1);
  return Text(memory.get());
}

std::string KeyPem(const SSL_CTX* context) {
  const Memory memory(BIO_new(BIO_s_mem()), &BIO_free);
  Require(PEM_write_bio_PrivateKey(memory.get(), SSL_CTX_get0_privatekey(context), nullptr, nullptr, 0,
                                   nullptr, nullptr) == 1);
  return Text(memory.get());
}

}  // namespace keelson::servers
