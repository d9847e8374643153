// countersign approve: an approver on a terminal, for SSH keys that ssh-keygen can sign with.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

#include "cli/approve_plan.h"
#include "cli/card.h"
#include "cli/command.h"
#include "cli/registry_client.h"
#include "cli/signer.h"
#include "cli/terminal.h"
#include "common/log/clean.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;
using statement::Challenge;
using statement::Decision;

constexpr std::array<OptionSpec, 12> kOptions{{
    {"registry", Takes::value, true},
    {"key", Takes::value, true},
    {"user", Takes::value, true},
    {"number"},
    {"trust"},
    {"yes", Takes::nothing},
    {"deny", Takes::nothing},
    {"report", Takes::nothing},
    {"challenge"},
    {"once", Takes::nothing},
    {"wait"},
    {"ca"},
}};

constexpr std::string_view kHelp =
    R"(Usage: countersign approve --registry URL --key FILE --user USER [OPTION…]

Shows the logins that wait for your approval and sends your signed answer. Compare
host, user, address and key with what you did yourself, then type the number that
stands in the terminal of that login. d denies; r reports an attack and takes the
login key out of use.

  --registry URL    https://registry.example.com (http:// only on loopback)
  --key FILE        your approver key, as for `ssh-keygen -Y sign -f`: a private key
                    file, the .pub file of a key in your agent, or a FIDO key's file
  --user USER       whose logins
  --ca FILE         PEM file of the authority that vouches for the registry
                    (default: the system's)
  --wait SECONDS    how long to wait for a login (default: for ever; with --yes 30)
  --once            end after one answer
  --challenge ID    only this login; the host's log names the id
  --trust DURATION  what you approve is trusted for so long (8h, 30m): later logins with
                    the same key from the same address to the same host are not asked.
                    Only where the host allows it, and never for longer than it allows

For scripts:
  --number N --yes  approve the one login that waits, without asking
  --deny --yes, --report --yes
                    the same, saying no

A host accepts ordinary SSH keys as approvers only where its rules say so: an agent
would sign without asking anybody.

Exit codes: 0 the registry took the answer; 1 no login came, or the answer was refused;
2 misused.
)";

constexpr base::Seconds kLongPoll{20};

// What the person wants done with one card; nothing: leave it.
using Verdict = std::optional<Typed>;

class Approver {
 public:
  Approver(ApprovePlan plan, Signer signer, RegistryClient client, const Streams& streams)
      : plan_(std::move(plan)),
        signer_(std::move(signer)),
        client_(std::move(client)),
        streams_(streams),
        input_(streams.in),
        live_(is_terminal(STDOUT_FILENO) && is_terminal(streams.in)) {}

  base::Result<ExitCode> run();

 private:
  base::Result<void> refresh(base::Seconds wait);
  [[nodiscard]] std::vector<Challenge> waiting() const;
  base::Result<Verdict> ask(const Challenge& card, std::size_t count);
  base::Result<Verdict> ask_person(const Challenge& card);
  base::Result<void> answer(const Challenge& card, const Typed& typed);
  template <typename Kind, typename Fields>
  base::Result<statement::Reply> sign(const Fields& fields) const;
  void show(const Challenge& card, std::size_t count);

  ApprovePlan plan_;
  Signer signer_;
  RegistryClient client_;
  const Streams& streams_;
  base::SystemClock clock_;
  LineInput input_;
  bool live_;
  Cards cards_;
  std::set<base::ChallengeId> done_;  // answered or left alone
};

base::Result<void> Approver::refresh(base::Seconds wait) {
  auto news = client_.cards(wait);
  if (!news && news.error().code == ErrorCode::not_authorized) {  // the session's hour is over
    if (const auto again = client_.open_session(signer_); !again) return again.error();
    news = client_.cards(wait);
  }
  if (!news) return news.error();
  if (*news) cards_ = std::move(**news);
  return {};
}

std::vector<Challenge> Approver::waiting() const {
  std::vector<Challenge> open;
  for (const Challenge& card : cards_) {
    const bool wanted = !plan_.challenge || card.id() == *plan_.challenge;
    if (wanted && done_.count(card.id()) == 0 && !has_expired(card.fields(), clock_.now())) open.push_back(card);
  }
  return open;
}

void Approver::show(const Challenge& card, std::size_t count) {
  streams_.out << '\n' << count_line(count) << "\n\n" << card_text(card.fields(), {wants_attributes(STDOUT_FILENO)});
  streams_.out << "    challenge " << card.id().str() << "\n";
  streams_.out << time_line(card.fields(), clock_.now()) << "\n\n" << std::flush;
}

base::Result<Verdict> Approver::ask(const Challenge& card, std::size_t count) {
  show(card, count);
  Typed decided{.kind = Typed::Kind::decision};
  if (plan_.refusal) {
    decided.decision = *plan_.refusal;
  } else if (plan_.number || !card->number_wanted) {
    decided.decision = Decision::approve;
    if (card->number_wanted) decided.number = plan_.number;
  } else if (plan_.yes) {
    return Error(ErrorCode::bad_usage, "this login wants the number from its terminal: --number N");
  }
  if (!plan_.yes) return ask_person(card);
  if (count > 1) return Error(ErrorCode::challenge_mismatch, "several logins are waiting; name one with --challenge");
  return Verdict(decided);
}

base::Result<Verdict> Approver::ask_person(const Challenge& card) {
  const auto deadline = clock_.monotonic() + (card->expires - clock_.now());
  // The time line stands three lines above the cursor: a blank line and the question's first line are between.
  const auto tick = [&] {
    if (live_)
      streams_.out << "\x1b"
                      "7\x1b[3A\r"
                   << time_line(card.fields(), clock_.now())
                   << "\x1b[K\x1b"
                      "8"
                   << std::flush;
  };
  for (;;) {
    streams_.out << question(card.fields()) << std::flush;
    const auto line = input_.read_line(deadline, tick);
    if (!line) return line.error();
    if (!*line) {
      streams_.out << "\nToo late: this login has ended.\n";
      return Verdict();
    }
    const Typed typed = parse_typed(**line, card->number_wanted);
    if (typed.kind == Typed::Kind::leave) return Verdict();
    if (typed.kind == Typed::Kind::decision) return Verdict(typed);
    streams_.out << "That is neither two digits nor d, r or Enter.\n";
  }
}

template <typename Kind, typename Fields>
base::Result<statement::Reply> Approver::sign(const Fields& fields) const {
  const std::string message = fields.print_unsigned();
  const auto armor = signer_.sign(statement::name_space(Kind::kind), message);
  if (!armor) return armor.error();
  return statement::Reply::parse(message + *armor);
}

base::Result<void> Approver::answer(const Challenge& card, const Typed& typed) {
  const statement::AnswerFields fields{
      .challenge = card.fields(), .decision = typed.decision, .number = typed.number, .via = statement::Via::registry};
  const bool trusts = plan_.trust && typed.decision == Decision::approve;
  if (trusts && card->max_trust == base::Seconds(0)) {
    return Error(ErrorCode::bad_usage, "--trust: " + card->host.str() + " lets nobody trust later logins");
  }
  const statement::TrustFields trust{
      .answer = fields,
      .until = card->issued + (trusts ? std::min(*plan_.trust, card->max_trust) : base::Seconds(0)),
      .hosts = card->host};
  const auto reply = trusts ? sign<statement::Trust>(trust) : sign<statement::Answer>(fields);
  if (!reply) return reply.error();
  if (const auto posted = client_.post_reply(*reply); !posted) return posted.error();
  std::string text =
      "Sent: " + std::string(to_string(typed.decision)) + " " + card->user.str() + " on " + card->host.str();
  if (typed.number) text += " with number " + typed.number->str();
  if (trusts) text += ", and trust until " + base::format_time(trust.until);
  say(streams_.out, text + ". The host decides.");
  return {};
}

base::Result<ExitCode> Approver::run() {
  if (const auto opened = client_.open_session(signer_); !opened) return opened.error();
  const auto start = clock_.monotonic();
  bool told = false;
  for (;;) {
    base::Seconds wait = told ? kLongPoll : base::Seconds(0);
    if (plan_.wait) {
      const auto rest = std::chrono::ceil<base::Seconds>(start + *plan_.wait - clock_.monotonic());
      wait = std::clamp(rest, base::Seconds(0), wait);
      if (told && rest <= base::Seconds(0)) {
        say(streams_.out, "No login is waiting.");
        return ExitCode::no;
      }
    }
    if (const auto news = refresh(wait); !news) return news.error();
    const auto open = waiting();
    if (open.empty()) {
      if (!told) streams_.out << "Waiting for a login of " << plan_.user.str() << " (Ctrl-C ends)…\n" << std::flush;
      told = true;
      continue;
    }
    const auto verdict = ask(open.front(), open.size());
    if (!verdict) return verdict.error();
    done_.insert(open.front().id());
    if (!*verdict) continue;
    const auto sent = answer(open.front(), **verdict);
    if (sent && plan_.once) return ExitCode::yes;
    if (!sent && plan_.once) return sent.error();
    if (!sent) complain(streams_, sent.error());
    told = false;
  }
}

base::Result<ExitCode> run_approve(const Options& options, const Streams& streams) {
  const auto plan = read_approve_plan(options);
  if (!plan) return misused(streams, plan.error());
  auto signer = Signer::open(plan->key_file);
  if (!signer) return misused(streams, signer.error());
  auto http_client = http::Client::create(plan->registry, {.ca_file = plan->ca_file});
  if (!http_client) return misused(streams, http_client.error());
  const base::SystemClock clock;
  Approver approver(*plan, std::move(*signer), RegistryClient(std::move(*http_client), plan->user, clock), streams);
  auto outcome = approver.run();
  if (!outcome && outcome.error().code == ErrorCode::bad_private_key) return misused(streams, outcome.error());
  return outcome;
}

}  // namespace

Command approve_command() {
  return {"approve", "answer waiting logins with an SSH key", kHelp, kOptions, {}, &run_approve};
}

}  // namespace countersign::cli
