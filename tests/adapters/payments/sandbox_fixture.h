#pragma once

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "adapters/payments/sandbox/sandbox_payment_provider.h"
#include "core/common/strings.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_checks.h"

namespace keelson {

// A sandbox whose journal is in a temporary directory. The destructor deletes the directory.
class SandboxFixture {
 public:
  SandboxFixture() : folder_(std::filesystem::temp_directory_path() / StrCat("keelson-sandbox-", getpid())) {
    std::filesystem::create_directories(folder_);
    settings.path = folder_ / "payments.jsonl";
  }
  ~SandboxFixture() { std::filesystem::remove_all(folder_); }
  SandboxFixture(const SandboxFixture&) = delete;
  SandboxFixture& operator=(const SandboxFixture&) = delete;

  // Opens the journal, like a further process that uses the file.
  std::unique_ptr<SandboxPaymentProvider> Open() {
    return Must(SandboxPaymentProvider::Create(settings, [this] { return clock.Now(); }));
  }
  // Returns the refund of 12.50 EUR whose payment reference is `reference`.
  static PaymentRefund Refund(std::string reference, std::string key = "key-1") {
    PaymentRefund refund;
    refund.idempotency_key = std::move(key);
    refund.payment_reference = std::move(reference);
    refund.amount = {*Currency::Parse("EUR"), 1250};
    return refund;
  }
  static Deadline Soon() { return Deadline::After(absl::Seconds(10)); }

  std::string ReadJournal() const {
    std::ifstream file(settings.path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void AppendToJournal(const std::string& text) const { std::ofstream(settings.path, std::ios::app) << text; }
  // Number of lines with the type, "request" or "payout".
  int Count(const std::string& type) const {
    const std::vector<std::string> lines = absl::StrSplit(ReadJournal(), '\n');
    return static_cast<int>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(StrCat("\"type\":\"", type, "\"")) != std::string::npos;
    }));
  }

  SandboxSettings settings;
  FakeClock clock;

 private:
  const std::filesystem::path folder_;
};

}  // namespace keelson
