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

#include "adapters/grpc_client/import_records.h"
#include "app/commands/commands.h"
#include "app/commands/connection_options.h"
#include "app/progress.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// What a subcommand imports.
struct Kind {
  // The name of the subcommand, such as "users".
  const char* plural;
  const char* singular;
  const char* request;
  absl::Status (*import)(const RecordImport&, ImportCounts&);
};

constexpr Kind kKinds[] = {
    {"users", "user", "ImportUsersRequest", ImportUsersFrom},
    {"orders", "order", "ImportOrdersRequest", ImportOrdersFrom},
};

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

absl::Status Import(const Kind& kind, const ConnectionOptions& connection, std::istream& lines,
                    std::optional<std::int64_t> size, ImportCounts& counts) {
  Progress progress;
  return kind.import({.connection = connection,
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

ExitCode ReportImport(const Kind& kind, const absl::Status& status, const ImportCounts& counts) {
  if (absl::IsInvalidArgument(status)) return ReportResult(status);
  std::cout << counts.imported << " imported, " << counts.present << " already present, " << counts.failed
            << " failed\n"
            << std::flush;
  if (status.ok()) return counts.failed == 0 ? ExitCode::kDone : ExitCode::kFailed;
  ReportResult(status);
  std::cerr << "keelson: repeat the command to import the rest; imported " << kind.plural << " stay\n";
  return ExitCode::kFailed;
}

ExitCode CantRead(const std::string& file, int error) {
  return ReportResult(absl::InvalidArgumentError(StrCat(file, " can't be read: ", std::strerror(error))));
}

ExitCode RunImport(const Kind& kind, ImportOptions options) {
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
  const absl::Status status = Import(kind, options.connection, from_input ? std::cin : file,
                                     SizeOf(from_input ? "/dev/stdin" : options.file), counts);
  return ReportImport(kind, status, counts);
}

void AddKind(CLI::App& import, Run& run, const Kind& kind) {
  CLI::App* command = import.add_subcommand(
      kind.plural, StrCat("Import the ", kind.plural, " in a file of JSON lines; a repeated import is safe"));
  command->footer(
      StrCat("Exit codes: 0 every ", kind.singular,
             " is imported or already present, 1 failure, such as an invalid line, 2 invalid command line."));
  const auto options = std::make_shared<ImportOptions>();
  command
      ->add_option("FILE", options->file,
                   StrCat("One ", kind.singular, " on each line, as the JSON of an ", kind.request,
                          "; -: read from standard input"))
      ->type_name("FILE")
      ->required();
  AddCallerOptions(*command, options->connection);
  command
      ->add_option("--timeout", options->timeout,
                   "Timeout of each call, which imports 10000 lines; default: 5m")
      ->type_name("DURATION");
  command->callback([&run, &kind, options] { run = [&kind, options] { return RunImport(kind, *options); }; });
}

}  // namespace

void AddImportCommand(CLI::App& program, Run& run) {
  CLI::App* import = program.add_subcommand("import", "Import users and orders of another system");
  import->require_subcommand(1);
  for (const Kind& kind : kKinds) AddKind(*import, run, kind);
}

}  // namespace keelson
