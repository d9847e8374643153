#include "common/keys/signers.h"

#include <algorithm>

#include "common/keys/line.h"
#include "common/keys/public_key_line.h"

namespace countersign::keys {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxFile = std::size_t{64} * 1024;
constexpr std::string_view kPrincipalCharacters = "._@+\\$-";
constexpr std::string_view kNamespaceCharacters = "._@+/-";

struct SignerOptions {
  std::optional<std::string> namespaces;
  std::optional<base::Time> valid_after;
  std::optional<base::Time> valid_before;
};

Result<void> set_time(std::optional<base::Time>& time, const RawOption& option) {
  const std::string name(option.name);
  if (time) return Error(ErrorCode::bad_signers_line, name + ": given twice");
  const auto parsed = parse_compact_time(option.value.value_or(""));
  if (!parsed) return Error(ErrorCode::bad_signers_line, name + ": " + parsed.error().detail);
  if (!parsed->utc) {
    return Error(ErrorCode::bad_signers_line, name + ": the time does not end in Z, so it would depend on the host");
  }
  time = base::Time{base::Seconds{parsed->unix_seconds}};
  return {};
}

Result<void> set_option(SignerOptions& options, const RawOption& option) {
  if (option.name == "valid-after") return set_time(options.valid_after, option);
  if (option.name == "valid-before") return set_time(options.valid_before, option);
  if (option.name != "namespaces") {
    return Error(ErrorCode::unsupported_signers_line, std::string(option.name.substr(0, 64)) +
                                                          ": the option is not "
                                                          "supported");
  }
  if (options.namespaces) return Error(ErrorCode::bad_signers_line, "namespaces: given twice");
  if (!option.value || !is_pattern_list(*option.value, kNamespaceCharacters)) {
    return Error(ErrorCode::bad_signers_line, "namespaces: not a list of patterns in quotes");
  }
  options.namespaces = option.value;
  return {};
}

Result<SignerOptions> parse_options(std::string_view& rest) {
  const auto raws = take_options(rest, ErrorCode::bad_signers_line);
  if (!raws) return raws.error();
  SignerOptions options;
  for (const RawOption& raw : *raws) {
    if (const auto set = set_option(options, raw); !set) return set.error();
  }
  if (!options.namespaces) return Error(ErrorCode::bad_signers_line, "namespaces=\"...\" is missing");
  if (options.valid_after && options.valid_before && *options.valid_before <= *options.valid_after) {
    return Error(ErrorCode::bad_signers_line, "valid-before is not later than valid-after");
  }
  return options;
}

Result<SignerLine> parse_line(std::string_view line, std::size_t number) {
  const std::string_view principals = take_word(line);
  if (!is_pattern_list(principals, kPrincipalCharacters)) {
    return Error(ErrorCode::bad_signers_line, "the principals are not a list of patterns");
  }
  auto options = parse_options(line);
  if (!options) return options.error();
  auto key = parse_public_key_file(line);
  if (!key) return Error(ErrorCode::bad_signers_line, base::to_string(key.error()));
  return SignerLine{number,
                    std::string(principals),
                    std::move(*options->namespaces),
                    options->valid_after,
                    options->valid_before,
                    std::move(*key)};
}

}  // namespace

Result<Signers> Signers::parse(std::string_view text, std::string_view name_for_errors) {
  const std::string name(name_for_errors);
  if (text.size() > kMaxFile) return Error(ErrorCode::too_large, name + ": more than 64 KiB");
  Signers signers;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string place = name + ":" + std::to_string(number);
    if (const auto clean = check_line(line, ErrorCode::bad_signers_line); !clean) return clean.error().within(place);
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty() || line.front() == '#') continue;
    auto parsed = parse_line(line, number);
    if (!parsed) return parsed.error().within(place);
    signers.lines_.push_back(std::move(*parsed));
  }
  return signers;
}

Result<crypto::PublicKey> Signers::find(std::string_view principal, std::string_view name_space,
                                        base::ByteView key_blob, base::Time now) const {
  ErrorCode nearest = ErrorCode::signer_unknown;
  for (const SignerLine& line : lines_) {
    if (!std::ranges::equal(line.key.blob(), key_blob)) continue;
    if (!matches_pattern_list(principal, line.principals)) continue;
    if (!matches_pattern_list(name_space, line.namespaces)) {
      if (nearest == ErrorCode::signer_unknown) nearest = ErrorCode::wrong_namespace;
    } else if ((line.valid_after && now < *line.valid_after) || (line.valid_before && now > *line.valid_before)) {
      nearest = ErrorCode::signer_not_valid_now;
    } else {
      return line.key;
    }
  }
  return Error(nearest,
               crypto::fingerprint(key_blob) + " for " + std::string(name_space) + " of " + std::string(principal));
}

}  // namespace countersign::keys
