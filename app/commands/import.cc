#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "adapters/grpc_client/import_users.h"
#include "app/commands/commands.h"
#include "app/commands/connection_options.h"
#include "app/progress.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

struct ImportOptions {
  std::string file;
  ConnectionOptions connection = {.address = "127.0.0.1:50051"};
  std::string timeout = "5m";
};

// Returns the size of a regular file; nullopt for a pipe or a terminal.
std::optional<std::int64_t> SizeOf(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) return std::nullopt;
  return file.st_size;
}

absl::Status Import(const ConnectionOptions& connection, std::istream& lines,
                    std::optional<std::int64_t> size, ImportCounts& counts) {
  Progress progress;
  return ImportUsersFrom({.connection = connection,
                          .lines = lines,
                          .on_failure =
                              [&](std::int64_t line, const std::string& error) {
                                progress.Clear();
                                std::cerr << "keelson: line " << line << ": " << error << '\n';
                              },
                          .on_progress =
                              [&](std::int64_t read, std::int64_t bytes) {
                                if (size) {
                                  progress.Show("importing", bytes, *size, "bytes");
                                } else {
                                  progress.ShowCount("importing", read, "lines");
                                }
                              }},
                         counts);
}

ExitCode ReportImport(const absl::Status& status, const ImportCounts& counts) {
  if (absl::IsInvalidArgument(status)) return ReportResult(status);
  std::cout << counts.imported << " imported, " << counts.present << " already present, " << counts.failed
            << " failed\n"
            << std::flush;
  if (status.ok()) return counts.failed == 0 ? ExitCode::kDone : ExitCode::kFailed;
  ReportResult(status);
  std::cerr << "keelson: repeat the command to import the rest; imported users stay\n";
  return ExitCode::kFailed;
}

ExitCode CantRead(const std::string& file, int error) {
  return ReportResult(absl::InvalidArgumentError(StrCat(file, " can't be read: ", std::strerror(error))));
}

ExitCode RunImport(ImportOptions options) {
  const absl::StatusOr<absl::Duration> timeout = ReadTimeout(options.timeout);
  if (!timeout.ok()) return ReportResult(timeout.status());
  options.connection.timeout = *timeout;
  std::ios::sync_with_stdio(false);  // faster reading
  const bool from_input = options.file == "-";
  std::ifstream file;
  if (!from_input) {
    if (std::filesystem::is_directory(options.file)) return CantRead(options.file, EISDIR);
    file.open(options.file, std::ios::binary);
    if (!file) return CantRead(options.file, errno);
  }
  ImportCounts counts;
  const absl::Status status = Import(options.connection, from_input ? std::cin : file,
                                     SizeOf(from_input ? "/dev/stdin" : options.file), counts);
  return ReportImport(status, counts);
}

}  // namespace

void AddImportCommand(CLI::App& program, Run& run) {
  CLI::App* import = program.add_subcommand("import", "Import users of another system");
  import->require_subcommand(1);
  CLI::App* users =
      import->add_subcommand("users", "Import the users in a file of JSON lines; a repeated import is safe");
  users->footer(
      "Exit codes: 0 every user is imported or already present, 1 failure, such as an invalid line, 2 "
      "invalid "
      "command line.");
  const auto options = std::make_shared<ImportOptions>();
  users
      ->add_option("FILE", options->file,
                   "One user on each line, as the JSON of an ImportUsersRequest; -: read from standard input")
      ->type_name("FILE")
      ->required();
  AddCallerOptions(*users, options->connection);
  users
      ->add_option("--timeout", options->timeout,
                   "Timeout of each call, which imports 10000 lines; default: 5m")
      ->type_name("DURATION");
  users->callback([&run, options] { run = [options] { return RunImport(*options); }; });
}

}  // namespace keelson
