#pragma once

#include <filesystem>
#include <string>

namespace keelson::servers {

// A folder with the certificate of an authority of the test's own (ca.crt), a server's certificate for
// localhost (server.crt, server.key) and whatever else is issued; gone with this object. Made by openssl's
// command line. Throws std::runtime_error where that fails.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // Writes NAME.key and NAME.crt, for `host`, each by a rename.
  void Issue(const std::string& name, const std::string& host);
  // Likewise, with a certificate that was valid on one day of 2020.
  void IssueExpired(const std::string& name, const std::string& host);
  // Puts a password on the key.
  void Encrypt(const std::string& key);
  // Writes in place.
  void Write(const std::string& file, const std::string& content);
  void Remove(const std::string& file);

  std::string folder() const { return folder_.string(); }
  std::string Path(const std::string& file) const { return (folder_ / file).string(); }
  std::string Text(const std::string& file) const;

 private:
  // Writes NAME.key, and new.csr and new.ext for its certificate.
  void Request(const std::string& name, const std::string& host);
  void Run(const std::string& command);
  void Rename(const std::string& from, const std::string& to);

  std::filesystem::path folder_;
};

}  // namespace keelson::servers
