#include "adapters/store/sqlite/guarded_files.h"

namespace keelson {

GuardedFiles& GuardedFiles::Get() {
  static auto& files = *new GuardedFiles();
  return files;
}

bool GuardedFiles::Has(const FileIdentity& identity) {
  const absl::MutexLock lock(&mutex_);
  return identities_.contains(identity);
}

void GuardedFiles::Add(const FileIdentity& identity) {
  const absl::MutexLock lock(&mutex_);
  identities_.insert(identity);
}

void GuardedFiles::Remove(const FileIdentity& identity) {
  const absl::MutexLock lock(&mutex_);
  identities_.erase(identity);
}

}  // namespace keelson
