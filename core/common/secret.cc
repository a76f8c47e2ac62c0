#include "core/common/secret.h"

#include <sodium.h>

#include <utility>

namespace keelson {

// Moving a short string copies its bytes, so the source must be wiped.
Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) {
  other.Wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe();
    value_ = std::move(other.value_);
    other.Wipe();
  }
  return *this;
}

Secret::~Secret() {
  Wipe();
}

void Secret::Wipe() {
  value_.resize(value_.capacity());
  sodium_memzero(value_.data(), value_.size());
  value_.clear();
}

}  // namespace keelson
