# Wrong command lines: status 2, nothing on standard output, the whole message.
wrong() {
    try "$@"
    status_is 2
    is_empty out
    is_exactly err
}
wrong rnu file <<'END'
ivcsim: error: unknown verb 'rnu'
hint: did you mean 'run'?
Try 'ivcsim --help'.
END
wrong frobnicate <<'END'
ivcsim: error: unknown verb 'frobnicate'
Try 'ivcsim --help'.
END
wrong --verbos run x <<'END'
ivcsim run: error: unknown option '--verbos'
hint: did you mean '--verbose'?
Try 'ivcsim run --help'.
END
wrong run <<'END'
ivcsim run: error: missing argument: FILE
Try 'ivcsim run --help'.
END
wrong run a.yaml b.yaml <<'END'
ivcsim run: error: too many arguments: 'b.yaml' is one too many
Try 'ivcsim run --help'.
END
wrong man x <<'END'
ivcsim man: error: 'man' takes no arguments, got 'x'
Try 'ivcsim man --help'.
END
wrong sweep a.yaml --jbos=4 <<'END'
ivcsim sweep: error: unknown option '--jbos'
hint: did you mean '--jobs'?
Try 'ivcsim sweep --help'.
END
wrong sweep a.yaml -j0 <<'END'
ivcsim sweep: error: option '--jobs' expects a whole number from 1 to 1024, got '0'
Try 'ivcsim sweep --help'.
END
wrong sweep a.yaml -j <<'END'
ivcsim sweep: error: option '--jobs' needs a value: N
Try 'ivcsim sweep --help'.
END
wrong run a.yaml --format cvs <<'END'
ivcsim run: error: option '--format' cannot be 'cvs'
hint: did you mean 'csv'?
Try 'ivcsim run --help'.
END
wrong run a.yaml --quiet=yes <<'END'
ivcsim run: error: option '--quiet' takes no value
Try 'ivcsim run --help'.
END
wrong run a.yaml -x <<'END'
ivcsim run: error: unknown option '-x'
Try 'ivcsim run --help'.
END
wrong run a.yaml --seed=-1 <<'END'
ivcsim run: error: option '--seed' expects a whole number from 0, got '-1'
Try 'ivcsim run --help'.
END
wrong --color=sometimes list errors <<'END'
ivcsim list: error: option '--color' cannot be 'sometimes'
hint: one of auto, always, never
Try 'ivcsim list --help'.
END
wrong list stage <<'END'
ivcsim list: error: unknown topic 'stage'
hint: did you mean 'stages'?
END
wrong list mechanisms nemessis <<'END'
ivcsim list: error: no 'nemessis' among the mechanisms
hint: did you mean 'nemesis'?
END
wrong list columns bandwidth <<'END'
ivcsim list: error: no 'bandwidth' among the columns
hint: 'ivcsim list columns' shows all of them
END
wrong schema suites <<'END'
ivcsim schema: error: unknown schema 'suites'
hint: there are scenario, suite and shared
END
wrong completion zsh <<'END'
ivcsim completion: error: no completion for 'zsh', only for bash
END
wrong help rnu <<'END'
ivcsim help: error: unknown verb 'rnu'
hint: did you mean 'run'?
END
