#pragma once

#include <string>

#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson::e2e {

// A service with one user, and a PostgreSQL server of its own in which the test causes failures.
class Shop {
 public:
  static constexpr int kPoolSize = 8;
  static constexpr char kDatabase[] = "app";

  explicit Shop(const ServiceProcess::Settings& settings = {});

  servers::PostgresServer& server() { return server_; }
  ServiceProcess& service() { return service_; }
  const Client& client() const { return client_; }
  const std::string& user_id() const { return user_id_; }
  // Opens a superuser's session in the service's database.
  servers::PostgresSession Connect() const { return servers::PostgresSession(server_.admin_url(kDatabase)); }

  CallResult<accounts::v1::GetUserResponse> GetUser() const;
  CallResult<accounts::v1::ListUsersResponse> ListUsers() const;
  // Registers the address. The address is also the request id.
  CallResult<accounts::v1::RegisterUserResponse> Register(const std::string& email) const;
  bool BecomesHealthy(bool healthy) const;
  // Checks the recovery: the service serves, finds its user, registers another one, and can use all
  // connections of its pool concurrently.
  void CheckRecovered(const std::string& new_email);

 private:
  void CheckWholePool();

  servers::PostgresServer server_;
  const Folder folder_;
  ServiceProcess service_;
  const Client client_;
  const std::string user_id_;
};

// Expects UNAVAILABLE (STORE_UNAVAILABLE) with a retry delay. The error message must contain the name of the
// database and must not contain the password.
void CheckUnavailable(const grpc::Status& status);

}  // namespace keelson::e2e
