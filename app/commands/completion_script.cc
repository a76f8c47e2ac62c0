#include "app/commands/completion_script.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string_view>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "adapters/grpc_client/contract.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr std::string_view kHelp = "help";
constexpr std::string_view kCall = "call";

struct Word {
  std::string text;
  std::string description;
};

// The words that may follow one command.
struct Node {
  // The command's name, such as "config check"; empty for keelson itself.
  std::string path;
  std::vector<Word> subcommands = {};
  std::vector<Word> options = {};
  // Options whose value is a file, and options with another value.
  std::vector<std::string> file_options = {};
  std::vector<std::string> value_options = {};
  bool takes_file = false;
};

struct Methods {
  // Method names that only one service has, such as "RegisterUser".
  std::vector<std::string> names;
  // Longer unambiguous names, such as "AccountService/RegisterUser".
  std::vector<std::string> qualified;
};

bool IsFile(const CLI::Option& option) {
  return option.get_type_name() == "FILE" || option.get_type_name() == "PATH";
}

void AddOption(const CLI::Option& option, Node& node) {
  if (option.get_positional()) node.takes_file = IsFile(option);
  for (const std::string& name : option.get_lnames()) {
    node.options.push_back({StrCat("--", name), option.get_description()});
    if (option.get_items_expected_max() == 0) continue;
    (IsFile(option) ? node.file_options : node.value_options).push_back(StrCat("--", name));
  }
}

std::string Below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : StrCat(path, " ", name);
}

void AddNodes(const CLI::App& command, const std::string& path, std::vector<Node>& nodes) {
  Node node{.path = path};
  for (const CLI::Option* option : command.get_options()) AddOption(*option, node);
  const std::vector<const CLI::App*> subcommands =
      command.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* subcommand : subcommands) {
    node.subcommands.push_back({subcommand->get_name(), subcommand->get_description()});
  }
  nodes.push_back(std::move(node));
  for (const CLI::App* subcommand : subcommands) {
    AddNodes(*subcommand, Below(path, subcommand->get_name()), nodes);
  }
}

std::vector<Node> NodesOf(const CLI::App& program) {
  std::vector<Node> nodes;
  AddNodes(program, "", nodes);
  // The words after `keelson help` are the same commands as after `keelson`.
  std::vector<Node> help;
  for (const Node& node : nodes) {
    if (node.path == kHelp) continue;
    help.push_back({.path = Below(std::string(kHelp), node.path), .subcommands = node.subcommands});
    if (node.path.empty()) help.back().path = kHelp;
  }
  std::erase_if(nodes, [](const Node& node) { return node.path == kHelp; });
  nodes.insert(nodes.end(), help.begin(), help.end());
  return nodes;
}

Methods Shorten(const std::vector<std::string>& full_names) {
  std::map<std::string, int> counts;
  for (const std::string& method : full_names) {
    for (const std::string& suffix : MethodSuffixes(method)) ++counts[suffix];
  }
  Methods methods;
  for (const std::string& method : full_names) {
    for (const std::string& suffix : MethodSuffixes(method)) {
      const bool is_name = suffix.find('/') == std::string::npos;
      if (counts[suffix] == 1) (is_name ? methods.names : methods.qualified).push_back(suffix);
    }
  }
  return methods;
}

std::string Quoted(const std::string& text) {
  return StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string Quoted(const std::vector<std::string>& words) {
  return Quoted(absl::StrJoin(words, " "));
}

std::string Quoted(const std::vector<Word>& words) {
  return Quoted(absl::StrJoin(words, " ", [](std::string* out, const Word& word) { *out += word.text; }));
}

// Returns a pattern of the shell's `case` that matches every command name.
std::string PathPattern(const std::vector<Node>& nodes) {
  std::vector<std::string> paths;
  for (const Node& node : nodes) {
    if (!node.path.empty()) paths.push_back(Quoted(node.path));
  }
  return absl::StrJoin(paths, "|\\\n      ");
}

// Formats `words` as an array for zsh's _describe, with elements 'name:description'.
std::string Described(const std::vector<Word>& words) {
  return StrCat("(",
                absl::StrJoin(words, " ",
                              [](std::string* out, const Word& word) {
                                *out += Quoted(StrCat(word.text, ":", word.description));
                              }),
                ")");
}

constexpr std::string_view kBashScript =
    R"(# bash completion of keelson, written by `keelson completion bash`.
_keelson() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command='' word words='' more='' options='' file_options='' value_options='' takes_file=''
  # bash splits --option=value at the "=".
  if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "${command:+$command }$word" in
      @PATHS@) command="${command:+$command }$word" ;;
    esac
  done
  case $command in
@NODES@  esac
  # A call has one METHOD: offer no method names after the first.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n $more && " $words $more " == *" $word "* ]]; then words='' more=''; fi
  done
  COMPREPLY=()
  if [[ " $value_options " == *" $prev "* ]]; then
    return
  elif [[ " $file_options " == *" $prev "* || ( -n $takes_file && $cur != -* ) ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    # Offer longer method names if no short name matches.
    [[ ${#COMPREPLY[@]} -gt 0 ]] || mapfile -t COMPREPLY < <(compgen -W "$more" -- "$cur")
  fi
}
complete -F _keelson keelson
)";

constexpr std::string_view kZshScript =
    R"(#compdef keelson
# zsh completion of keelson, written by `keelson completion zsh`.
_keelson() {
  local command='' word prev=${words[CURRENT-1]}
  local -a subcommands flags file_options value_options methods qualified
  local takes_file=''
  for word in "${(@)words[2,CURRENT-1]}"; do
    case "${command:+$command }$word" in
      (@PATHS@) command="${command:+$command }$word" ;;
    esac
  done
  case $command in
@NODES@  esac
  # A call has one METHOD: offer no method names after the first.
  for word in "${(@)words[2,CURRENT-1]}"; do
    if (( ${methods[(Ie)$word]} || ${qualified[(Ie)$word]} )); then methods=() qualified=(); fi
  done
  if [[ ${words[CURRENT]} == --*=* ]]; then
    prev=${words[CURRENT]%%=*}
    compset -P '*='
  fi
  if (( ${value_options[(Ie)$prev]} )); then
    _message value
  elif (( ${file_options[(Ie)$prev]} )); then
    _files
  elif [[ ${words[CURRENT]} == -* ]]; then
    _describe -o option flags
  elif [[ -n $takes_file ]]; then
    _files
  elif (( $#methods )); then
    compadd -a methods || compadd -a qualified
  else
    _describe command subcommands
  fi
}
if [[ $funcstack[1] == _keelson ]]; then
  _keelson "$@"
else
  compdef _keelson keelson
fi
)";

std::string Fill(std::string_view script, const std::vector<Node>& nodes, const std::string& cases) {
  return absl::StrReplaceAll(ToAbsl(script), {{"@PATHS@", PathPattern(nodes)}, {"@NODES@", cases}});
}

}  // namespace

std::string BashCompletion(const CLI::App& program, const std::vector<std::string>& methods) {
  const std::vector<Node> nodes = NodesOf(program);
  const Methods shortened = Shorten(methods);
  std::string cases;
  for (const Node& node : nodes) {
    const bool calls = node.path == kCall;
    cases += StrCat("    ", Quoted(node.path),
                    ")\n      words=", calls ? Quoted(shortened.names) : Quoted(node.subcommands), "\n");
    if (calls) cases += StrCat("      more=", Quoted(shortened.qualified), "\n");
    cases +=
        StrCat("      options=", Quoted(node.options), "\n      file_options=", Quoted(node.file_options),
               " value_options=", Quoted(node.value_options), " takes_file=", node.takes_file ? "yes" : "''",
               " ;;\n");
  }
  return Fill(kBashScript, nodes, cases);
}

std::string ZshCompletion(const CLI::App& program, const std::vector<std::string>& methods) {
  const std::vector<Node> nodes = NodesOf(program);
  const Methods shortened = Shorten(methods);
  std::string cases;
  for (const Node& node : nodes) {
    cases += StrCat("    (", Quoted(node.path), ")\n      subcommands=", Described(node.subcommands),
                    "\n      flags=", Described(node.options), "\n");
    if (node.path == kCall) {
      cases += StrCat("      methods=(", absl::StrJoin(shortened.names, " "), ")\n      qualified=(",
                      absl::StrJoin(shortened.qualified, " "), ")\n");
    }
    cases += StrCat("      file_options=(", absl::StrJoin(node.file_options, " "), ") value_options=(",
                    absl::StrJoin(node.value_options, " "), ") takes_file=", node.takes_file ? "yes" : "''",
                    " ;;\n");
  }
  return Fill(kZshScript, nodes, cases);
}

}  // namespace keelson
