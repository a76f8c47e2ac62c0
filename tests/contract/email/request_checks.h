// Each provider's documented form of a request to send SampleEmail(), checked without the adapters' code.
// Every function says what is wrong, or nothing.
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
// That the signature is what AWS would compute for the request as it arrived.
std::string CheckSignature(const servers::SeenRequest& request);

}  // namespace keelson
