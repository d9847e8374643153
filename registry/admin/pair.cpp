// countersign-registry pair: a new approver comes by itself, and a person says that it is the right one.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "common/phrase/phrase.h"
#include "common/statement/enrolment.h"
#include "common/statement/pairing_token.h"
#include "registry/admin/job.h"
#include "registry/admin/qr.h"
#include "registry/admin/question.h"
#include "registry/records/record_builder.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kHelp =
    R"(countersign-registry pair: adds an approver whose key is made on the phone and never leaves it.

Usage: countersign-registry pair USER [OPTION…]

  --level LEVEL  a kind of key that may enrol, several times for several kinds: passkey, hardware, ssh-key
                 (default passkey and hardware)
  --label TEXT   for people: "Alice's phone"
  --person NAME  whose key it is, in an account that several people share
  --life TIME    how long the code is good, 1m to 10m (default 10m)
  --qr           draws the QR code even where standard output is no terminal
  --config FILE

Prints a code and waits. The phone that is given the code makes a key and shows five words; this terminal shows them, too.
Answer "yes" only when you have compared them with the phone in front of you: then the key becomes an approver, endorsed by
the registry's key. Anything else, Ctrl-C and the end of input refuse the pairing. Where registry.yaml says
approvers: {endorsed_by: administrator}, the statement to be endorsed is printed instead.

Example: countersign-registry pair alice --label "Alice's phone"
)";

constexpr base::Milliseconds kLookEvery{500};
constexpr base::Milliseconds kShortest{60'000};
constexpr base::Milliseconds kLongest{600'000};

Result<std::string> levels_of(const Options& options) {
  std::vector<std::string> given = options.values("level");
  if (given.empty()) given = {"passkey", "hardware"};
  std::string levels;
  for (const std::string& name : given) {
    const auto level = statement::parse_level(name);
    if (!level) return Error(ErrorCode::bad_usage, "--level: " + level.error().detail);
    if (std::count(given.begin(), given.end(), name) > 1) {
      return Error(ErrorCode::bad_usage, "--level " + name + " is given twice");
    }
    levels.append(levels.empty() ? "" : " ").append(name);
  }
  return levels;
}

Result<base::Milliseconds> life_of(const Options& options) {
  const auto life = base::parse_duration(options.value_or("life", "10m"));
  if (life && *life >= kShortest && *life <= kLongest) return life;
  return Error(ErrorCode::bad_usage, "--life: expected 1m to 10m");
}

Result<store::Pairing> read_plan(const Job& job, const base::UserName& name, const statement::PairingToken& token) {
  const auto levels = levels_of(job.options);
  if (!levels) return levels.error();
  const auto life = life_of(job.options);
  if (!life) return life.error();
  auto label = label_of(job.options, {});
  if (!label) return label.error();
  auto person = person_of(job.options);
  if (!person) return person.error();
  return store::Pairing{.id = token.hash().str(),
                        .user = name,
                        .levels = *levels,
                        .person = *std::move(person),
                        .label = *std::move(label),
                        .made_by = {},
                        .deadline_ms = job.site.clock->now_unix_ms() + life->count(),
                        .state = store::PairingState::open,
                        .enrolment = {},
                        .fingerprint = {}};
}

// Two colours are the picture here, so NO_COLOR does not take them away.
bool terminal_has_colours() {
  const char* const term = std::getenv("TERM");  // NOLINT: nothing but the look depends on it
  return ::isatty(STDOUT_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

void show_code(const Job& job, const store::Pairing& pairing, const statement::PairingToken& token) {
  std::ostream& out = job.streams.out;
  const auto& phone = job.site.config.phone;
  out << "A new approver for " << pairing.user.str() << ".\n\n";
  if (phone && (job.options.has("qr") || ::isatty(STDOUT_FILENO) == 1)) {
    const auto drawn = draw_qr(statement::pairing_url(phone->origin, token),
                               terminal_has_colours() ? QrLook::coloured : QrLook::plain);
    out << (drawn ? *drawn : drawn.error().detail + "\n") << '\n';
  }
  if (phone) out << "  open  " << statement::pairing_url(phone->origin, token) << '\n';
  out << "  code  " << token.shown() << "\n  or    countersign enrol --registry " << job.site.config.url.str()
      << " --key FILE " << token.shown() << "\n\n"
      << "Good once, until " << base::format_time(base::Time{base::Seconds{pairing.deadline_ms / 1000}})
      << ". Waiting (Ctrl-C refuses)…" << std::endl;
}

class Pairer {
 public:
  Pairer(const Job& job, std::string id, const crypto::PrivateKey& signing_key)
      : job_(job), id_(std::move(id)), signing_key_(signing_key) {}

  Result<void> run() {
    const auto enrolled = await_enrolment();
    if (!enrolled) return refuse(enrolled.error());
    const auto enrolment = statement::Enrolment::parse(enrolled->enrolment);
    if (!enrolment) return refuse(Error(ErrorCode::internal, enrolment.error().detail));
    TypedLine line(STDIN_FILENO);
    show_key(*enrolment);
    if (const auto same = ask(line); !same) return refuse(same.error());
    const auto ended = finish(*enrolled, enrolment->fields());
    if (!ended) return refuse(ended.error());
    return {};
  }

 private:
  // Whatever went wrong, nothing stays open behind this command.
  Result<void> refuse(const Error& why) {
    const auto refused = job_.site.store->refuse_pairing(id_);
    if (!refused && refused.error().code != ErrorCode::pairing_ended) return refused.error();
    return why;
  }

  // The pairing in this state; anything else ends the wait.
  Result<store::Pairing> look(store::PairingState wanted) {
    if (Interrupts::seen()) return Error(ErrorCode::registry_refused, "interrupted: the pairing is refused");
    auto pairing = job_.site.store->pairing(id_);
    if (!pairing || pairing->state == wanted || pairing->state == store::PairingState::open) return pairing;
    return store::pairing_error(pairing->state);
  }

  Result<store::Pairing> await_enrolment() {
    for (;;) {
      auto pairing = look(store::PairingState::enrolled);
      if (!pairing || pairing->state == store::PairingState::enrolled) return pairing;
      pause_for(kLookEvery);
    }
  }

  void show_key(const statement::Enrolment& enrolment) {
    const phrase::Phrase words = phrase::phrase_of(enrolment.signed_message());
    job_.streams.out << "\nA key of level " << to_string(enrolment->level) << " has enrolled:\n  "
                     << enrolment->key.fingerprint() << "\n\n  " << words.in(phrase::Language::english) << "\n  "
                     << words.in(phrase::Language::korean) << "\n\nDoes the phone show the same words? [yes/no] "
                     << std::flush;
  }

  Result<void> ask(TypedLine& line) {
    for (;;) {
      switch (line.wait(kLookEvery)) {
        case TypedLine::State::waiting: break;
        case TypedLine::State::ended: return Error(ErrorCode::registry_refused, "no answer: the pairing is refused");
        case TypedLine::State::whole:
          if (line.text() == "yes") return {};
          return Error(ErrorCode::registry_refused, "not the same words: the pairing is refused");
      }
      if (const auto still = look(store::PairingState::enrolled); !still) return still.error();
    }
  }

  Result<void> finish(const store::Pairing& pairing, const statement::EnrolmentFields& enrolled) {
    std::optional<base::PersonName> owner;
    if (pairing.person) {
      auto parsed = base::PersonName::parse(*pairing.person);
      if (!parsed) return parsed.error();
      owner = *std::move(parsed);
    }
    const statement::EndorsementFields fields{pairing.user, std::move(owner), enrolled.key, enrolled.level,
                                              job_.site.clock->now()};
    if (!job_.site.config.registry_endorses) return hand_over(fields);
    auto endorsement = records::endorse(fields, signing_key_);
    if (!endorsement) return endorsement.error();
    const store::Approver row = records::approver_row(fields, *std::move(endorsement), pairing.label);
    const auto fits = [this](const store::UserContents& contents) {
      return records::check_contents(contents, signing_key_);
    };
    if (auto added = job_.site.store->add_paired_approver(id_, row, fits); !added) return added;
    job_.streams.out << "Added " << describe(row) << std::endl;
    return {};
  }

  Result<void> hand_over(const statement::EndorsementFields& fields) {
    if (auto waits = job_.site.store->await_endorsement(id_); !waits) return waits;
    const std::string& user = fields.user.str();
    job_.streams.out
        << "\nAn administrator endorses approvers here; the pairing waits for a day. The statement:\n\n"
        << fields.print_unsigned()
        << "\nSave it as a file \"approver\" where the administrator's key is, byte for byte, and there:\n"
        << "  sed -n 's/^key: //p' approver | ssh-keygen -lf -\n"
        << "  (the fingerprint, which whoever ran `countersign enrol` can read out from their own screen)\n"
        << "  ssh-keygen -Y sign -n approver.v1@countersign -f ADMIN_KEY approver\n"
        << "  cat approver approver.sig > endorsed\n"
        << "Then here:\n  countersign-registry approver add " << user << " --endorsement endorsed" << std::endl;
    return {};
  }

  const Job& job_;
  const std::string id_;
  const crypto::PrivateKey& signing_key_;
};

Result<void> pair_user(const Job& job, const base::UserName& name) {
  const auto token = statement::PairingToken::random();
  const auto plan = read_plan(job, name, token);
  if (!plan) return plan.error();
  const auto signing_key = load_signing_key(job.site.config);
  if (!signing_key) return signing_key.error();
  const Interrupts interrupts;  // from here on: what is begun is ended
  if (auto added = job.site.store->add_pairing(*plan); !added) return added;
  show_code(job, *plan, token);
  return Pairer(job, plan->id, *signing_key).run();
}

constexpr std::array kOptions{
    OptionSpec{"level", Takes::values}, OptionSpec{"label"}, OptionSpec{"person"}, OptionSpec{"life"},
    OptionSpec{"qr", Takes::nothing},   kConfigOption};
constexpr std::array kCommands{Command{
    "pair", "adds an approver by a code that a phone scans", kHelp, kOptions, {1, 1}, on_user<online<pair_user>>}};

}  // namespace

std::span<const Command> pair_commands() { return kCommands; }

}  // namespace countersign::registry::admin
