#pragma once

#include <filesystem>
#include <string>

namespace keelson::servers {

// A test certificate authority: a directory with its certificate (ca.crt), a server certificate for localhost
// (server.crt, server.key) and the other issued certificates. The destructor deletes the directory. Uses the
// openssl command. Throws std::runtime_error on failure.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // Issues NAME.key and NAME.crt for `host`; replaces each file by a rename.
  void Issue(const std::string& name, const std::string& host);
  // Like Issue, with a certificate that expired in 2020.
  void IssueExpired(const std::string& name, const std::string& host);
  // Encrypts the key with a password.
  void Encrypt(const std::string& key);
  // Overwrites the file in place, without a rename.
  void Write(const std::string& file, const std::string& content);
  void Remove(const std::string& file);

  std::string folder() const { return folder_.string(); }
  std::string Path(const std::string& file) const { return (folder_ / file).string(); }
  std::string Text(const std::string& file) const;

 private:
  // Writes NAME.key, and new.csr and new.ext for the certificate.
  void Request(const std::string& name, const std::string& host);
  void Run(const std::string& command);
  void Rename(const std::string& from, const std::string& to);

  std::filesystem::path folder_;
};

}  // namespace keelson::servers
