// Two stores that everything is moved between, and what `keelson transfer` and `verify` say of them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"

namespace keelson::e2e {

// Their configurations, "old.toml" and "new.toml", in one folder.
class StorePair {
 public:
  using Settings = ServiceProcess::Settings;

  // Two files: "keelson.db", as services serve it, and "new.db".
  StorePair() : StorePair({"store.sqlite.path=keelson.db"}, {"store.sqlite.path=new.db"}) {}
  // What the configurations say, as by --set; texts alone.
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

  // Begins a transfer, and ends it as kill -9 does once `begun` is true.
  void KillTransfer(const std::function<bool()>& begun) const;

 private:
  const Folder folder_;
};

// A user, a delivered order, and refunds that have come to their end; the user's id.
std::string SeedHistory(const Client& client);
// One line, "keelson: …", with the cause, and nothing else.
void CheckRefused(const CommandResult& result, int exit_code, const std::string& cause);
// It went well; what takes long says how far it is.
void CheckDone(const CommandResult& result);
// A verification that found nothing.
void CheckClean(const CommandResult& result);

}  // namespace keelson::e2e
