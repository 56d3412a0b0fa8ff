# SPDX-License-Identifier: Apache-2.0
# Written by scripts/write_manuals.py from --help; don't edit.

_falco_vm() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command="" options="" values=""
  # `=` is a word of its own in --option=value.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  case $command in
    '')
      options='-h --help --version --config --ruleset -e --json --all-matches -t -T -D --priority --print --explain -w --write-matched --list-events --markdown -M --output --buffered --device --ring-mb --snaplen --stats --profile --profile-every'
      case $prev in
        --config) options= ;;
        --ruleset) options= ;;
        -e) options= ;;
        -t) options= ;;
        -T) options= ;;
        -D) options= ;;
        --priority) values='emergency alert critical error warning notice informational debug' options= ;;
        --print) options= ;;
        --explain) options= ;;
        -w) options= ;;
        -M) options= ;;
        --output) options= ;;
        --device) options= ;;
        --ring-mb) options= ;;
        --snaplen) options= ;;
        --stats) ;;
        --profile) ;;
        --profile-every) options= ;;
      esac
      ;;
  esac
  [[ $cur == -* ]] && values=$options
  mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
}
# Where nothing is offered, files are.
complete -o default -F _falco_vm falco-vm
