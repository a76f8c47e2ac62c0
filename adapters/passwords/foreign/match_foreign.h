#pragma once

#include <string>
#include <string_view>

namespace keelson {

// Whether `computed`, which was computed from `password`, is the hash `stored`. Takes constant time, and
// erases `computed`.
//
// A password with a NUL matches no hash of another system: bcrypt ends a password at its first NUL, and HMAC,
// in PBKDF2 and scrypt, ignores NULs at the end, so that the hash would also match without the NUL. Compute
// the hash of such a password nevertheless: the response time must not tell a caller which format a stored
// hash has.
bool MatchForeign(std::string_view password, std::string& computed, std::string_view stored);

}  // namespace keelson
