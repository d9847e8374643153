#include "common/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace countersign::base {
namespace {

TEST(Result, ReadingTheWrongArmStops) {
  const Result<int> failed(ErrorCode::too_large, "9");
  EXPECT_FALSE(failed);
  EXPECT_THROW((void)failed.value(), BadResultAccess);
  EXPECT_THROW((void)*failed, BadResultAccess);
  const Result<int> good(7);
  EXPECT_EQ(*good, 7);
  EXPECT_THROW((void)good.error(), BadResultAccess);
}

TEST(Result, AFailedBoolIsNotTrue) {
  const Result<bool> failed(ErrorCode::internal);
  EXPECT_THROW((void)*failed, BadResultAccess);
}

TEST(Result, VoidAndMoveOnly) {
  Result<void> done;
  EXPECT_TRUE(done);
  EXPECT_THROW((void)done.error(), BadResultAccess);
  Result<std::unique_ptr<int>> owned(std::make_unique<int>(3));
  const std::unique_ptr<int> taken = *std::move(owned);
  EXPECT_EQ(*taken, 3);
}

TEST(Error, ComparesByCodeAndKeepsContext) {
  const Error inner(ErrorCode::bad_text, "line 3");
  EXPECT_EQ(inner, Error(ErrorCode::bad_text, "elsewhere"));
  EXPECT_EQ(to_string(inner.within("record")), "bad_text: record: line 3");
}

}  // namespace
}  // namespace countersign::base
