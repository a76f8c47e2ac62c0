#pragma once

#include <latch>
#include <thread>
#include <type_traits>
#include <vector>

namespace keelson::e2e {

// Calls `work(i)` concurrently for each i below `count` and returns the results in order. `work` must not use
// Catch2 macros, which are not thread-safe.
template <typename Work>
auto AllAtOnce(int count, const Work& work) {
  std::vector<std::invoke_result_t<Work, int>> results(static_cast<std::size_t>(count));
  std::latch start(count);
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      results[static_cast<std::size_t>(i)] = work(i);
    });
  }
  threads.clear();
  return results;
}

}  // namespace keelson::e2e
