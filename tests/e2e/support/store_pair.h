// Two stores for tests of `keelson transfer`, and helpers that check the output of `transfer` and `verify`.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {

// The configurations "old.toml" and "new.toml" in one directory.
class StorePair {
 public:
  using Settings = ServiceProcess::Settings;

  // Two SQLite files: "keelson.db", which the services use, and "new.db".
  StorePair() : StorePair({"store.sqlite.path=keelson.db"}, {"store.sqlite.path=new.db"}) {}
  // The settings of the configurations, in the form of --set; strings only.
  StorePair(const Settings& old_house, const Settings& new_house);

  const std::filesystem::path& path() const { return folder_.path(); }
  CommandResult Run(std::vector<std::string> arguments) const {
    return RunKeelson(std::move(arguments), folder_.path());
  }
  CommandResult Transfer() const { return Run(TransferArguments()); }
  CommandResult Verify(const std::string& config) const { return Run({"verify", "--config", config}); }
  static std::vector<std::string> TransferArguments() {
    return {"transfer", "--from", "old.toml", "--to", "new.toml"};
  }

  // Starts a transfer, and kills it with SIGKILL once `begun` is true.
  void KillTransfer(const std::function<bool()>& begun) const;

 private:
  const Folder folder_;
};

// Creates a user, a delivered order and settled refunds; returns the user's id.
std::string SeedHistory(const Client& client);
// The output must be one line, "keelson: …", with the cause.
void CheckRefused(const CommandResult& result, int exit_code, const std::string& cause);
// The command must succeed; long operations must report progress.
void CheckDone(const CommandResult& result);
// The verification must report no findings.
void CheckClean(const CommandResult& result);

}  // namespace keelson::e2e
