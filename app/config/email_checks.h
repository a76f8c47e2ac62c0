#pragma once

#include <vector>

#include "app/config/checks.h"

namespace keelson {

// The checks of the section [email]: they reject every setting with which a listed provider could not send,
// by the functions that judge each attempt. Settings of a provider that is not listed are not judged.
std::vector<ConfigCheck> EmailChecks();

}  // namespace keelson
