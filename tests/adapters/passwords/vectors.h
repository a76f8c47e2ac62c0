#pragma once

#include <string>
#include <vector>

namespace keelson {

struct HashVector {
  // The publication that contains the vector, or the program that computed it.
  std::string origin;
  std::string password;
  std::string hash;
};

// Published hashes of every supported format.
const std::vector<HashVector>& HashVectors();

}  // namespace keelson
