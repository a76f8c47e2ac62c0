#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "adapters/grpc_client/call_method.h"
#include "adapters/grpc_client/contract.h"
#include "app/commands/commands.h"
#include "app/commands/connection_options.h"

namespace keelson {
namespace {

// The exit code of a failed call is 64 + the gRPC status code, as in grpcurl, so that no status code is
// mistaken for exit code 1 or 2.
constexpr int kStatusCodeOffset = 64;

struct CallOptions {
  MethodCall call = {.connection = {.address = "127.0.0.1:50051"}, .method = "", .request = "{}"};
  std::string timeout = "10s";
  bool list = false;
};

ExitCode WrongUsage(const std::string& error) {
  return ReportResult(absl::InvalidArgumentError(error));
}

ExitCode List() {
  for (const std::string& method : MethodNames()) std::cout << method << '\n';
  return ExitCode::kDone;
}

ExitCode Call(CallOptions options) {
  if (options.list) return List();
  if (options.call.method.empty()) {
    return WrongUsage("METHOD is missing; `keelson call --list` prints the methods");
  }
  const absl::StatusOr<absl::Duration> timeout = ReadTimeout(options.timeout);
  if (!timeout.ok()) return ReportResult(timeout.status());
  options.call.connection.timeout = *timeout;
  if (options.call.request == "-") options.call.request.assign(std::istreambuf_iterator<char>(std::cin), {});
  const absl::StatusOr<CallResult> result =
      CallMethod(options.call, [](const std::string& json) { std::cout << json << std::flush; });
  if (!result.ok()) return ReportResult(result.status());
  if (result->code == absl::StatusCode::kOk) return ExitCode::kDone;
  std::cerr << "keelson: " << result->error << '\n';
  return static_cast<ExitCode>(kStatusCodeOffset + static_cast<int>(result->code));
}

}  // namespace

void AddCallCommand(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand("call", "Call a method of a server; print the response as JSON");
  command->footer(
      "Exit codes: 0 OK, 2 invalid command line or request, 64 + N call failed with status code N.");
  const auto options = std::make_shared<CallOptions>();
  command
      ->add_option("METHOD", options->call.method,
                   "Full name or an unambiguous suffix, such as RegisterUser; --list prints the full names")
      ->type_name("NAME");
  command
      ->add_option("JSON", options->call.request,
                   "The request by Protobuf's JSON mapping; -: read from standard input; default: {}")
      ->type_name("TEXT");
  AddCallerOptions(*command, options->call.connection);
  command->add_option("--timeout", options->timeout, "Timeout of the call; default: 10s")
      ->type_name("DURATION");
  command->add_flag("--list", options->list, "Print the full name of every method; make no call");
  command->callback([&run, options] { run = [options] { return Call(*options); }; });
}

}  // namespace keelson
