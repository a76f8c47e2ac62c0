// Headers that most end-to-end tests include; gRPC's take the longest to compile.
#pragma once

#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
