#include "helper/authorized_keys/lines.h"

#include "common/keys/authorized_keys.h"

namespace countersign::authorized_keys {
namespace {

void append(Lines& lines, const keys::AuthorizedKey& key, const KeyFilter& filter) {
  if (!filter.admits(key.key)) return;
  lines.text.append(keys::print_record_key(key)).append("\n");
  ++lines.count;
}

}  // namespace

KeyFilter::KeyFilter(const std::optional<std::string>& fingerprint) {
  if (fingerprint && fingerprint->starts_with("SHA256:")) wanted_ = fingerprint;
}

bool KeyFilter::admits(const crypto::PublicKey& key) const { return !wanted_ || key.fingerprint() == *wanted_; }

Lines lines_of(const policy::VerifiedRecord& record, const KeyFilter& filter) {
  Lines lines;
  for (const statement::LoginKey& login_key : record->login_keys) append(lines, login_key.line, filter);
  return lines;
}

Lines lines_of_chain(std::string_view output, const KeyFilter& filter) {
  Lines lines;
  for (std::size_t number = 1; !output.empty(); ++number) {
    const std::string_view line = output.substr(0, output.find('\n'));
    output.remove_prefix(std::min(output.size(), line.size() + 1));
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    const auto key = keys::parse_authorized_key(line);
    if (key) {
      append(lines, *key, filter);
      continue;
    }
    ++lines.dropped;
    if (!lines.fault) lines.fault = key.error().within("line " + std::to_string(number));
  }
  return lines;
}

}  // namespace countersign::authorized_keys
