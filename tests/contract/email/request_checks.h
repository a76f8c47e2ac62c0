// Checks requests for SampleEmail() against each provider's documentation, independently of the adapters'
// code. Each function returns the differences, or an empty string.
#pragma once

#include <string>

#include "tests/support/http/scripted_server.h"

namespace keelson {

std::string CheckSendGrid(const servers::SeenRequest& request);
std::string CheckPostmark(const servers::SeenRequest& request);
std::string CheckSes(const servers::SeenRequest& request);
std::string CheckMailgun(const servers::SeenRequest& request);
std::string CheckResend(const servers::SeenRequest& request);
std::string CheckBrevo(const servers::SeenRequest& request);
// Checks that the signature is the one that AWS computes for the received request.
std::string CheckSignature(const servers::SeenRequest& request);

}  // namespace keelson
