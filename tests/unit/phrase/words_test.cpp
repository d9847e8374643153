// The word lists are read aloud over a desk and compared at a glance: what makes that safe is held here.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/base/utf8.h"
#include "common/phrase/phrase.h"

namespace countersign::phrase {
namespace {

// How many letters two words differ by, at least: 2 means "not by a slip of one letter".
std::size_t distance(std::u32string_view a, std::u32string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, diagonal + 1, changed});
    }
  }
  return row.back();
}

std::u32string code_points(std::string_view text) {
  std::u32string points;
  while (!text.empty()) {
    const base::CodePoint point = base::decode_utf8(text);
    EXPECT_TRUE(point.valid) << text;
    points.push_back(point.value);
    text.remove_prefix(point.length);
  }
  return points;
}

// A syllable as it sounds: plain, tense and aspirated consonants are one, vowels that most speakers no longer tell
// apart are one, and a final consonant is one of the seven that are heard.
std::u32string as_heard(const std::u32string& word) {
  static constexpr std::array<char32_t, 19> kInitials{1, 1, 2, 3, 3, 4, 5, 6, 6, 7, 7, 8, 9, 9, 9, 1, 3, 6, 10};
  static constexpr std::array<char32_t, 21> kVowels{1, 2,  3,  2,  4, 2,  5,  6,  7,  8, 9,
                                                    9, 10, 11, 12, 9, 13, 14, 15, 16, 16};
  static constexpr std::array<char32_t, 28> kFinals{0, 1, 1, 1, 2, 2, 2, 3, 4, 1, 5, 6, 4, 4,
                                                    6, 4, 5, 6, 6, 3, 3, 7, 3, 3, 1, 3, 6, 3};
  std::u32string heard;
  for (const char32_t syllable : word) {
    const char32_t number = syllable - 0xac00;
    heard.push_back(100 + kInitials.at(number / 588));
    heard.push_back(200 + kVowels.at(number % 588 / 28));
    heard.push_back(300 + kFinals.at(number % 28));
  }
  return heard;
}

void expect_apart(const std::vector<std::u32string>& spellings, const WordList& list) {
  for (std::size_t i = 0; i < spellings.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_GE(distance(spellings[i], spellings[j]), 2U) << list.at(i) << " and " << list.at(j);
    }
  }
}

TEST(EnglishWords, AreShortPlainAndSorted) {
  const WordList& list = words(Language::english);
  std::set<std::string_view> beginnings;
  for (const std::string_view word : list) {
    EXPECT_TRUE(word.size() >= 3 && word.size() <= 7) << word;
    EXPECT_TRUE(std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; })) << word;
    EXPECT_TRUE(beginnings.insert(word.substr(0, 4)).second) << word << " begins as another does";
  }
  EXPECT_TRUE(std::is_sorted(list.begin(), list.end()));
}

TEST(EnglishWords, DifferByMoreThanOneLetter) {
  std::vector<std::u32string> spellings;
  for (const std::string_view word : words(Language::english)) spellings.push_back(code_points(word));
  expect_apart(spellings, words(Language::english));
}

TEST(KoreanWords, AreTwoOrThreeSyllablesAndSorted) {
  const WordList& list = words(Language::korean);
  for (const std::string_view word : list) {
    const std::u32string syllables = code_points(word);
    EXPECT_TRUE(syllables.size() == 2 || syllables.size() == 3) << word;
    for (const char32_t syllable : syllables) EXPECT_TRUE(syllable >= 0xac00 && syllable <= 0xd7a3) << word;
  }
  EXPECT_EQ(std::adjacent_find(list.begin(), list.end(), std::greater_equal<>()), list.end()) << "unsorted or twice";
}

TEST(KoreanWords, DoNotSoundAlike) {
  std::vector<std::u32string> sounds;
  for (const std::string_view word : words(Language::korean)) sounds.push_back(as_heard(code_points(word)));
  expect_apart(sounds, words(Language::korean));
}

}  // namespace
}  // namespace countersign::phrase
