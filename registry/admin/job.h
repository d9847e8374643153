// registry/admin/job.h: a subcommand's work on the open site.
//
// A function that reads nothing but options and site stands in its table as on_site<work>, on_user<work> or
// on_host<work>: the first operand is read, the site opened, then it runs. One that reads a file its user named does
// that before open_site, which may make somebody else of this process, and stands there as plain<work>.
#pragma once

#include "registry/admin/listing.h"

namespace countersign::registry::admin {

struct Job {
  const Site& site;
  const Options& options;
  const Streams& streams;
};
using SiteWork = base::Result<void>(const Job&);
using UserWork = base::Result<void>(const Job&, const base::UserName&);
using HostWork = base::Result<void>(const Job&, const base::HostName&);

template <SiteWork* work>
base::Result<ExitCode> on_site(const Options& options, const Streams& streams) {
  const auto site = open_site(options);
  if (!site) return site.error();
  return exit_code(work({*site, options, streams}));
}

template <auto* operand, auto* work>
base::Result<ExitCode> on_operand(const Options& options, const Streams& streams) {
  const auto name = operand(options);
  if (!name) return name.error();
  const auto site = open_site(options);
  if (!site) return site.error();
  return exit_code(work({*site, options, streams}, *name));
}

template <UserWork* work>
constexpr auto* on_user = &on_operand<&user_operand, work>;
template <HostWork* work>
constexpr auto* on_host = &on_operand<&host_operand, work>;

// Work that an offline user forbids.
template <UserWork* work>
base::Result<void> online(const Job& job, const base::UserName& name) {
  if (auto checked = refuse_offline(job.site, name); !checked) return checked;
  return work(job, name);
}

// The user's rows, one a line.
template <auto rows>
base::Result<void> list_rows(const Job& job, const base::UserName& name) {
  const auto contents = job.site.store->contents(name);
  if (!contents) return contents.error();
  for (const auto& row : (*contents).*rows) job.streams.out << describe(row) << '\n';
  return {};
}

}  // namespace countersign::registry::admin
