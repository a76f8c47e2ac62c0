#include "tests/e2e/postgres/support/fleet.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "core/common/strings.h"
#include "tests/e2e/support/stores.h"
#include "tests/support/postgres/free_port.h"

namespace keelson::e2e {
namespace {

std::string MailFolderName(std::size_t index) {
  return StrCat("mail", index);
}

}  // namespace

Fleet::Fleet(std::size_t size, const ServiceProcess::Settings& settings)
    : settings_(settings), services_(size) {
  // If the variable is not set, because the test is run by hand, use PostgreSQL without a connection pooler.
  setenv("KEELSON_E2E_STORE", "postgres", /*overwrite=*/0);
  REQUIRE(OnPostgres());
  for (std::size_t i = 0; i < size; ++i) targets_.push_back(StrCat("127.0.0.1:", servers::FreePort()));
  for (std::size_t i = 0; i < size; ++i) Start(i);
}

std::filesystem::path Fleet::mail_folder(std::size_t index) const {
  return folder_ / MailFolderName(index);
}

void Fleet::Crash(std::size_t index) {
  services_[index]->Kill();
  Start(index);
}

void Fleet::Start(std::size_t index) {
  ServiceProcess::Settings settings = settings_;
  settings.push_back(StrCat("server.listen=", targets_[index]));
  settings.push_back(StrCat("email.file.directory=", MailFolderName(index)));
  services_[index].emplace(folder_.path(), settings);
}

}  // namespace keelson::e2e
