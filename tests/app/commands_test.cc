#include "app/commands/commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "app/adapters.h"
#include "app/config/print.h"
#include "tests/app/golden.h"

namespace keelson {
namespace {

// Returns the --help text of a command and of all its subcommands.
std::string HelpOf(CLI::App& command, const std::string& parent) {
  const std::string name = parent.empty() ? command.get_name() : parent + " " + command.get_name();
  std::string text = "==== " + name + "\n" + command.help(parent) + "\n";
  for (CLI::App* subcommand : command.get_subcommands({})) text += HelpOf(*subcommand, name);
  return text;
}

// Returns true if the command line is valid. Does not run the command.
bool Parses(std::vector<std::string> arguments) {
  CLI::App program("", "keelson");
  Run run;
  AddCommands(program, run);
  std::reverse(arguments.begin(), arguments.end());
  try {
    program.parse(arguments);
  } catch (const CLI::ParseError&) {
    return false;
  }
  return run != nullptr;
}

TEST_CASE("the help of every command matches the golden file") {
  CLI::App program("", "keelson");
  Run run;
  AddCommands(program, run);
  CHECK(HelpOf(program, "") == Golden("help.txt"));
}

TEST_CASE("the configuration reference matches the golden file") {
  CHECK(ConfigReference(Schema(BuiltInAdapters())) == Golden("config_reference.toml"));
}

TEST_CASE("commands accept their documented arguments") {
  CHECK(Parses({"serve"}));
  CHECK(Parses({"serve", "--config", "a.toml", "--set", "a=[\"b\",\"c\"]", "--set", "d=e"}));
  CHECK(Parses({"config", "show", "--set", "email.providers=[\"file\"]"}));
  CHECK(Parses({"migrate", "down", "--to", "3"}));
  CHECK(Parses({"verify", "--config", "a.toml"}));
  CHECK(Parses({"export", "ledger"}));
  CHECK(
      Parses({"export", "ledger", "--format", "hledger", "--from", "2026-11-01", "--before", "2026-12-01"}));
  CHECK(Parses({"reconcile", "--config", "a.toml", "--since", "72h", "--repair", "--json"}));
  CHECK(Parses({"transfer", "--from", "a.toml", "--to", "b.toml"}));
  CHECK(Parses({"backup", "copy.db", "--set", "store.sqlite.path=a.db"}));
  CHECK(Parses({"restore", "copy.db", "--replace", "--set", "store.sqlite.path=a.db"}));
  CHECK(Parses({"health", "127.0.0.1:1", "--tls-ca", "ca.pem"}));
  CHECK(Parses({"call", "GetUser", "{\"id\": \"x\"}", "--address", "127.0.0.1:1", "--timeout", "1s"}));
  CHECK(Parses({"call", "GetUser", "-"}));
  CHECK(Parses({"call", "--list"}));
  CHECK(Parses({"hash", "calibrate"}));
  CHECK(Parses({"hash", "calibrate", "--target", "100ms", "--memory-budget", "1GiB"}));
  CHECK(Parses({"completion", "bash"}));
  CHECK(Parses({"help"}));
  CHECK(Parses({"help", "config", "check"}));
  CHECK(Parses({"version"}));
}

TEST_CASE("an invalid command line is rejected") {
  CHECK_FALSE(Parses({}));
  CHECK_FALSE(Parses({"sevre"}));
  CHECK_FALSE(Parses({"serve", "extra"}));
  CHECK_FALSE(Parses({"serve", "--set", "a=b", "extra"}));
  CHECK_FALSE(Parses({"hash"}));
  CHECK_FALSE(Parses({"migrate"}));
  CHECK_FALSE(Parses({"migrate", "up", "--to", "x"}));
  CHECK_FALSE(Parses({"config", "reference", "--set", "a=b"}));
  CHECK_FALSE(Parses({"verify", "extra"}));
  CHECK_FALSE(Parses({"export"}));
  CHECK_FALSE(Parses({"reconcile", "extra"}));
  CHECK_FALSE(Parses({"reconcile", "--since"}));
  CHECK_FALSE(Parses({"transfer", "--from", "a.toml"}));
  CHECK_FALSE(Parses({"transfer", "--to", "b.toml"}));
  CHECK_FALSE(Parses({"transfer", "--from", "a.toml", "--to", "b.toml", "--set", "a=b"}));
  CHECK_FALSE(Parses({"backup"}));
  CHECK_FALSE(Parses({"restore"}));
  CHECK_FALSE(Parses({"restore", "copy.db", "another.db"}));
  CHECK_FALSE(Parses({"health"}));
  CHECK_FALSE(Parses({"call", "GetUser", "{}", "extra"}));
  CHECK_FALSE(Parses({"completion"}));
}

}  // namespace
}  // namespace keelson
