#include "tests/e2e/postgres/support/patient_caller.h"

namespace keelson::e2e {

PatientCaller::PatientCaller(const Fleet& fleet, std::size_t first) : next_(first) {
  for (std::size_t i = 0; i < fleet.size(); ++i) clients_.push_back(fleet.Connect(i));
}

std::string PatientCaller::RepeatAll() {
  std::string differences;
  for (const Answered& answered : answered_) {
    if (answered.repeat(*this) != answered.answer) differences += answered.request + "\n";
  }
  return differences;
}

}  // namespace keelson::e2e
