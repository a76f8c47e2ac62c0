#include "app/application.h"

namespace keelson {
namespace {

AccountPolicy AccountPolicyOf(const Config& config) {
  return {.verification_ttl = config.accounts.verification_ttl,
          .resend_cooldown = config.accounts.resend_cooldown,
          .conceal_existing_email = config.accounts.conceal_existing_email,
          .password_min_length = config.passwords.min_length};
}

}  // namespace

Application::Application(const Config& config, const Sha256Digest& page_token_key, const Ports& ports)
    : account_policy_(AccountPolicyOf(config)),
      page_tokens_(page_token_key),
      verification_(ports.entropy, ports.ids, account_policy_),
      register_user_(ports.store, ports.hasher, ports.clock, ports.ids, verification_, account_policy_),
      verify_email_(ports.store, ports.clock, ports.ids),
      resend_verification_(ports.store, ports.clock, verification_, account_policy_),
      get_user_(ports.store),
      get_user_by_email_(ports.store),
      batch_get_users_(ports.store),
      list_users_(ports.store, page_tokens_),
      create_order_(ports.store, ports.clock, ports.ids),
      get_order_(ports.store),
      list_orders_(ports.store, page_tokens_),
      pay_order_(ports.store, ports.clock, config.payments.provider),
      ship_order_(ports.store, ports.clock),
      deliver_order_(ports.store, ports.clock),
      cancel_order_(ports.store, ports.clock, ports.ids),
      check_refund_(ports.store, ports.clock, config.refunds),
      create_refund_(ports.store, ports.clock, ports.ids, config.refunds),
      get_refund_(ports.store),
      list_refunds_(ports.store, page_tokens_),
      get_message_(ports.store, ports.clock, ports.provider_statuses),
      list_messages_(ports.store, ports.clock, ports.provider_statuses, page_tokens_),
      retry_message_(ports.store, ports.clock),
      retry_messages_(ports.store, ports.clock, page_tokens_),
      cancel_message_(ports.store, ports.clock),
      send_test_message_(ports.store, ports.clock, ports.ids, config.email.providers),
      preview_template_(ports.renderer),
      provider_statuses_(ports.provider_statuses) {}

UseCases Application::use_cases() {
  return {.register_user = register_user_,
          .verify_email = verify_email_,
          .resend_verification = resend_verification_,
          .get_user = get_user_,
          .get_user_by_email = get_user_by_email_,
          .batch_get_users = batch_get_users_,
          .list_users = list_users_,
          .create_order = create_order_,
          .get_order = get_order_,
          .list_orders = list_orders_,
          .pay_order = pay_order_,
          .ship_order = ship_order_,
          .deliver_order = deliver_order_,
          .cancel_order = cancel_order_,
          .check_refund = check_refund_,
          .create_refund = create_refund_,
          .get_refund = get_refund_,
          .list_refunds = list_refunds_,
          .get_message = get_message_,
          .list_messages = list_messages_,
          .retry_message = retry_message_,
          .retry_messages = retry_messages_,
          .cancel_message = cancel_message_,
          .send_test_message = send_test_message_,
          .preview_template = preview_template_,
          .provider_statuses = provider_statuses_};
}

}  // namespace keelson
