#include "cli/options.h"

#include <algorithm>
#include <utility>

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;

Error bad_usage(std::string text) { return {ErrorCode::bad_usage, std::move(text)}; }

}  // namespace

base::Result<Options> Options::parse(std::span<const OptionSpec> known, std::span<const std::string_view> words,
                                     std::size_t most_operands) {
  Options options;
  bool ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (!ended && word == "--") {
      ended = true;
      continue;
    }
    if (ended || !word.starts_with('-') || word == "-") {
      if (options.operands_.size() == most_operands) return bad_usage("\"" + std::string(word) + "\" is one too many");
      options.operands_.emplace_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const std::string name(word.starts_with("--") ? word.substr(2, equals == word.npos ? word.npos : equals - 2) : "");
    const auto spec = std::find_if(known.begin(), known.end(), [&](const OptionSpec& s) { return s.name == name; });
    if (name.empty() || spec == known.end()) return bad_usage("unknown option " + std::string(word.substr(0, equals)));
    if (options.has(name)) return bad_usage("--" + name + " is given twice");
    std::string value;
    if (equals != word.npos) {
      if (!spec->takes_value) return bad_usage("--" + name + " takes no value");
      value = word.substr(equals + 1);
    } else if (spec->takes_value) {
      if (i + 1 == words.size()) return bad_usage("--" + name + " needs a value");
      value = words[++i];
    }
    if (spec->takes_value && value.empty()) return bad_usage("--" + name + " is empty");
    options.given_.emplace(name, std::move(value));
  }
  for (const OptionSpec& spec : known) {
    if (spec.required && !options.has(spec.name)) return bad_usage("--" + std::string(spec.name) + " is missing");
  }
  return options;
}

std::string Options::value(std::string_view name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? std::string() : found->second;
}

}  // namespace countersign::cli
