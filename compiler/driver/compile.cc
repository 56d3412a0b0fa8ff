// SPDX-License-Identifier: Apache-2.0
#include "compiler/driver/compile.h"

#include <xxhash.h>

#include <algorithm>
#include <string_view>

#include "compiler/driver/partial_load.h"
#include "compiler/sema/checker.h"
#include "compiler/sema/fields.h"
#include "compiler/yaml/collection.h"
#include "compiler/yaml/rule_items.h"
#include "vm/abi/limits.h"

namespace falcoc {
namespace {

/// What is built in under the name of a plugin.
constexpr std::string_view kBuiltInPlugins[] = {"container"};

/// A requirement that nothing here meets is an error, unless every rule can do without: rules with `skip-if-unknown-filter` are
/// dropped on their own when they use what the plugin would bring.
bool check_plugins(const Collection& collection, Diagnostics& diags) {
  const bool rules_can_do_without = !collection.rules.empty() &&
                                    std::all_of(collection.rules.begin(), collection.rules.end(),
                                                [](const RuleDecl& r) { return r.skip_if_unknown_filter || !r.source_known; });
  if (rules_can_do_without) return true;
  bool ok = true;
  for (const PluginRequirement& requirement : collection.plugins) {
    const bool met = std::any_of(requirement.any_of.begin(), requirement.any_of.end(), [](const PluginRequirement::Plugin& p) {
      return std::find(std::begin(kBuiltInPlugins), std::end(kBuiltInPlugins), p.name) != std::end(kBuiltInPlugins);
    });
    if (met || requirement.any_of.empty()) continue;
    const PluginRequirement::Plugin& first = requirement.any_of.front();
    diags.emit<diag::PluginNotAvailable>(requirement.range, std::string_view(first.name), std::string_view(first.version));
    ok = false;
  }
  return ok;
}

/// The reference compiles a name with a parenthesis as a check of its own, and looks up everything else.
bool exception_field_exists(std::string_view field) {
  if (field.find('(') == std::string_view::npos) return resolve_field_text(field).ok();
  Diagnostics ignored;
  return check_filter(std::string(field) + " exists", ignored).has_value();
}

fvm::Digest128 digest_sources(const SourceManager& sources, const std::vector<uint32_t>& files) {
  // Names are left out: the same rules compile to the same bytes wherever they lie.
  XXH3_state_t* state = XXH3_createState();
  XXH3_128bits_reset(state);
  for (const uint32_t file : files) {
    const std::string_view text = sources.text(file);
    const uint64_t bytes = text.size();
    XXH3_128bits_update(state, &bytes, sizeof bytes);
    XXH3_128bits_update(state, text.data(), text.size());
  }
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
  XXH3_freeState(state);
  fvm::Digest128 digest{};
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), std::begin(digest.bytes));
  return digest;
}

/// File names as they go into the source map: without the folder, so that it doesn't matter where the sources lie.
std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

}  // namespace

std::optional<LoadedRules> load_files(const SourceManager& sources, const std::vector<uint32_t>& files, const CompileOptions& options,
                                      Diagnostics& diags) {
  return load_files_checking(sources, files, files, options, diags);
}

std::optional<LoadedRules> load_files_checking(const SourceManager& sources, const std::vector<uint32_t>& files,
                                               const std::vector<uint32_t>& check_after, const CompileOptions& options,
                                               Diagnostics& diags, Recollection* recollection) {
  LoadedRules loaded;
  LoadOptions load_options;
  load_options.extra_sources = options.extra_sources;
  load_options.known_field = exception_field_exists;
  load_options.recall = recollection != nullptr ? &recollection->pieces : nullptr;
  // Each load checks all conditions again.
  Recall<ParsedCondition> of_this_call;
  const CheckOptions check_options{options.append_output, recollection != nullptr ? &recollection->conditions : &of_this_call};
  for (const uint32_t file : files) {
    if (!load_rules(sources, file, load_options, loaded.collection, diags)) return std::nullopt;
    if (!loaded.collection.expand_lists(diags)) return std::nullopt;
    const bool checked = file == files.back() || std::find(check_after.begin(), check_after.end(), file) != check_after.end();
    if (!checked) continue;
    Diagnostics found;
    std::optional<CheckedRules> rules = check(loaded.collection, check_options, found);
    // What an earlier load finds unused or doubtful may be right once the later files are there.
    const bool keep = !rules || file == files.back() || options.warnings_of_every_load;
    if (keep) diags.take(std::move(found));
    if (!rules) return std::nullopt;
    loaded.rules = std::move(*rules);
  }
  if (!check_plugins(loaded.collection, diags)) return std::nullopt;
  return loaded;
}

CompileResult compile(const SourceManager& sources, const std::vector<uint32_t>& files, const CompileOptions& options,
                      Diagnostics& diags) {
  CompileResult result;
  std::optional<LoadedRules> loaded = load_files(sources, files, options, diags);
  if (!loaded) return result;
  result.loaded = std::move(loaded);
  CheckedRules& rules = result.loaded->rules;
  const size_t errors = diags.error_count();
  result.selection = select(rules, options.selection, diags);
  if (diags.error_count() != errors || !options.emit) return result;
  if (rules.rules.size() > fvm::limits::kRules) {
    diags.emit<diag::TooManyRules>({}, rules.rules.size(), fvm::limits::kRules);
    return result;
  }

  EmitOptions emit_options;
  emit_options.strip = options.strip;
  emit_options.passes_off = options.passes_off;
  // A stripped image depends on what the rules mean, not on how they are written.
  if (!options.strip) emit_options.sources_digest = digest_sources(sources, files);
  const auto place_of = [&](const SourceRange& range) {
    const LineColumn at = sources.locate(range);
    return Place{base_name(sources.name(range.file)), at.line, at.column};
  };
  auto image = emit(rules, emit_options, place_of);
  if (!image) {
    diags.emit<diag::CannotEmit>(image.error().range, words(image.error().code));
    return result;
  }
  result.image = std::move(*image);
  return result;
}

}  // namespace falcoc
