#include "adapters/grpc_client/import_records.h"

#include <optional>
#include <utility>
#include <vector>

#include "adapters/grpc_client/exchange.h"
#include "adapters/grpc_client/json.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "keelson/accounts/v1/accounts.pb.h"
#include "keelson/orders/v1/orders.pb.h"

namespace keelson {
namespace {

// The methods.
struct UserMethod {
  using Request = accounts::v1::ImportUsersRequest;
  using Response = accounts::v1::ImportUsersResponse;
  using Failure = accounts::v1::ImportFailure;

  static constexpr char kName[] = "keelson.accounts.v1.AccountService/ImportUsers";
  static const std::string& KeyOf(const Failure& failure) { return failure.email(); }
  static bool IsPresent(const Failure& failure) { return failure.reason() == "EMAIL_TAKEN"; }
  static std::int64_t PresentIn(const Response& /*response*/) { return 0; }
};

struct OrderMethod {
  using Request = orders::v1::ImportOrdersRequest;
  using Response = orders::v1::ImportOrdersResponse;
  using Failure = orders::v1::ImportFailure;

  static constexpr char kName[] = "keelson.orders.v1.OrderService/ImportOrders";
  static const std::string& KeyOf(const Failure& failure) { return failure.reference(); }
  static bool IsPresent(const Failure& /*failure*/) { return false; }
  static std::int64_t PresentIn(const Response& response) { return response.existing(); }
};

// The server lists at most this many failures of a call.
constexpr std::size_t kLinesPerCall = 10'000;
// The default of server.max_receive. A valid record is much smaller.
constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;

// Reads lines of bounded length, and counts them.
class LineReader {
 public:
  explicit LineReader(std::istream& in) : bytes_(*in.rdbuf()) {}

  // Reads the next line into `line`, without the line break; at most kMaxLineBytes + 1 bytes of it. Returns
  // false at the end.
  bool Next(std::string& line) {
    using Traits = std::streambuf::traits_type;
    line.clear();
    Traits::int_type next = bytes_.sbumpc();
    if (Traits::eq_int_type(next, Traits::eof())) return false;
    for (; !Traits::eq_int_type(next, Traits::eof()); next = bytes_.sbumpc()) {
      ++bytes_read_;
      if (next == '\n') break;
      if (line.size() <= kMaxLineBytes) line.push_back(Traits::to_char_type(next));
    }
    ++number_;
    return true;
  }

  std::int64_t number() const { return number_; }
  std::int64_t bytes_read() const { return bytes_read_; }

 private:
  std::streambuf& bytes_;
  std::int64_t number_ = 0;
  std::int64_t bytes_read_ = 0;
};

template <typename Method>
class Importer {
 public:
  Importer(const RecordImport& import, ImportCounts& counts)
      : import_(import), counts_(counts), reader_(import.lines) {}

  absl::Status Run() {
    while (!at_end_) RETURN_IF_ERROR(CallOnce());
    return absl::OkStatus();
  }

 private:
  absl::Status CallOnce() {
    sent_.clear();
    typename Method::Response response;
    bool valid = false;
    // A call without records would only cost a connection.
    std::optional<std::string> first = NextRecord();
    if (!first) return absl::OkStatus();
    ASSIGN_OR_RETURN(const grpc::Status status,
                     ExchangeStream(
                         import_.connection, StrCat("/", Method::kName),
                         [&] { return first ? std::exchange(first, std::nullopt) : NextRecord(); },
                         [&](const std::string& bytes) { valid = response.ParseFromString(bytes); }));
    if (!status.ok())
      return absl::UnavailableError(ExplainFailure(import_.connection, Method::kName, status));
    if (!valid) return absl::UnavailableError("the server returned OK without a valid response");
    Report(response);
    return absl::OkStatus();
  }

  // Returns the next valid record; nullopt at the end and when the call has enough lines.
  std::optional<std::string> NextRecord() {
    while (sent_.size() < kLinesPerCall) {
      if (!reader_.Next(line_)) {
        at_end_ = true;
        return std::nullopt;
      }
      import_.on_progress(reader_.number(), reader_.bytes_read());
      if (line_.find_first_not_of(" \t\r") == std::string::npos) continue;
      typename Method::Request record;
      if (const absl::Status status = Parse(record); status.ok()) {
        sent_.push_back(reader_.number());
        return record.SerializeAsString();
      } else {
        Fail(reader_.number(), std::string(status.message()));
      }
    }
    return std::nullopt;
  }

  absl::Status Parse(typename Method::Request& record) const {
    if (line_.size() > kMaxLineBytes) return absl::InvalidArgumentError("the line is longer than 1 MiB");
    const absl::Status status = ParseJson(line_, record);
    // The further lines of the message are an excerpt of the JSON text, which may contain the hash.
    return absl::Status(status.code(), status.message().substr(0, status.message().find('\n')));
  }

  void Report(const typename Method::Response& response) {
    counts_.imported += response.imported();
    counts_.present += Method::PresentIn(response);
    for (const typename Method::Failure& failure : response.failures()) {
      if (Method::IsPresent(failure)) {
        ++counts_.present;
      } else {
        Fail(sent_.at(static_cast<std::size_t>(failure.index())),
             StrCat(Method::KeyOf(failure), Method::KeyOf(failure).empty() ? "" : ": ", failure.message()));
      }
    }
    if (const std::int64_t unlisted = response.failed() - response.failures_size(); unlisted > 0) {
      import_.on_failure(sent_.back(), StrCat(unlisted, " further records up to this line failed"));
      counts_.failed += unlisted;
    }
  }

  void Fail(std::int64_t line, const std::string& error) {
    ++counts_.failed;
    import_.on_failure(line, error);
  }

  const RecordImport& import_;
  ImportCounts& counts_;
  LineReader reader_;
  std::string line_;
  // The line numbers of the current call's records.
  std::vector<std::int64_t> sent_;
  bool at_end_ = false;
};

}  // namespace

absl::Status ImportUsersFrom(const RecordImport& import, ImportCounts& counts) {
  return Importer<UserMethod>(import, counts).Run();
}

absl::Status ImportOrdersFrom(const RecordImport& import, ImportCounts& counts) {
  return Importer<OrderMethod>(import, counts).Run();
}

}  // namespace keelson
