// The services of the public contract: handlers that translate between messages and use cases.
#pragma once

#include <memory>

#include "adapters/grpc/rpc_service.h"
#include "core/use_cases.h"

namespace keelson {

// `use_cases` must outlive the services.
std::unique_ptr<RpcService> MakeAccountService(UseCases& use_cases);
std::unique_ptr<RpcService> MakeSessionService(UseCases& use_cases);
std::unique_ptr<RpcService> MakeOrderService(UseCases& use_cases);
std::unique_ptr<RpcService> MakeRefundService(UseCases& use_cases);
std::unique_ptr<RpcService> MakeLedgerService(UseCases& use_cases);
std::unique_ptr<RpcService> MakeNotificationService(UseCases& use_cases);

}  // namespace keelson
