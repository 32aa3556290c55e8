// Shell completion, made from the command tree itself so that it cannot go stale.
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "command.h"

namespace goldtape::app {

namespace {

std::vector<std::string> words_of(const CLI::App& command) {
  std::vector<std::string> words;
  for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(sub->get_name());
  }
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

struct Node {
  std::string name;
  std::string words;
};

/// Every subcommand, nested ones as "ingest files", with the words that may follow it.
void collect(const CLI::App& command, const std::string& prefix, std::vector<Node>& nodes) {
  for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string name = prefix.empty() ? sub->get_name() : prefix + " " + sub->get_name();
    nodes.push_back({name, joined(words_of(*sub))});
    collect(*sub, name, nodes);
  }
}

std::string bash_script(const CLI::App& root) {
  std::vector<Node> nodes;
  collect(root, "", nodes);
  std::string cases;
  for (const auto& node : nodes) cases += fmt::format("    '{}') words='{}' ;;\n", node.name, node.words);
  return fmt::format(
      "# bash completion for goldtape: source <(goldtape completion bash)\n"
      "_goldtape() {{\n"
      "  local at=${{COMP_WORDS[COMP_CWORD]}} path='' words='{}' i w skip=0\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    w=${{COMP_WORDS[i]}}\n"
      "    if ((skip)); then skip=0; continue; fi\n"
      "    case $w in --lake|--set|--log-format) skip=1 ;; -*) ;; *) path=\"${{path:+$path }}$w\" ;; esac\n"
      "  done\n"
      "  case $path in\n{}    esac\n"
      "  if [[ $at != -* && -z $words ]]; then COMPREPLY=($(compgen -f -- \"$at\")); return; fi\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$at\") $([[ $at == -* ]] || compgen -f -- \"$at\"))\n"
      "}}\n"
      "complete -o filenames -F _goldtape goldtape\n",
      joined(words_of(root)), cases);
}

std::string zsh_script(const CLI::App& root) {
  return "#compdef goldtape\nautoload -U +X bashcompinit && bashcompinit\n" + bash_script(root);
}

std::string fish_script(const CLI::App& root) {
  std::string script = "# fish completion for goldtape: goldtape completion fish | source\n";
  for (const auto* sub : root.get_subcommands([](const CLI::App*) { return true; })) {
    script += fmt::format("complete -c goldtape -n __fish_use_subcommand -a {} -d '{}'\n", sub->get_name(),
                          sub->get_description());
    for (const auto* option : sub->get_options()) {
      for (const auto& name : option->get_lnames()) {
        script += fmt::format("complete -c goldtape -n '__fish_seen_subcommand_from {}' -l {}\n",
                              sub->get_name(), name);
      }
    }
  }
  return script;
}

}  // namespace

void add_completion(Program& program) {
  auto* command = program.add("completion", "Print a completion script for your shell",
                              "  source <(goldtape completion bash)\n  goldtape completion fish | source");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  program.on_run(command, [&program, shell]() -> Status {
    const auto& root = program.root();
    std::cout << (*shell == "bash"  ? bash_script(root)
                  : *shell == "zsh" ? zsh_script(root)
                                    : fish_script(root));
    return {};
  });
}

}  // namespace goldtape::app
