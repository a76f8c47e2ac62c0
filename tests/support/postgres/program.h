#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/postgres/server_folder.h"

namespace keelson::servers {

// A running program in a ServerFolder. It runs as the folder's user. The program ends with this object or
// with this process, whichever ends first.
class Program {
 public:
  // Appends the program's output to the file `log` in the folder. `last_signal` is the signal for a clean
  // exit.
  Program(const ServerFolder& folder, std::vector<std::string> arguments, const std::string& log,
          int last_signal);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void Signal(int number);
  // Blocks until the program exits; throws after kPatience.
  int AwaitExitCode();
  // Returns the end of the program's output.
  std::string LogTail() const;

 private:
  const ServerFolder& folder_;
  const std::string log_;
  const int last_signal_;
  pid_t pid_;
  std::optional<int> exit_code_;
};

// Runs a program and waits for its exit. Throws an error with its output if the exit code is not 0.
void RunProgram(const ServerFolder& folder, std::vector<std::string> arguments);

}  // namespace keelson::servers
