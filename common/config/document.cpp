#include "common/config/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "common/base/utf8.h"
#include "common/log/clean.h"

namespace countersign::config {
namespace {

constexpr std::size_t kMaxDepth = 8;

struct Stop {};  // leaves the parser early; never leaves this file

// yaml-cpp counts from 0, and from -1 where it does not know.
Mark mark_of(const YAML::Mark& mark) { return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1}; }

// Builds the tree from events: unlike the library's own tree they show aliases, tags and repeated keys.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view text, Diagnostics& diagnostics) : text_(text), diagnostics_(diagnostics) {}

  std::optional<Node> take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) fail(mark, "a second document is not allowed");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(Node{Node::Kind::nothing, mark_of(mark), {}, {}, {}});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { fail(mark, "aliases are not allowed"); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    refuse_anchor(mark, anchor);
    if (tag == "!") check_quotes(mark);
    add(Node{Node::Kind::scalar, mark_of(mark), value, {}, {}});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    std::optional<Entry> entry;  // in a map: the key that waits for its value
  };

  [[noreturn]] void fail(const YAML::Mark& mark, std::string_view text) {
    diagnostics_.add(mark_of(mark), "", text);
    throw Stop{};
  }
  // "?" and "!" are the library's names for a scalar without tag, plain and quoted.
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") fail(mark, "tags are not allowed");
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) fail(mark, "anchors are not allowed");
  }

  // The library takes a quoted scalar that never ends, with the rest of the file in it. Block text has no use here.
  void check_quotes(const YAML::Mark& mark) {
    const std::string_view rest = text_.substr(std::min(text_.size(), static_cast<std::size_t>(std::max(mark.pos, 0))));
    const char quote = rest.empty() ? '\0' : rest.front();
    if (quote != '"' && quote != '\'') fail(mark, "text that spans lines is not allowed");
    for (std::size_t at = 1; at < rest.size() && rest[at] != '\n'; ++at) {
      if (rest[at] == quote) return;
      if (rest[at] == '\\' && quote == '"') ++at;
    }
    fail(mark, "a quoted text must end in the same line");
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    refuse_anchor(mark, anchor);
    if (stack_.size() >= kMaxDepth) fail(mark, "nested too deep");
    stack_.push_back({Node{kind, mark_of(mark), {}, {}, {}}, std::nullopt});
  }
  void close() {
    Node done = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(done));
  }

  void add(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& top = stack_.back();
    if (top.node.kind == Node::Kind::list) {
      top.node.items.push_back(std::move(node));
    } else if (!top.entry) {
      start_entry(top, node);
    } else {
      add_entry(top, std::move(node));
    }
  }
  void start_entry(Frame& top, const Node& key) {
    if (key.kind != Node::Kind::scalar) {
      diagnostics_.add(key.mark, "", "a key must be plain text");
      throw Stop{};
    }
    top.entry = Entry{key.text, key.mark, {}};
  }
  void add_entry(Frame& top, Node value) {
    Entry entry = *std::exchange(top.entry, std::nullopt);
    const auto& entries = top.node.entries;
    const auto same =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& other) { return other.key == entry.key; });
    if (same != entries.end()) {
      diagnostics_.add(entry.mark, entry.key, "given twice, first in line " + std::to_string(same->mark.line));
      return;
    }
    entry.value = std::move(value);
    top.node.entries.push_back(std::move(entry));
  }

  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<Frame> stack_;
  std::optional<Node> root_;
  int documents_ = 0;
};

// What no part of the file may hold, comments included, and directives, which make no event.
bool check_bytes(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kMaxConfigBytes) {
    diagnostics.add({}, "", std::to_string(text.size()) + " bytes, allowed are " + std::to_string(kMaxConfigBytes));
    return false;
  }
  Mark mark;
  while (!text.empty()) {
    const base::CodePoint point = base::decode_utf8(text);
    if (point.value == U'%' && mark.column == 1) return diagnostics.add(mark, "", "directives are not allowed"), false;
    if (!point.valid) return diagnostics.add(mark, "", "bytes that are not UTF-8"), false;
    if (point.value != U'\n' && point.value != U'\t' && !base::may_be_shown(point.value)) {
      const std::string_view what = point.value == U'\r' ? "a carriage return: save the file with plain line ends"
                                                         : "a control character or an invisible character";
      return diagnostics.add(mark, "", what), false;
    }
    if (point.value == U'\n') {
      mark = {mark.line + 1, 1};
    } else {
      mark.column += static_cast<int>(point.length);
    }
    text.remove_prefix(point.length);
  }
  return true;
}

}  // namespace

std::optional<Node> parse_document(std::string_view text, Diagnostics& diagnostics) {
  if (!check_bytes(text, diagnostics)) return std::nullopt;
  Builder builder(text, diagnostics);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    std::optional<Node> root = builder.take();
    return root ? std::move(root) : Node{Node::Kind::map, {}, {}, {}, {}};
  } catch (const Stop&) {
  } catch (const YAML::Exception& error) {
    diagnostics.add(mark_of(error.mark), "", "not YAML: " + log::clean_for_terminal(error.msg));
  } catch (const std::exception& error) {
    diagnostics.add({}, "", "not YAML: " + log::clean_for_terminal(error.what()));
  }
  return std::nullopt;
}

}  // namespace countersign::config
