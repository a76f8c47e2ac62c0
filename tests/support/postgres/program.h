#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/postgres/server_folder.h"

namespace keelson::servers {

// A program that runs in a ServerFolder as its user, ended with this process or with this object, whichever
// comes first.
class Program {
 public:
  // What it writes is added to the file `log` of the folder; `last_signal` ends it cleanly.
  Program(const ServerFolder& folder, std::vector<std::string> arguments, const std::string& log,
          int last_signal);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void Signal(int number);
  // Throws where it does not end.
  int AwaitExitCode();
  // The last part of what it wrote.
  std::string LogTail() const;

 private:
  const ServerFolder& folder_;
  const std::string log_;
  const int last_signal_;
  pid_t pid_;
  std::optional<int> exit_code_;
};

// Runs a program to its end; throws, with what it wrote, where that is not success.
void RunProgram(const ServerFolder& folder, std::vector<std::string> arguments);

}  // namespace keelson::servers
