#include "common/phrase/phrase.h"

#include <algorithm>

#include "common/crypto/derive.h"

namespace countersign::phrase {

extern const WordList words_en;
extern const WordList words_ko;

namespace {

constexpr std::string_view kSalt = "countersign phrase v1";
constexpr unsigned kRounds = 100'000;

}  // namespace

const WordList& words(Language language) {
  switch (language) {
    case Language::english: return words_en;
    case Language::korean: return words_ko;
  }
  return words_en;
}

std::string Phrase::in(Language language) const {
  std::string text;
  for (const std::uint8_t byte : bytes_) text.append(text.empty() ? "" : " ").append(words(language).at(byte));
  return text;
}

Phrase phrase_of(std::string_view enrolment_message) {
  const base::Bytes derived =
      crypto::pbkdf2_sha256(base::as_bytes(enrolment_message), base::as_bytes(kSalt), kRounds, Phrase::size);
  std::array<std::uint8_t, Phrase::size> bytes{};
  std::copy(derived.begin(), derived.end(), bytes.begin());
  return Phrase(bytes);
}

}  // namespace countersign::phrase
