#include "tests/support/tls/authority.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace keelson::servers {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNewKey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
// Configuration of `openssl ca`, the only openssl command that can backdate a certificate.
constexpr const char* kCaConfig =
    "[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\nserial=ca.serial\nnew_certs_dir=.\ndefault_md=sha256\n"
    "policy=p\n[p]\ncommonName=supplied\n";

}  // namespace

Authority::Authority() {
  std::string pattern = (fs::temp_directory_path() / "keelson-tls-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("can't create a directory for certificates");
  folder_ = pattern;
  Run(std::string("openssl req -x509 -days 2 -subj /CN=authority -keyout ca.key -out ca.crt ") + kNewKey);
  Issue("server", "localhost");
}

Authority::~Authority() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Authority::Issue(const std::string& name, const std::string& host) {
  Request(name, host);
  Run("openssl x509 -req -in new.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile new.ext "
      "-out new.crt");
  Rename("new.crt", name + ".crt");
}

void Authority::IssueExpired(const std::string& name, const std::string& host) {
  Request(name, host);
  Write("index.txt", "");
  Write("ca.cnf", kCaConfig);
  Run("openssl ca -batch -config ca.cnf -create_serial -in new.csr -cert ca.crt -keyfile ca.key "
      "-startdate 20200101000000Z -enddate 20200102000000Z -extfile new.ext -notext -out new.crt");
  Rename("new.crt", name + ".crt");
}

void Authority::Request(const std::string& name, const std::string& host) {
  Run("openssl req -subj /CN=" + host + " -keyout new.key -out new.csr " + kNewKey);
  Write("new.ext", "subjectAltName=DNS:" + host + "\n");
  Rename("new.key", name + ".key");
}

void Authority::Encrypt(const std::string& key) {
  Run("openssl pkcs8 -topk8 -in " + key + " -out new.key -passout pass:secret");
  Rename("new.key", key);
}

void Authority::Write(const std::string& file, const std::string& content) {
  std::ofstream(folder_ / file, std::ios::binary) << content;
}

void Authority::Remove(const std::string& file) {
  fs::remove(folder_ / file);
}

std::string Authority::Text(const std::string& file) const {
  std::ifstream stream(folder_ / file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void Authority::Run(const std::string& command) {
  const std::string line = "cd '" + folder_.string() + "' && " + command + " >/dev/null 2>&1";
  if (std::system(line.c_str()) != 0) throw std::runtime_error("command failed: " + command);
}

void Authority::Rename(const std::string& from, const std::string& to) {
  fs::rename(folder_ / from, folder_ / to);
}

}  // namespace keelson::servers
