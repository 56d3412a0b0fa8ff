# SPDX-License-Identifier: Apache-2.0
# Written by scripts/write_manuals.py from --help; don't edit.

_falcoc() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command="" options="" values=""
  # `=` is a word of its own in --option=value.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  case ${COMP_WORDS[1]} in lint | fmt | test | diff | cost | list | explain | docs | dump | lsp | verify | disasm) ((COMP_CWORD == 1)) || command=${COMP_WORDS[1]} ;; esac
  case $command in
    '')
      options='-h --help --version -r -t -T -D --priority --Werror --deny --allow --format -o --strip'
      case $prev in
        -r) options= ;;
        -t) options= ;;
        -T) options= ;;
        -D) options= ;;
        --priority) values='emergency alert critical error warning notice informational debug' options= ;;
        --deny) options= ;;
        --allow) options= ;;
        --format) values='falco-json github json sarif text' options= ;;
        -o) options= ;;
      esac
      ;;
    lint)
      options='-h --help --version -r -t -T -D --priority --Werror --deny --allow --format --group --strict --tags --target --fix'
      case $prev in
        -r) options= ;;
        -t) options= ;;
        -T) options= ;;
        -D) options= ;;
        --priority) values='emergency alert critical error warning notice informational debug' options= ;;
        --deny) options= ;;
        --allow) options= ;;
        --format) values='falco-json github json sarif text' options= ;;
        --group) values='performance logic bypass style compatibility' options= ;;
        --tags) options= ;;
        --target) values='falco-0.36 falco-0.37 falco-0.38 falco-0.39 falco-0.40 falco-0.41 falco-0.42 falco-0.43 falco-0.44' options= ;;
      esac
      ;;
    fmt)
      options='-h --help --version --check'
      case $prev in
      esac
      ;;
    test)
      options='-h --help --version --format --coverage --min-coverage --mutate --filter -v --verbose --generate --rules -o --output'
      case $prev in
        --format) values='table junit tap' options= ;;
        --coverage) ;;
        --min-coverage) options= ;;
        --mutate) ;;
        --filter) options= ;;
        --generate) options= ;;
        --rules) options= ;;
        -o | --output) options= ;;
      esac
      ;;
    diff)
      options='-h --help --version --format'
      case $prev in
        --format) values='json text' options= ;;
      esac
      ;;
    cost)
      options='-h --help --version -r -t -T -D --priority --Werror --deny --allow --format --max-cost --profile'
      case $prev in
        -r) options= ;;
        -t) options= ;;
        -T) options= ;;
        -D) options= ;;
        --priority) values='emergency alert critical error warning notice informational debug' options= ;;
        --deny) options= ;;
        --allow) options= ;;
        --format) values='json text' options= ;;
        --max-cost) options= ;;
        --profile) options= ;;
      esac
      ;;
    list)
      options='-h --help --version --format --json -r -t -T -D --priority --Werror --deny --allow'
      case $prev in
        --format) values='json markdown text' options= ;;
        -r) options= ;;
        -t) options= ;;
        -T) options= ;;
        -D) options= ;;
        --priority) values='emergency alert critical error warning notice informational debug' options= ;;
        --deny) options= ;;
        --allow) options= ;;
        list) values='rules macros lists fields events operators diagnostics lints' ;;
      esac
      ;;
    explain)
      options='-h --help --version -r --format --dot --svg'
      case $prev in
        -r) options= ;;
        --format) values='json text' options= ;;
      esac
      ;;
    docs)
      options='-h --help --version -o'
      case $prev in
        -o) options= ;;
      esac
      ;;
    dump)
      options='-h --help --version --stage -r -t -T -D --priority --Werror --deny --allow --format'
      case $prev in
        --stage) values='ast checked asm' options= ;;
        -r) options= ;;
        -t) options= ;;
        -T) options= ;;
        -D) options= ;;
        --priority) values='emergency alert critical error warning notice informational debug' options= ;;
        --deny) options= ;;
        --allow) options= ;;
        --format) values='falco-json github json sarif text' options= ;;
      esac
      ;;
    lsp)
      options='-h --help --version'
      case $prev in
      esac
      ;;
    verify)
      options='-h --help --version'
      case $prev in
      esac
      ;;
    disasm)
      options='-h --help --version'
      case $prev in
      esac
      ;;
  esac
  ((COMP_CWORD > 1)) || values='lint fmt test diff cost list explain docs dump lsp verify disasm'
  [[ $cur == -* ]] && values=$options
  mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
}
# Where nothing is offered, files are.
complete -o default -F _falcoc falcoc
