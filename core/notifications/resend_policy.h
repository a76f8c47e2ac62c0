#pragma once

#include <string_view>

namespace keelson {

// Whether a message of this template may be sent again after an attempt with an unknown outcome, by a
// provider that does not recognize repeats. A link that a user waits for, or a security warning, does less
// harm twice than never. A receipt does not: the message becomes DEAD, and an operator decides.
bool IsSafeToResend(std::string_view template_name);

}  // namespace keelson
