// Tests the shell completion scripts.
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/child_process.h"
#include "tests/e2e/support/folder.h"

namespace keelson::e2e {
namespace {

// Returns the completions that bash offers for the last word in `words`. The words are separated by spaces
// and quoted as in a shell.
std::string Complete(const Folder& folder, const std::string& words) {
  const std::string script =
      StrCat("source <('", KEELSON_BINARY, "' completion bash) && COMP_WORDS=(keelson ", words,
             ") && COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) && _keelson && "
             "printf '%s ' \"${COMPREPLY[@]}\"");
  ChildProcess bash({"/bin/bash", "--noprofile", "--norc", "-c", script}, folder.path(), {});
  CHECK(bash.Wait() == 0);
  CHECK(bash.errors().empty());
  return bash.output();
}

TEST_CASE("bash completes commands and their subcommands") {
  const Folder folder;
  CHECK_THAT(Complete(folder, "''"),
             Catch::Contains("serve ") && Catch::Contains("call ") && Catch::Contains("completion "));
  CHECK(Complete(folder, "ser") == "serve ");
  CHECK(Complete(folder, "migrate ''") == "up down status ");
  CHECK(Complete(folder, "config ch") == "check ");
  CHECK(Complete(folder, "completion z") == "zsh ");
  CHECK(Complete(folder, "help ser") == "serve ");
  CHECK(Complete(folder, "help config ch") == "check ");
}

TEST_CASE("bash completes only the options of the entered command") {
  const Folder folder;
  CHECK(Complete(folder, "--v") == "--version ");
  CHECK(Complete(folder, "serve --c") == "--config ");
  CHECK(Complete(folder, "config show --s") == "--set ");
  CHECK(Complete(folder, "call --token") == "--token-file ");
  CHECK(Complete(folder, "health --token") == " ");
}

TEST_CASE("bash completes file names where an option or a command takes a file") {
  const Folder folder;
  WriteFile(folder / "keelson.toml", "");
  CHECK(Complete(folder, "serve --config keelson.t") == "keelson.toml ");
  CHECK(Complete(folder, "serve --config = keelson.t") == "keelson.toml ");
  CHECK(Complete(folder, "restore keelson.t") == "keelson.toml ");
  CHECK(Complete(folder, "serve --set keelson.t") == " ");
  CHECK(Complete(folder, "call --timeout keelson.t") == " ");
}

TEST_CASE("bash completes short method names, and longer method names if no short name matches") {
  const Folder folder;
  CHECK(Complete(folder, "call RegisterU") == "RegisterUser ");
  CHECK(Complete(folder, "call --address 127.0.0.1 : 50051 RegisterU") == "RegisterUser ");
  CHECK(Complete(folder, "call AccountService/RegisterU") == "AccountService/RegisterUser ");
  CHECK(Complete(folder, "call keelson.accounts.v1.AccountService/RegisterU") ==
        "keelson.accounts.v1.AccountService/RegisterUser ");
  CHECK(Complete(folder, "call Health/C") == "Health/Check ");
  CHECK(Complete(folder, "call RegisterUser ''") == " ");
}

// zsh is not a package of the tests, so this test checks only the text of the script.
TEST_CASE("the script for zsh contains the commands, options and methods") {
  const Folder folder;
  const CommandResult script = RunKeelson({"completion", "zsh"}, folder.path());
  CHECK(script.exit_code == 0);
  CHECK_THAT(script.output, Catch::StartsWith("#compdef keelson\n") && Catch::Contains("'serve:") &&
                                Catch::Contains("'--token-file:") && Catch::Contains(" RegisterUser ") &&
                                !Catch::Contains("@NODES@") && !Catch::Contains("@PATHS@"));
}

TEST_CASE("keelson completion exits with 2 for an unknown shell") {
  const Folder folder;
  CHECK(RunKeelson({"completion"}, folder.path()).exit_code == 2);
  CHECK(RunKeelson({"completion", "fish"}, folder.path()).exit_code == 2);
}

}  // namespace
}  // namespace keelson::e2e
