#include "common/command/options.h"

#include <gtest/gtest.h>

#include <array>

namespace countersign::command {
namespace {

using base::ErrorCode;
using Words = std::vector<std::string_view>;

constexpr std::array<OptionSpec, 4> kTable{
    {{"key", Takes::value, true}, {"yes", Takes::nothing}, {"wait"}, {"group", Takes::values}}};

TEST(Options, ReadsBothSpellings) {
  for (const Words& words : {Words{"--key", "a=b", "--yes", "file"}, Words{"file", "--yes", "--key=a=b"},
                             Words{"--key=a=b", "--yes", "--", "file"}}) {
    const auto options = Options::parse(kTable, words, {0, 1});
    ASSERT_TRUE(options) << to_string(options.error());
    EXPECT_EQ(options->value("key"), "a=b");
    EXPECT_TRUE(options->has("yes"));
    EXPECT_FALSE(options->has("wait"));
    EXPECT_EQ(options->value("wait"), std::nullopt);
    EXPECT_EQ(options->value_or("wait", "90s"), "90s");
    EXPECT_TRUE(options->values("group").empty());
    EXPECT_EQ(options->operands(), std::vector<std::string>{"file"});
  }
}

TEST(Options, TakesAnOptionLikeWordAsValueAndAfterTheEnd) {
  EXPECT_EQ(Options::parse(kTable, Words{"--key", "--yes"})->value("key"), "--yes");
  EXPECT_EQ(Options::parse(kTable, Words{"--key=x", "--", "--yes"}, {0, 1})->operands().front(), "--yes");
  EXPECT_EQ(Options::parse(kTable, Words{"--key", "-"})->value("key"), "-");
}

TEST(Options, KeepsTheOrderOfWhatIsGivenSeveralTimes) {
  const auto options = Options::parse(kTable, Words{"--group", "web", "--key=x", "--group=eu"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->values("group"), (std::vector<std::string>{"web", "eu"}));
}

TEST(Options, CountsOperands) {
  const auto none = Options::parse(kTable, Words{"--key=x"}, {1, 2});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::bad_usage);
  EXPECT_EQ(none.error().detail, "something is missing");
  EXPECT_TRUE(Options::parse(kTable, Words{"--key=x", "a", "b"}, {1, 2}));
  EXPECT_EQ(Options::parse(kTable, Words{"--key=x", "a", "b", "c"}, {1, 2}).error().detail, "\"c\" is one too many");
}

TEST(Options, RefusesEverythingElse) {
  struct Row {
    Words words;
    const char* detail;
  };
  for (const Row& row :
       {Row{{}, "--key is missing"}, Row{{"--key"}, "--key needs a value"}, Row{{"--key", ""}, "--key is empty"},
        Row{{"--key="}, "--key is empty"}, Row{{"--key=a", "--key=b"}, "--key is given twice"},
        Row{{"--key=a", "--yes=1"}, "--yes takes no value"}, Row{{"--kex=a"}, "unknown option --kex"},
        Row{{"-k", "a"}, "unknown option -k"}, Row{{"--key=a", "x"}, "\"x\" is one too many"},
        Row{{"--=a"}, "unknown option --"}}) {
    const auto options = Options::parse(kTable, row.words);
    ASSERT_FALSE(options) << row.detail;
    EXPECT_EQ(options.error().code, ErrorCode::bad_usage);
    EXPECT_EQ(options.error().detail, row.detail);
  }
}

}  // namespace
}  // namespace countersign::command
