// Every vector of tests/vectors/phrase: made by Python's PBKDF2, not by this code.
#include "common/phrase/phrase.h"

#include <gtest/gtest.h>

#include "tests/support/vector_file.h"

namespace countersign::phrase {
namespace {

using testing::VectorFile;

const std::string kFolder = COUNTERSIGN_VECTORS "/phrase/";

TEST(PhraseVectors, AreThere) { EXPECT_GE(testing::read_vectors(kFolder).size(), 4U); }

class Vectors : public ::testing::TestWithParam<VectorFile> {};

TEST_P(Vectors, GiveTheirWords) {
  const Phrase phrase = phrase_of(GetParam().body);
  EXPECT_EQ(phrase.in(Language::english), GetParam().get("english"));
  EXPECT_EQ(phrase.in(Language::korean), GetParam().get("korean"));
}

INSTANTIATE_TEST_SUITE_P(Phrase, Vectors, ::testing::ValuesIn(testing::read_vectors(kFolder)),
                         [](const auto& test) { return test.param.name; });

TEST(Phrase, NamesOneWordForEachByte) {
  const Phrase phrase({0, 255, 1, 0, 128});
  EXPECT_EQ(phrase.in(Language::english), "acorn zipper actor acorn lion");
  const WordList& korean = words(Language::korean);
  std::string expected;
  for (const std::size_t i : {0U, 255U, 1U, 0U, 128U}) {
    expected.append(expected.empty() ? "" : " ").append(korean.at(i));
  }
  EXPECT_EQ(phrase.in(Language::korean), expected);
}

}  // namespace
}  // namespace countersign::phrase
