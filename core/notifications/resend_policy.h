#pragma once

#include <string_view>

namespace keelson {

// Whether a message of this template may be sent again where it is not known that a copy went out, by a
// provider that does not tell repeats apart. A link that somebody waits for, or a warning, does less harm
// twice than never; a receipt waits for a person to look.
bool IsSafeToResend(std::string_view template_name);

}  // namespace keelson
