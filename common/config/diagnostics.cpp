#include "common/config/diagnostics.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "common/log/clean.h"

namespace countersign::config {
namespace {

constexpr std::size_t kMaxFaults = 100;  // what a broken file can make us write

// Levenshtein's distance, one row at a time.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

void Diagnostics::add(Mark mark, std::string_view key, std::string_view text) {
  if (faults_.size() >= kMaxFaults) return;
  std::string line;
  if (!key.empty()) line.append(log::clean_for_terminal(key, 80)).append(": ");
  faults_.push_back({mark, line.append(text)});
}

void Diagnostics::not_allowed(Mark mark, std::string_view key, std::string_view found, std::string_view allowed) {
  add(mark, key, std::string("found ").append(found).append(", allowed is ").append(allowed));
}

base::Error Diagnostics::error() const {
  std::vector<Fault> sorted = faults_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Fault& a, const Fault& b) {
    return std::tie(a.mark.line, a.mark.column) < std::tie(b.mark.line, b.mark.column);
  });
  std::string detail;
  for (const Fault& fault : sorted) {
    if (!detail.empty()) detail.append("\n");
    detail.append(file_name_).append(":").append(std::to_string(fault.mark.line)).append(":");
    detail.append(std::to_string(fault.mark.column)).append(": ").append(fault.text);
  }
  return base::Error(base::ErrorCode::bad_config, std::move(detail));
}

std::string in_quotes(std::string_view text) {
  return std::string("\"").append(log::clean_for_terminal(text, 80)).append("\"");
}

std::string did_you_mean(std::string_view given, std::span<const std::string_view> candidates) {
  if (given.size() > 64) return {};
  std::string_view best;
  std::size_t fewest = given.size() < 4 ? 2 : std::max<std::size_t>(2, given.size() / 3) + 1;  // one too many
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edits(given, candidate);
    if (distance < fewest) {
      fewest = distance;
      best = candidate;
    }
  }
  return best.empty() ? std::string() : std::string(", did you mean \"").append(best).append("\"?");
}

}  // namespace countersign::config
