#pragma once

#include "core/accounts/batch_get_users.h"
#include "core/accounts/get_user.h"
#include "core/accounts/list_users.h"
#include "core/accounts/register_user.h"
#include "core/accounts/verify_email.h"
#include "core/notifications/get_message.h"
#include "core/notifications/message_steps.h"
#include "core/notifications/preview_template.h"
#include "core/notifications/provider_status.h"
#include "core/notifications/retry_messages.h"
#include "core/notifications/send_test_message.h"
#include "core/orders/create_order.h"
#include "core/orders/get_order.h"
#include "core/orders/order_steps.h"
#include "core/refunds/cancel_order.h"
#include "core/refunds/create_refund.h"
#include "core/refunds/get_refund.h"

namespace keelson {

// What the services offer. Each must be callable from any number of threads at once.
struct UseCases {
  RegisterUser& register_user;
  VerifyEmail& verify_email;
  ResendVerification& resend_verification;
  GetUser& get_user;
  GetUserByEmail& get_user_by_email;
  BatchGetUsers& batch_get_users;
  ListUsers& list_users;

  CreateOrder& create_order;
  GetOrder& get_order;
  ListOrders& list_orders;
  PayOrder& pay_order;
  ShipOrder& ship_order;
  DeliverOrder& deliver_order;
  CancelOrder& cancel_order;

  CheckRefund& check_refund;
  CreateRefund& create_refund;
  GetRefund& get_refund;
  ListRefunds& list_refunds;

  GetMessage& get_message;
  ListMessages& list_messages;
  RetryMessage& retry_message;
  RetryMessages& retry_messages;
  CancelMessage& cancel_message;
  SendTestMessage& send_test_message;
  const PreviewTemplate& preview_template;
  const ProviderStatuses& provider_statuses;
};

}  // namespace keelson
