// phrase/phrase.h: five words by which a person sees that the key which arrived is the one that was just made
// (PROTOCOL.md section 4.6).
//
// The words come from the signed message of an enrolment, so two different keys show two different phrases; 40 bits,
// and each guess costs 100,000 rounds, for the few minutes that a pairing lives. They are public: nothing here is
// secret, and a phrase proves nothing until a person has compared it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::phrase {

using WordList = std::array<std::string_view, 256>;  // a byte is an index

enum class Language { english, korean };
const WordList& words(Language language);

class Phrase {
 public:
  static constexpr std::size_t size = 5;
  explicit Phrase(const std::array<std::uint8_t, size>& bytes) : bytes_(bytes) {}

  [[nodiscard]] std::string in(Language language) const;  // one space between two words
  friend bool operator==(const Phrase&, const Phrase&) = default;

 private:
  std::array<std::uint8_t, size> bytes_;
};

// `enrolment_message` is every byte of the enrolment above its armor. Takes some tens of milliseconds, on purpose.
Phrase phrase_of(std::string_view enrolment_message);

}  // namespace countersign::phrase
