#include "common/base/reason.h"

#include <gtest/gtest.h>

namespace countersign::base {
namespace {

TEST(RegistryReason, IsWhatSection9Names) {
  for (const ErrorCode code : {ErrorCode::bad_request, ErrorCode::record_unknown, ErrorCode::challenge_expired,
                               ErrorCode::pairing_ended, ErrorCode::quota_exceeded, ErrorCode::internal}) {
    EXPECT_EQ(parse_registry_reason(to_string(code)), code);
  }
}

TEST(RegistryReason, IsNothingElse) {
  for (const std::string_view text : {"", "bad_reques", "bad_request ", "BAD_REQUEST", "deadline_passed", "bad_config",
                                      "answer_denied", "bad_courier_message"}) {
    EXPECT_EQ(parse_registry_reason(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace countersign::base
