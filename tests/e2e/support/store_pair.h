// Two stores for tests of `keelson transfer`, and helpers that check the output of `transfer` and `verify`.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {

// A directory with two configurations: "old.toml" for the source of a transfer, "new.toml" for its target.
class StorePair {
 public:
  using Settings = ServiceProcess::Settings;

  // The source is the SQLite file "keelson.db", which services of this directory use; the target is "new.db".
  StorePair() : StorePair({"store.sqlite.path=keelson.db"}, {"store.sqlite.path=new.db"}) {}
  // Each setting is "KEY=VALUE" as for --set; only keys with a string value are allowed.
  StorePair(const Settings& old_store, const Settings& new_store);

  const std::filesystem::path& path() const { return folder_.path(); }
  CommandResult Run(std::vector<std::string> arguments) const {
    return RunKeelson(std::move(arguments), folder_.path());
  }
  CommandResult Transfer() const { return Run(TransferArguments()); }
  CommandResult Verify(const std::string& config) const { return Run({"verify", "--config", config}); }
  static std::vector<std::string> TransferArguments() {
    return {"transfer", "--from", "old.toml", "--to", "new.toml"};
  }

  // Starts a transfer, and kills it with SIGKILL once `begun` returns true.
  void KillTransfer(const std::function<bool()>& begun) const;

 private:
  const Folder folder_;
};

// Creates a user, a delivered order and settled refunds; returns the user's id.
std::string SeedHistory(const Client& client);
// Checks the exit code, and that the error output is one line, "keelson: …", which contains `cause`.
void CheckRefused(const CommandResult& result, int exit_code, const std::string& cause);
// Checks that the command succeeded and printed no error. Standard error may contain progress reports.
void CheckDone(const CommandResult& result);
// Checks that `keelson verify` reported no findings.
void CheckClean(const CommandResult& result);

}  // namespace keelson::e2e
