// Tests the errors for invalid command lines, the version, the help, and commands that need no service.
#include <catch2/catch.hpp>

#include "tests/e2e/support/child_process.h"
#include "tests/e2e/support/folder.h"

namespace keelson::e2e {
namespace {

TEST_CASE("the error for an unknown command or option suggests the most similar name") {
  const Folder folder;
  const CommandResult command = RunKeelson({"srve", "--set", "server.listen=127.0.0.1:0"}, folder.path());
  CHECK(command.exit_code == 2);
  CHECK_THAT(command.errors, Catch::Contains("keelson has no command srve; did you mean serve?"));
  const CommandResult option = RunKeelson({"serve", "--confg", "keelson.toml"}, folder.path());
  CHECK(option.exit_code == 2);
  CHECK_THAT(option.errors, Catch::Contains("keelson serve has no option --confg; did you mean --config?"));
}

TEST_CASE("the option --version and the command version print the version") {
  const Folder folder;
  const CommandResult option = RunKeelson({"--version"}, folder.path());
  CHECK(option.exit_code == 0);
  CHECK_THAT(option.output, Catch::StartsWith("keelson ") && Catch::EndsWith(")\n"));
  CHECK(RunKeelson({"version"}, folder.path()).output == option.output);
}

TEST_CASE("keelson help COMMAND prints the same text as keelson COMMAND --help") {
  const Folder folder;
  CHECK(RunKeelson({"help"}, folder.path()).output == RunKeelson({"--help"}, folder.path()).output);
  CHECK(RunKeelson({"help", "config", "check"}, folder.path()).output ==
        RunKeelson({"config", "check", "--help"}, folder.path()).output);
  const CommandResult unknown = RunKeelson({"help", "srve"}, folder.path());
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.errors == "keelson: keelson has no command srve; did you mean serve?\n");
  const CommandResult below = RunKeelson({"help", "serve", "up"}, folder.path());
  CHECK(below.exit_code == 2);
  CHECK(below.errors == "keelson: keelson serve has no commands\n");
}

TEST_CASE("keelson hash calibrate prints a valid configuration that is not below OWASP's minima") {
  const Folder folder;
  const CommandResult result =
      RunKeelson({"hash", "calibrate", "--target", "1ms", "--memory-budget", "7MiB"}, folder.path());
  CHECK(result.exit_code == 0);
  CHECK(result.errors.empty());
  CHECK_THAT(result.output, Catch::StartsWith("[passwords]\nargon2_memory = \"7MiB\"\nargon2_iterations = 5\n"
                                              "argon2_parallelism = 1\nmemory_budget = \"7MiB\"\n"
                                              "# measured: 1 at a time, ") &&
                                Catch::Contains(" hashes per second\n# A hash takes longer than --target"));
  WriteFile(folder / "calibrated.toml", result.output);
  CHECK(RunKeelson({"config", "check", "--config", "calibrated.toml"}, folder.path()).exit_code == 0);
}

TEST_CASE("keelson hash calibrate rejects an invalid target or memory budget") {
  const Folder folder;
  const CommandResult target = RunKeelson({"hash", "calibrate", "--target", "0s"}, folder.path());
  CHECK(target.exit_code == 2);
  CHECK_THAT(target.errors, Catch::Contains("--target must be a duration"));
  const CommandResult budget = RunKeelson({"hash", "calibrate", "--memory-budget", "6MiB"}, folder.path());
  CHECK(budget.exit_code == 2);
  CHECK_THAT(budget.errors,
             Catch::Contains("--memory-budget must be") && Catch::Contains("from 7MiB to 64GiB"));
}

}  // namespace
}  // namespace keelson::e2e
