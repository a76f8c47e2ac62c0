#pragma once

#include "adapters/grpc/use_cases.h"
#include "app/config/config.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/password_hasher.h"
#include "core/accounts/verification.h"
#include "core/common/clock.h"
#include "core/common/entropy.h"
#include "core/common/id.h"
#include "core/common/page.h"
#include "core/common/sha256.h"
#include "core/store/store.h"

namespace keelson {

// The use cases that callers reach, on the ports they are given. The ports outlive it.
class Application {
 public:
  struct Ports {
    Store& store;
    PasswordHasher& hasher;
    Clock& clock;
    Entropy& entropy;
    IdGenerator& ids;
    const MessageRenderer& renderer;
    const ProviderStatuses& provider_statuses;
  };

  Application(const Config& config, const Sha256Digest& page_token_key, const Ports& ports);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  UseCases use_cases();

 private:
  const AccountPolicy account_policy_;
  const PageTokens page_tokens_;
  VerificationMail verification_;

  RegisterUser register_user_;
  VerifyEmail verify_email_;
  ResendVerification resend_verification_;
  GetUser get_user_;
  GetUserByEmail get_user_by_email_;
  BatchGetUsers batch_get_users_;
  ListUsers list_users_;

  CreateOrder create_order_;
  GetOrder get_order_;
  ListOrders list_orders_;
  PayOrder pay_order_;
  ShipOrder ship_order_;
  DeliverOrder deliver_order_;
  CancelOrder cancel_order_;

  CheckRefund check_refund_;
  CreateRefund create_refund_;
  GetRefund get_refund_;
  ListRefunds list_refunds_;

  GetMessage get_message_;
  ListMessages list_messages_;
  RetryMessage retry_message_;
  RetryMessages retry_messages_;
  CancelMessage cancel_message_;
  SendTestMessage send_test_message_;
  const PreviewTemplate preview_template_;
  const ProviderStatuses& provider_statuses_;
};

}  // namespace keelson
