#include "app/progress.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>

namespace keelson {
namespace {

struct Shown {
  explicit Shown(bool terminal) : progress(out, terminal, [this] { return now; }) {}

  // Returns the output since the last call of Take.
  std::string Take() {
    std::string text = out.str();
    out.str("");
    return text;
  }

  std::ostringstream out;
  SteadyTime now;
  Progress progress;
};

TEST_CASE("a terminal shows a progress bar that is redrawn in place") {
  Shown shown(/*terminal=*/true);
  shown.progress.Show("copying users", 0, 1000, "rows");
  CHECK(shown.Take() == "\r\x1b[K[                              ]   0%  copying users: 0 of 1000 rows");
  shown.now += absl::Milliseconds(100);
  shown.progress.Show("copying orders", 500, 1000, "rows");
  CHECK(shown.Take() == "\r\x1b[K[###############               ]  50%  copying orders: 500 of 1000 rows");
  shown.now += absl::Milliseconds(100);
  shown.progress.Show("copying orders", 1000, 1000, "rows");
  CHECK(shown.Take() == "\r\x1b[K[##############################] 100%  copying orders: 1000 of 1000 rows");
  shown.progress.Clear();
  CHECK(shown.Take() == "\r\x1b[K");
  shown.progress.Clear();
  CHECK(shown.Take().empty());
}

TEST_CASE("an operation without a known total shows a count instead of a bar") {
  Shown terminal(/*terminal=*/true);
  terminal.progress.ShowCount("importing", 7, "lines");
  CHECK(terminal.Take() == "\r\x1b[Kimporting: 7 lines");
  terminal.progress.ShowCount("importing", 8, "lines");
  CHECK(terminal.Take().empty());
  terminal.progress.Clear();
  CHECK(terminal.Take() == "\r\x1b[K");
  Shown file(/*terminal=*/false);
  file.now += absl::Seconds(10);
  file.progress.ShowCount("importing", 9, "lines");
  CHECK(file.Take() == "importing: 9 lines\n");
}

TEST_CASE("the progress bar is redrawn at most every 100 ms") {
  Shown shown(/*terminal=*/true);
  shown.progress.Show("checking", 1, 2, "rows");
  shown.Take();
  shown.now += absl::Milliseconds(99);
  shown.progress.Show("checking", 2, 2, "rows");
  CHECK(shown.Take().empty());
}

TEST_CASE(
    "without a terminal, one line is written every 10 s, and none if the operation takes less than 10 s") {
  Shown shown(/*terminal=*/false);
  shown.progress.Show("checking", 1, 4, "rows");
  shown.now += absl::Milliseconds(9'999);
  shown.progress.Show("checking", 2, 4, "rows");
  CHECK(shown.Take().empty());
  shown.now += absl::Milliseconds(1);
  shown.progress.Show("checking", 3, 4, "rows");
  CHECK(shown.Take() == " 75%  checking: 3 of 4 rows\n");
  shown.progress.Show("checking", 4, 4, "rows");
  shown.progress.Clear();
  CHECK(shown.Take().empty());
}

TEST_CASE("an empty operation is shown as 100 %") {
  Shown shown(/*terminal=*/true);
  shown.progress.Show("checking", 0, 0, "rows");
  CHECK_THAT(shown.Take(), Catch::Contains("100%"));
}

}  // namespace
}  // namespace keelson
