#pragma once

#include <string_view>

namespace keelson {

// Whether a message of this template may be sent again after an attempt with an unknown outcome, by a
// provider that does not recognize repeats. True for links that a user waits for and for security warnings,
// because a duplicate does less harm than a lost message. False for receipts: the message becomes DEAD, and
// an operator decides.
bool IsSafeToResend(std::string_view template_name);

}  // namespace keelson
