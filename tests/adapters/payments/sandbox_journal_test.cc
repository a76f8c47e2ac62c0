#include "adapters/payments/sandbox/sandbox_journal.h"

#include <fcntl.h>
#include <sys/file.h>

#include "tests/adapters/payments/sandbox_fixture.h"

namespace keelson {
namespace {

using Catch::Matchers::Contains;
using Kind = PaymentOutcome::Kind;

TEST_CASE("an incomplete last line is removed, and the refund is paid when it is requested again") {
  SandboxFixture fixture;
  const PaymentRefund refund = SandboxFixture::Refund("settles");
  REQUIRE(fixture.Open()->Refund(refund, SandboxFixture::Soon()).kind == Kind::kSucceeded);
  const std::string complete = fixture.ReadJournal();
  const std::size_t request_bytes = complete.find('\n') + 1;
  // The length that each crash leaves: within the request, after it, and within the payout.
  for (const std::size_t bytes : {std::size_t{0}, request_bytes / 2, request_bytes, complete.size() - 1}) {
    CAPTURE(bytes);
    std::filesystem::resize_file(fixture.settings.path, 0);
    fixture.AppendToJournal(complete.substr(0, bytes));
    const auto sandbox = fixture.Open();
    CHECK(sandbox->FindRefund(refund, "", SandboxFixture::Soon()).kind == Kind::kNotFound);
    CHECK(sandbox->Refund(refund, SandboxFixture::Soon()).kind == Kind::kSucceeded);
    CHECK(fixture.Count("payout") == 1);
    CHECK(fixture.ReadJournal().ends_with("}\n"));
  }
}

TEST_CASE("an incomplete line of another instance is removed while the sandbox runs") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  fixture.AppendToJournal("{\"time\":\"2026");
  CHECK(sandbox->Refund(SandboxFixture::Refund("settles"), SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(fixture.ReadJournal().starts_with("{\"time\":\""));
  CHECK(fixture.Open()->Probe(SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(fixture.Count("payout") == 1);
}

TEST_CASE("a file that is not a journal is refused at the start, and reported while in use") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  REQUIRE(sandbox->Refund(SandboxFixture::Refund("settles"), SandboxFixture::Soon()).kind ==
          Kind::kSucceeded);
  const std::size_t bytes = fixture.ReadJournal().size();
  const std::string line = GENERATE("hello\n", "{}\n", "{\"type\":\"payout\",\"time\":1}\n", "\n");
  CAPTURE(line);
  fixture.AppendToJournal(line);
  const absl::Status status = SandboxPaymentProvider::Create(fixture.settings).status();
  CHECK(absl::IsFailedPrecondition(status));
  CHECK_THAT(std::string(status.message()),
             Contains(fixture.settings.path) && Contains(StrCat("byte ", bytes)));
  for (const PaymentOutcome& outcome :
       {sandbox->Refund(SandboxFixture::Refund("settles", "key-2"), SandboxFixture::Soon()),
        sandbox->Probe(SandboxFixture::Soon())}) {
    CHECK(outcome.kind == Kind::kConfig);
    CHECK_THAT(outcome.message, Contains(fixture.settings.path));
  }
}

TEST_CASE("a truncated journal is reported") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  REQUIRE(sandbox->Refund(SandboxFixture::Refund("settles"), SandboxFixture::Soon()).kind ==
          Kind::kSucceeded);
  std::filesystem::resize_file(fixture.settings.path, 0);
  const PaymentOutcome outcome = sandbox->Refund(SandboxFixture::Refund("settles"), SandboxFixture::Soon());
  CHECK(outcome.kind == Kind::kConfig);
  CHECK_THAT(outcome.message, Contains("truncated"));
}

TEST_CASE("a journal in a missing directory is refused, and the error names the path") {
  SandboxFixture fixture;
  fixture.settings.path += ".d/payments.jsonl";
  const absl::Status status = SandboxPaymentProvider::Create(fixture.settings).status();
  CHECK(absl::IsFailedPrecondition(status));
  CHECK_THAT(std::string(status.message()),
             Contains("payments.sandbox.path " + fixture.settings.path) && Contains("No such file"));
}

TEST_CASE("while another process holds the lock of the journal, the sandbox is unreachable") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  const int file = open(fixture.settings.path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(file >= 0);
  REQUIRE(flock(file, LOCK_EX) == 0);
  const Deadline deadline = Deadline::After(absl::Milliseconds(50));
  CHECK(sandbox->Refund(SandboxFixture::Refund("settles"), deadline).kind == Kind::kUnreachable);
  CHECK(sandbox->Probe(Deadline::After(absl::Milliseconds(1))).kind == Kind::kUnreachable);
  close(file);
  CHECK(sandbox->Refund(SandboxFixture::Refund("settles"), SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(fixture.Count("payout") == 1);
}

}  // namespace
}  // namespace keelson
