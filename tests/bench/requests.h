// Generators of serialized requests for a load. Next writes the next request to its argument.
#pragma once

#include <cstddef>
#include <random>
#include <string>

#include "keelson/accounts/v1/accounts.pb.h"
#include "keelson/refunds/v1/refunds.pb.h"
#include "keelson/sessions/v1/sessions.pb.h"
#include "tests/bench/seed.h"

namespace keelson {

inline constexpr char kGetUserMethod[] = "/keelson.accounts.v1.AccountService/GetUser";
inline constexpr char kListUsersMethod[] = "/keelson.accounts.v1.AccountService/ListUsers";
inline constexpr char kRegisterUserMethod[] = "/keelson.accounts.v1.AccountService/RegisterUser";
inline constexpr char kSignInMethod[] = "/keelson.sessions.v1.SessionService/SignIn";
inline constexpr char kIntrospectMethod[] = "/keelson.sessions.v1.SessionService/IntrospectSession";
inline constexpr char kHealthMethod[] = "/grpc.health.v1.Health/Check";
inline constexpr char kImportUsersMethod[] = "/keelson.accounts.v1.AccountService/ImportUsers";
inline constexpr char kImportOrdersMethod[] = "/keelson.orders.v1.OrderService/ImportOrders";
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

// Requests of SignIn for all users in turn.
class SignInRequests {
 public:
  explicit SignInRequests(const Seed& seed) : seed_(seed) {}
  void Next(std::string& request);

 private:
  const Seed& seed_;
  std::size_t next_ = 0;
  sessions::v1::SignInRequest message_;
};

// Requests of IntrospectSession for the first `count` sessions in pseudo-random order.
class IntrospectRequests {
 public:
  explicit IntrospectRequests(int count) : count_(count) {}
  void Next(std::string& request);

 private:
  const int count_;
  std::minstd_rand random_;
  sessions::v1::IntrospectSessionRequest message_;
};

// Requests of CreateRefund that refund one cent of each order in turn, so that concurrent calls rarely lock
// the same order. With `in_a_row`, this number of consecutive requests refund the same order.
class RefundRequests {
 public:
  explicit RefundRequests(const Seed& seed, std::size_t in_a_row = 1) : seed_(seed), in_a_row_(in_a_row) {}
  void Next(std::string& request);

 private:
  const Seed& seed_;
  const std::size_t in_a_row_;
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
