#include "common/command/options.h"

#include <algorithm>

namespace countersign::command {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error bad_usage(std::string text) { return {ErrorCode::bad_usage, std::move(text)}; }

}  // namespace

Result<Options> Options::parse(std::span<const OptionSpec> known, std::span<const std::string_view> words,
                               Operands operands) {
  Options options;
  bool ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (!ended && word == "--") {
      ended = true;
      continue;
    }
    if (ended || !word.starts_with('-') || word == "-") {
      if (options.operands_.size() == operands.most) return bad_usage("\"" + std::string(word) + "\" is one too many");
      options.operands_.emplace_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const std::string name(word.starts_with("--") ? word.substr(2, equals == word.npos ? word.npos : equals - 2) : "");
    const auto spec = std::find_if(known.begin(), known.end(), [&](const OptionSpec& s) { return s.name == name; });
    if (name.empty() || spec == known.end()) return bad_usage("unknown option " + std::string(word.substr(0, equals)));
    if (options.has(name) && spec->takes != Takes::values) return bad_usage("--" + name + " is given twice");
    std::string value;
    if (spec->takes == Takes::nothing) {
      if (equals != word.npos) return bad_usage("--" + name + " takes no value");
    } else {
      if (equals == word.npos && i + 1 == words.size()) return bad_usage("--" + name + " needs a value");
      value = equals != word.npos ? word.substr(equals + 1) : words[++i];
      if (value.empty()) return bad_usage("--" + name + " is empty");
    }
    options.given_[name].push_back(std::move(value));
  }
  for (const OptionSpec& spec : known) {
    if (spec.required && !options.has(spec.name)) return bad_usage("--" + std::string(spec.name) + " is missing");
  }
  if (options.operands_.size() < operands.least) return bad_usage("something is missing");
  return options;
}

std::optional<std::string> Options::value(std::string_view name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? std::nullopt : std::optional(found->second.front());
}

std::string Options::value_or(std::string_view name, std::string_view fallback) const {
  return value(name).value_or(std::string(fallback));
}

std::vector<std::string> Options::values(std::string_view name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? std::vector<std::string>() : found->second;
}

}  // namespace countersign::command
