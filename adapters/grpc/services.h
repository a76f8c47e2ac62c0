// The contract's services over the use cases: handlers that translate and do nothing else.
#pragma once

#include <memory>

#include "adapters/grpc/rpc_service.h"
#include "core/use_cases.h"

namespace keelson {

// What the use cases refer to must outlive the services.
std::unique_ptr<RpcService> MakeAccountService(UseCases& use_cases);
std::unique_ptr<RpcService> MakeOrderService(UseCases& use_cases);
std::unique_ptr<RpcService> MakeRefundService(UseCases& use_cases);
std::unique_ptr<RpcService> MakeNotificationService(UseCases& use_cases);

}  // namespace keelson
