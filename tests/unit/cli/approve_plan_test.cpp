#include "cli/approve_plan.h"

#include <gtest/gtest.h>

#include "cli/command.h"

namespace countersign::cli {
namespace {

using base::ErrorCode;
using Words = std::vector<std::string_view>;

base::Result<ApprovePlan> plan_of(const Words& more) {
  Words words{"--registry", "https://registry.example.com", "--key", "k", "--user", "alice"};
  words.insert(words.end(), more.begin(), more.end());
  const auto options = Options::parse(approve_command().options, words);
  if (!options) return options.error();
  return read_approve_plan(*options);
}

TEST(ApprovePlan, WaitsForAPersonUnlessToldOtherwise) {
  const auto plan = plan_of({});
  ASSERT_TRUE(plan) << to_string(plan.error());
  EXPECT_FALSE(plan->yes || plan->once || plan->wait || plan->number || plan->refusal || plan->challenge);
}

TEST(ApprovePlan, AScriptAnswersOnceAndDoesNotWaitForEver) {
  const auto plan = plan_of({"--number", "47", "--yes"});
  ASSERT_TRUE(plan) << to_string(plan.error());
  EXPECT_TRUE(plan->yes && plan->once);
  EXPECT_EQ(plan->wait, base::Seconds(30));
  EXPECT_EQ(plan->number->value(), 47);
  EXPECT_EQ(plan_of({"--yes", "--deny", "--wait=0"})->wait, base::Seconds(0));
  EXPECT_EQ(plan_of({"--yes", "--deny"})->refusal, statement::Decision::deny);
  EXPECT_EQ(plan_of({"--report"})->refusal, statement::Decision::report);
}

TEST(ApprovePlan, RefusesWhatContradictsItself) {
  for (const Words& words : {Words{"--number", "47", "--deny"}, Words{"--deny", "--report"}, Words{"--number", "9"},
                             Words{"--number", "100"}, Words{"--number", "x"}, Words{"--wait", "-1"},
                             Words{"--wait", "1s"}, Words{"--wait", "86401"}, Words{"--wait", ""}}) {
    EXPECT_EQ(plan_of(words).error().code, ErrorCode::bad_usage) << words.front();
  }
  EXPECT_EQ(plan_of({"--challenge", "abc"}).error().code, ErrorCode::bad_text);
}

}  // namespace
}  // namespace countersign::cli
