// What most end-to-end tests include, of which gRPC's headers take the longest to compile.
#pragma once

#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
