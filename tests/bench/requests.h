// Generators of serialized requests for a load. Next writes the next request to its argument.
#pragma once

#include <cstddef>
#include <string>

#include "keelson/accounts/v1/accounts.pb.h"
#include "keelson/refunds/v1/refunds.pb.h"
#include "tests/bench/seed.h"

namespace keelson {

inline constexpr char kGetUserMethod[] = "/keelson.accounts.v1.AccountService/GetUser";
inline constexpr char kListUsersMethod[] = "/keelson.accounts.v1.AccountService/ListUsers";
inline constexpr char kRegisterUserMethod[] = "/keelson.accounts.v1.AccountService/RegisterUser";
inline constexpr char kImportUsersMethod[] = "/keelson.accounts.v1.AccountService/ImportUsers";
inline constexpr char kCreateRefundMethod[] = "/keelson.refunds.v1.RefundService/CreateRefund";

// Requests of GetUser for all users in turn.
class UserRequests {
 public:
  explicit UserRequests(const Seed& seed) : seed_(seed) {}
  void Next(std::string& request);

 private:
  const Seed& seed_;
  std::size_t next_ = 0;
  accounts::v1::GetUserRequest message_;
};

// Requests of CreateRefund that refund one cent of each order in turn, so that concurrent calls rarely lock
// the same order.
class RefundRequests {
 public:
  explicit RefundRequests(const Seed& seed) : seed_(seed) {}
  void Next(std::string& request);

 private:
  const Seed& seed_;
  std::size_t next_ = 0;
  refunds::v1::CreateRefundRequest message_;
};

// Requests of RegisterUser, each with a new e-mail address. `round` makes the addresses unique across rounds.
class RegistrationRequests {
 public:
  explicit RegistrationRequests(int round) : round_(round) {}
  void Next(std::string& request);

 private:
  const int round_;
  std::size_t next_ = 0;
  accounts::v1::RegisterUserRequest message_;
};

}  // namespace keelson
