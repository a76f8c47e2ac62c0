// UseCases owns one instance of every use case. To add a use case, add a line here and a method in a service
// of adapters/grpc.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/accounts/account_counters.h"
#include "core/accounts/account_policy.h"
#include "core/accounts/batch_get_users.h"
#include "core/accounts/email_change.h"
#include "core/accounts/get_user.h"
#include "core/accounts/import_users.h"
#include "core/accounts/list_users.h"
#include "core/accounts/password_hasher.h"
#include "core/accounts/register_user.h"
#include "core/accounts/update_user.h"
#include "core/accounts/user_steps.h"
#include "core/accounts/verification.h"
#include "core/accounts/verify_email.h"
#include "core/common/clock.h"
#include "core/common/entropy.h"
#include "core/common/id.h"
#include "core/common/log.h"
#include "core/common/page.h"
#include "core/common/sha256.h"
#include "core/ledger/list_ledger_entries.h"
#include "core/notifications/get_message.h"
#include "core/notifications/message_renderer.h"
#include "core/notifications/message_steps.h"
#include "core/notifications/preview_template.h"
#include "core/notifications/provider_status.h"
#include "core/notifications/retry_messages.h"
#include "core/notifications/send_test_message.h"
#include "core/orders/create_order.h"
#include "core/orders/get_order.h"
#include "core/orders/order_steps.h"
#include "core/privacy/erase_expired_users.h"
#include "core/privacy/erase_user.h"
#include "core/privacy/export_user.h"
#include "core/refunds/cancel_order.h"
#include "core/refunds/change_refund_policy.h"
#include "core/refunds/confirm_refund.h"
#include "core/refunds/create_refund.h"
#include "core/refunds/get_refund.h"
#include "core/refunds/import_orders.h"
#include "core/refunds/pay_order.h"
#include "core/refunds/payment_provider_status.h"
#include "core/refunds/refund_steps.h"
#include "core/sessions/change_password.h"
#include "core/sessions/count_sessions.h"
#include "core/sessions/end_sessions.h"
#include "core/sessions/introspect_session.h"
#include "core/sessions/list_sessions.h"
#include "core/sessions/password_verifier.h"
#include "core/sessions/record_session_uses.h"
#include "core/sessions/refresh_session.h"
#include "core/sessions/replace_password.h"
#include "core/sessions/request_password_reset.h"
#include "core/sessions/reset_password.h"
#include "core/sessions/revoke_session.h"
#include "core/sessions/session_policy.h"
#include "core/sessions/session_uses.h"
#include "core/sessions/sign_in.h"
#include "core/sessions/sign_in_counters.h"
#include "core/store/store.h"

namespace keelson {

// The ports must outlive this object. Every use case is thread-safe, blocks on the ports that it uses, and
// also returns the store's errors (core/store/store.h).
class UseCases {
 public:
  struct Ports {
    Store& store;
    PasswordHasher& hasher;
    Clock& clock;
    Entropy& entropy;
    IdGenerator& ids;
    const MessageRenderer& renderer;
    const ProviderStatuses& provider_statuses;
    const PaymentProviderStatuses& payment_provider_statuses;
    Log& log;
  };
  struct Settings {
    AccountPolicy accounts = {};
    SessionPolicy sessions = {};
    RefundPolicy refunds = {};
    PaymentPolicy payments = {};
    // Names of the configured providers, in failover order.
    std::vector<std::string> email_providers = {};
    Sha256Digest page_token_key{};
  };

  UseCases(const Ports& ports, Settings settings) : ports_(ports), settings_(std::move(settings)) {}
  UseCases(const UseCases&) = delete;
  UseCases& operator=(const UseCases&) = delete;

 private:
  const Ports ports_;
  const Settings settings_;
  const PageTokens page_tokens_{settings_.page_token_key};
  VerificationMail verification_{ports_.entropy, ports_.ids, settings_.accounts};
  PasswordVerifier password_verifier_{ports_.store, ports_.hasher};
  EndSessions end_sessions_{settings_.sessions};
  ReplacePassword replace_password_{ports_.ids, end_sessions_};
  SessionUses session_uses_;
  AccountCounters account_counters_;
  SignInCounters sign_in_counters_{};

 public:
  RegisterUser register_user{ports_.store,  ports_.hasher,     ports_.clock,      ports_.ids,
                             verification_, account_counters_, settings_.accounts};
  VerifyEmail verify_email{ports_.store, ports_.clock, ports_.ids, account_counters_};
  ResendVerification resend_verification{ports_.store, ports_.clock, verification_, settings_.accounts};
  GetUser get_user{ports_.store};
  GetUserByEmail get_user_by_email{ports_.store};
  BatchGetUsers batch_get_users{ports_.store};
  ListUsers list_users{ports_.store, page_tokens_};
  UpdateUser update_user{ports_.store, ports_.clock};
  StartEmailChange start_email_change{ports_.store, ports_.clock, ports_.entropy, ports_.ids,
                                      settings_.accounts};
  ConfirmEmailChange confirm_email_change{ports_.store, ports_.clock};
  SuspendUser suspend_user{ports_.store, ports_.clock, end_sessions_};
  ReinstateUser reinstate_user{ports_.store, ports_.clock};
  DeleteUser delete_user{ports_.store, ports_.clock, end_sessions_, settings_.accounts};
  UndeleteUser undelete_user{ports_.store, ports_.clock};
  ImportUsers import_users{ports_.store, ports_.hasher, ports_.clock, ports_.ids};
  EraseUser erase_user{ports_.store, ports_.clock, end_sessions_};
  ExportUser export_user{ports_.store};

  SignIn sign_in{ports_.store,       ports_.clock,  ports_.entropy,    ports_.ids,
                 password_verifier_, end_sessions_, sign_in_counters_, settings_.sessions};
  RefreshSession refresh_session{ports_.store, ports_.clock, ports_.entropy, settings_.sessions};
  IntrospectSession introspect_session{ports_.store, ports_.clock, session_uses_, settings_.sessions};
  RevokeSession revoke_session{ports_.store, ports_.clock, settings_.sessions};
  RevokeAllSessions revoke_all_sessions{ports_.store, ports_.clock, end_sessions_};
  ListSessions list_sessions{ports_.store, ports_.clock, page_tokens_, settings_.sessions};
  RequestPasswordReset request_password_reset{ports_.store, ports_.clock, ports_.entropy, ports_.ids,
                                              settings_.accounts};
  ResetPassword reset_password{ports_.store, ports_.hasher, ports_.clock, replace_password_,
                               settings_.accounts};
  ChangePassword change_password{ports_.store,       ports_.hasher,     ports_.clock,
                                 password_verifier_, replace_password_, settings_.accounts};
  // Called by background jobs.
  RecordSessionUses record_session_uses{ports_.store, session_uses_, settings_.sessions};
  CountSessions count_sessions{ports_.store, ports_.clock, settings_.sessions};
  // For metrics.
  const AccountCounters& account_counters = account_counters_;
  const SignInCounters& sign_in_counters = sign_in_counters_;
  EraseExpiredUsers erase_expired_users{ports_.store, ports_.clock, end_sessions_, ports_.log};

  CreateOrder create_order{ports_.store, ports_.clock, ports_.ids};
  GetOrder get_order{ports_.store};
  ListOrders list_orders{ports_.store, page_tokens_};
  ShipOrder ship_order{ports_.store, ports_.clock};
  DeliverOrder deliver_order{ports_.store, ports_.clock};
  ImportOrders import_orders{ports_.store, ports_.clock, ports_.ids, settings_.payments};

  RefundPolicies refund_policies{settings_.refunds};
  PayOrder pay_order{ports_.store, ports_.clock, ports_.ids, refund_policies, settings_.payments};
  CancelOrder cancel_order{ports_.store, ports_.clock, ports_.ids, refund_policies};
  CheckRefund check_refund{ports_.store, ports_.clock, refund_policies};
  CreateRefund create_refund{ports_.store, ports_.clock, ports_.ids, refund_policies};
  ApproveRefund approve_refund{ports_.store, ports_.clock, ports_.ids};
  RejectRefund reject_refund{ports_.store, ports_.clock, ports_.ids};
  CancelRefund cancel_refund{ports_.store, ports_.clock, ports_.ids};
  RetryRefund retry_refund{ports_.store, ports_.clock, refund_policies};
  ConfirmRefund confirm_refund{ports_.store, ports_.clock, ports_.ids};
  GetRefund get_refund{ports_.store};
  ListRefunds list_refunds{ports_.store, page_tokens_};
  const PaymentProviderStatuses& payment_provider_statuses = ports_.payment_provider_statuses;
  // Called when the configuration is reloaded.
  ChangeRefundPolicy change_refund_policy{ports_.store, ports_.clock, refund_policies};

  ListLedgerEntries list_ledger_entries{ports_.store, page_tokens_};

  GetMessage get_message{ports_.store, ports_.clock, ports_.provider_statuses};
  ListMessages list_messages{ports_.store, ports_.clock, ports_.provider_statuses, page_tokens_};
  RetryMessage retry_message{ports_.store, ports_.clock};
  RetryMessages retry_messages{ports_.store, ports_.clock, page_tokens_};
  CancelMessage cancel_message{ports_.store, ports_.clock};
  SendTestMessage send_test_message{ports_.store, ports_.clock, ports_.ids, settings_.email_providers};
  const PreviewTemplate preview_template{ports_.renderer};
  const ProviderStatuses& provider_statuses = ports_.provider_statuses;
};

}  // namespace keelson
