# The completion script, used as bash would use it.
try completion bash
status_is 0
is_empty err
cp out completion.bash
bash -n completion.bash || fail 'not a bash script'
# shellcheck source=/dev/null
. ./completion.bash
ivcsim() { "$ivcsim_program" "$@"; }
ivcsim_program=$ivcsim
touch scenario.yaml
mkdir results

# complete_words WORD...: the last one is being typed. `=` stands alone, as bash splits it.
complete_words() {
    COMP_WORDS=(ivcsim "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _ivcsim
    printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' | sed 's/ $//' >words
    tried="completion of: $*"
}
completes() {
    expected=$1
    shift
    complete_words "$@"
    [ "$(cat words)" = "$expected" ] || fail "got '$(cat words)', expected '$expected'"
}
verbs='bench check completion export help list merge mpi mpicc plot run schema show sweep validate'
completes "$verbs" ''
completes 'schema show sweep' s
completes 'csv json jsonl table' run --format ''
completes 'json jsonl' run --format j
completes 'csv' run --format = c
completes 'csv json jsonl table' run --format =
completes 'always auto never' run x.yaml --color ''
completes 'scenario.yaml' run s
completes 'results' sweep scenario.yaml -o r
completes 'results' export r
completes '--jobs' sweep --j
completes '--failed --force --format' sweep --f
completes 'columns errors mechanisms modes parameters profiles quantities stages suites workloads' \
    list ''
completes 'mechanisms modes' list --format csv m
completes 'nemesis' list mechanisms nem
completes 'config-unit config-unknown-key config-unsupported config-unused' list errors config-un
completes 'run' help ru
completes 'bash' completion ''
completes '' run --seed ''
complete_words sweep -
for word in $(cat words); do
    "$ivcsim" sweep --help | grep -q -- "$word" || fail "$word is no option of sweep"
done
