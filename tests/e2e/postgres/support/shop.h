#pragma once

#include <string>

#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/service_process.h"
#include "tests/support/postgres/postgres_server.h"

namespace keelson::e2e {

// A service on a PostgreSQL of its own that trouble is made for, with one user.
class Shop {
 public:
  static constexpr int kPoolSize = 8;
  static constexpr char kDatabase[] = "app";

  explicit Shop(const ServiceProcess::Settings& settings = {});

  servers::PostgresServer& server() { return server_; }
  ServiceProcess& service() { return service_; }
  const Client& client() const { return client_; }
  const std::string& user_id() const { return user_id_; }
  // A superuser's session in its database.
  servers::PostgresSession Connect() const { return servers::PostgresSession(server_.admin_url(kDatabase)); }

  Answer<accounts::v1::GetUserResponse> GetUser() const;
  Answer<accounts::v1::ListUsersResponse> ListUsers() const;
  // Under a request id of the address's own.
  Answer<accounts::v1::RegisterUserResponse> Register(const std::string& email) const;
  bool BecomesHealthy(bool healthy) const;
  // All is as before the trouble: the service serves, has the user, takes another, and every connection of
  // its pool is of use, all at the same time.
  void CheckWellAgain(const std::string& new_email);

 private:
  void CheckWholePool();

  servers::PostgresServer server_;
  const Folder folder_;
  ServiceProcess service_;
  const Client client_;
  const std::string user_id_;
};

// UNAVAILABLE because of the store, with the time to come back, and without a password.
void CheckUnavailable(const grpc::Status& status);

}  // namespace keelson::e2e
