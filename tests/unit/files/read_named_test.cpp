#include "common/files/read_named.h"

#include <gtest/gtest.h>

namespace countersign::files {
namespace {

TEST(ReadNamed, NamesWhatIsWrong) {
  EXPECT_EQ(read_named("/nonexistent/x", 10).error().code, base::ErrorCode::not_found);
  EXPECT_EQ(read_named("/", 10).error().code, base::ErrorCode::io_error);
  EXPECT_EQ(read_named("/dev/zero", 10).error().code, base::ErrorCode::too_large);
  EXPECT_EQ(read_named("/dev/zero", 10).error().detail, "/dev/zero: more than 10 bytes");
  EXPECT_EQ(read_named("/dev/null", 10).value(), "");
}

}  // namespace
}  // namespace countersign::files
