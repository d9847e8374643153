// What is made at random parses, and prints to the same bytes.
#include <gtest/gtest.h>

#include "tests/unit/statement/generated.h"

namespace countersign::statement {
namespace {

constexpr int kRounds = 60;

template <typename Typed, typename Make>
void expect_identity(Make make) {
  Generator generator(20261121);
  for (int round = 0; round < kRounds; ++round) {
    const auto fields = make(generator);
    const std::string message = fields.print_unsigned();
    const auto made = is_signed(Typed::kind) ? Typed::sign(fields, generator.signing_key()) : Typed::parse(message);
    ASSERT_TRUE(made) << to_string(made.error()) << "\n" << message;
    EXPECT_EQ(made->signed_message(), message);
    const auto parsed = Typed::parse(made->text());
    ASSERT_TRUE(parsed) << to_string(parsed.error());
    EXPECT_EQ(parsed->statement().print(), made->text());
    EXPECT_EQ(parsed->fields().print_unsigned(), message);
    EXPECT_EQ(Statement::parse(made->text())->kind(), Typed::kind);
  }
}

TEST(Identity, Record) {
  expect_identity<Record>([](Generator& g) { return g.record(); });
}
TEST(Identity, Endorsement) {
  expect_identity<Endorsement>([](Generator& g) { return g.endorsement(); });
}
TEST(Identity, Challenge) {
  expect_identity<Parsed<ChallengeFields>>([](Generator& g) { return g.challenge(); });
}
TEST(Identity, Answer) {
  expect_identity<Answer>([](Generator& g) { return g.answer(); });
}
TEST(Identity, Trust) {
  expect_identity<Trust>([](Generator& g) { return g.trust(); });
}
TEST(Identity, Enrolment) {
  expect_identity<Enrolment>([](Generator& g) { return g.enrolment(); });
}
TEST(Identity, HostStatement) {
  expect_identity<HostStatement>([](Generator& g) { return g.host_statement(); });
}
TEST(Identity, Session) {
  expect_identity<Session>([](Generator& g) { return g.session(); });
}
TEST(Identity, SignIn) {
  expect_identity<SignIn>([](Generator& g) { return g.signin(); });
}
TEST(Identity, Change) {
  expect_identity<Change>([](Generator& g) { return g.change(); });
}

TEST(Truncation, NoPrefixIsAStatement) {
  Generator generator(7);
  const auto answer = Answer::sign(generator.answer(), generator.signing_key()).value();
  for (std::size_t size = 0; size < answer.text().size(); ++size) {
    EXPECT_FALSE(Statement::parse(std::string_view(answer.text()).substr(0, size))) << size;
  }
}

TEST(Lines, NoTwoMayChangePlaces) {
  Generator generator(8);
  const auto trust = Trust::sign(generator.trust(), generator.signing_key()).value();
  const auto& fields = trust.statement().fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::size_t j = i + 1; j < fields.size(); ++j) {
      Writer writer(Kind::trust);
      for (std::size_t k = 0; k < fields.size(); ++k) {
        const Field& field = fields[k == i ? j : k == j ? i : k];
        writer.field(field.name, field.text);
      }
      const auto swapped = Trust::parse(writer.take() + trust.text().substr(trust.signed_message().size()));
      ASSERT_FALSE(swapped) << fields[i].name << " and " << fields[j].name;
      EXPECT_EQ(swapped.error().code, base::ErrorCode::bad_statement);
    }
  }
}

}  // namespace
}  // namespace countersign::statement
