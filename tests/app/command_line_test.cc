#include "app/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "app/commands/commands.h"

namespace keelson {
namespace {

// Captures the output of a stream during the lifetime of the object.
class Captured {
 public:
  explicit Captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
  ~Captured() { stream_.rdbuf(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::ostream& stream_;
  std::streambuf* const before_;
};

struct Parsed {
  std::optional<ExitCode> exit_code;
  std::string output;
  std::string errors;
  bool runs = false;
};

Parsed Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "keelson");
  CLI::App program("", "keelson");
  Run run;
  AddCommands(program, run);
  const Captured output(std::cout), errors(std::cerr);
  Parsed parsed;
  parsed.exit_code = ParseCommandLine(program, static_cast<int>(arguments.size()), arguments.data());
  parsed.output = output.text();
  parsed.errors = errors.text();
  parsed.runs = run != nullptr;
  return parsed;
}

// Returns the first line of the error for a command line.
std::string ErrorOf(std::vector<const char*> arguments) {
  const Parsed parsed = Parse(std::move(arguments));
  CHECK(parsed.exit_code == ExitCode::kWrongUsage);
  CHECK(parsed.output.empty());
  return parsed.errors.substr(0, parsed.errors.find('\n'));
}

TEST_CASE("a valid command line runs its command") {
  const Parsed parsed = Parse({"serve", "--config", "a.toml"});
  CHECK_FALSE(parsed.exit_code);
  CHECK(parsed.runs);
  CHECK(parsed.errors.empty());
}

TEST_CASE("the error for an unknown command suggests the most similar command") {
  CHECK(ErrorOf({"srve"}) == "keelson: keelson has no command srve; did you mean serve?");
  CHECK(ErrorOf({"srve", "--config", "a.toml"}) ==
        "keelson: keelson has no command srve; did you mean serve?");
  CHECK(ErrorOf({"config", "chekc"}) == "keelson: keelson config has no command chekc; did you mean check?");
  CHECK(ErrorOf({"migrate", "upp", "--to", "3"}) ==
        "keelson: keelson migrate has no command upp; did you mean up?");
  CHECK(ErrorOf({"telephone"}) == "keelson: keelson has no command telephone");
}

TEST_CASE("the error for an unknown option suggests the most similar option") {
  CHECK(ErrorOf({"serve", "--confg", "a.toml"}) ==
        "keelson: keelson serve has no option --confg; did you mean --config?");
  CHECK(ErrorOf({"serve", "--confg=a.toml"}) ==
        "keelson: keelson serve has no option --confg; did you mean --config?");
  CHECK(ErrorOf({"--verison"}) == "keelson: keelson has no option --verison; did you mean --version?");
  CHECK(ErrorOf({"health", "127.0.0.1:1", "--tls-caa", "x"}) ==
        "keelson: keelson health has no option --tls-caa; did you mean --tls-ca?");
  CHECK(ErrorOf({"serve", "-x"}) == "keelson: keelson serve has no option -x");
}

TEST_CASE("an error from the library CLI11 starts with 'keelson: ', like every other error") {
  CHECK(ErrorOf({}) == "keelson: A subcommand is required");
  CHECK_THAT(ErrorOf({"serve", "extra"}), Catch::Contains("extra"));
  CHECK_THAT(ErrorOf({"backup"}), Catch::Contains("FILE"));
}

TEST_CASE("--help and --version exit with 0 and write no error") {
  for (const char* option : {"--help", "--version"}) {
    const Parsed parsed = Parse({option});
    CHECK(parsed.exit_code == ExitCode::kDone);
    CHECK(parsed.errors.empty());
    CHECK_FALSE(parsed.output.empty());
  }
}

}  // namespace
}  // namespace keelson
