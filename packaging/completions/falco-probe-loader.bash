# SPDX-License-Identifier: Apache-2.0
# Written by scripts/write_manuals.py from --help; don't edit.

_falco_probe_loader() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command="" options="" values=""
  # `=` is a word of its own in --option=value.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  case $command in
    '')
      options='--compile --download --clean --dry-run --print-env --host-root --insecure-http --help'
      case $prev in
        --host-root) options= ;;
      esac
      ;;
  esac
  [[ $cur == -* ]] && values=$options
  mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
}
# Where nothing is offered, files are.
complete -o default -F _falco_probe_loader falco-probe-loader
