// Every vector of tests/vectors/statement: its reason code, the place of its fault, and print ∘ parse = identity.
#include <gtest/gtest.h>

#include <string>

#include "common/statement/bundle.h"
#include "common/statement/challenge.h"
#include "common/statement/console.h"
#include "common/statement/enrolment.h"
#include "common/statement/record.h"
#include "tests/support/vector_file.h"

namespace countersign::statement {
namespace {

using base::Result;

// What parsing a text as that kind gives: the text printed from the typed fields and the signature.
template <typename Typed>
Result<std::string> reprint(std::string_view text) {
  const auto typed = Typed::parse(text);
  if (!typed) return typed.error();
  EXPECT_EQ(typed->fields().print_unsigned(), typed->signed_message());
  return typed->statement().print();
}

Result<std::string> reprint_any(std::string_view text) {
  const auto statement = Statement::parse(text);
  if (!statement) return statement.error();
  return statement->print();
}

Result<std::string> reprint_as(const std::string& kind, std::string_view text) {
  if (kind == "record") return reprint<Record>(text);
  if (kind == "approver") return reprint<Endorsement>(text);
  if (kind == "challenge") return reprint<Challenge>(text);
  if (kind == "answer") return reprint<Answer>(text);
  if (kind == "trust") return reprint<Trust>(text);
  if (kind == "enrolment") return reprint<Enrolment>(text);
  if (kind == "host") return reprint<HostStatement>(text);
  if (kind == "session") return reprint<Session>(text);
  if (kind == "signin") return reprint<SignIn>(text);
  if (kind == "change") return reprint<Change>(text);
  if (kind == "any") return reprint_any(text);
  throw std::runtime_error("vector of unknown kind " + kind);
}

TEST(VectorFolder, IsNotEmpty) { EXPECT_GE(testing::read_vectors(COUNTERSIGN_VECTORS "/statement").size(), 230U); }

class Vectors : public ::testing::TestWithParam<testing::VectorFile> {};

TEST_P(Vectors, Expectation) {
  const testing::VectorFile& vector = GetParam();
  if (vector.get("kind").starts_with("bundle ")) {
    const auto pieces = split_bundle(vector.body);
    ASSERT_EQ(pieces ? "ok" : to_string(pieces.error().code), vector.get("expect"));
    if (!pieces) return;
    EXPECT_EQ(std::to_string(pieces->size()), vector.get("kind").substr(7));
    std::string joined;
    for (const std::string_view piece : *pieces) {
      EXPECT_TRUE(Statement::parse(piece)) << piece;
      joined.append(piece);
    }
    EXPECT_EQ(joined, vector.body);
    return;
  }
  const auto printed = reprint_as(vector.get("kind"), vector.body);
  if (printed) {
    EXPECT_EQ(vector.get("expect"), "ok");
    EXPECT_EQ(*printed, vector.body);
    return;
  }
  EXPECT_EQ(to_string(printed.error().code), vector.get("expect")) << to_string(printed.error());
  if (!vector.head.contains("at")) return;
  const std::string place = vector.get("at");
  const std::size_t colon = place.find(':');
  const std::string expected = "line " + place.substr(0, colon) + ", column " + place.substr(colon + 1) + ": ";
  EXPECT_EQ(printed.error().detail.substr(0, expected.size()), expected) << printed.error().detail;
}

INSTANTIATE_TEST_SUITE_P(Statement, Vectors,
                         ::testing::ValuesIn(testing::read_vectors(COUNTERSIGN_VECTORS "/statement")),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace countersign::statement
