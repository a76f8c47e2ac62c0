#pragma once

#include <string>
#include <string_view>

namespace keelson {

// A password or token in plain text. Can't be printed, compared or copied by accident; its memory is wiped on
// destruction.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // Returns the plain text. The view is valid as long as the secret. The name makes every use easy to find.
  std::string_view Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  void Wipe();

  std::string value_;
};

}  // namespace keelson
