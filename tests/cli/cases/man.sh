# The manual page is the one that the program prints, has no lint, and agrees with --help.
try man
status_is 0
is_empty err
cmp -s out "$source/docs/man/ivcsim.1" ||
    fail "docs/man/ivcsim.1 is stale: run 'ivcsim man >docs/man/ivcsim.1'"
cp out page
if command -v mandoc >/dev/null; then
    mandoc -Tlint -W warning page >lint 2>&1 || fail "mandoc: $(cat lint)"
fi
if command -v groff >/dev/null; then
    groff -man -ww -z page >lint 2>&1
    [ ! -s lint ] || fail "groff: $(cat lint)"
fi
tr -d '\\' <page | sed 's/f[BRI]//g' >plain
for verb in run sweep merge export plot check show list schema bench completion help; do
    grep -q "^\.SS ivcsim $verb" page || fail "the page lacks $verb"
    try "$verb" --help
    # Both ways: options of --help are in the page, and there are no others in the verb's section.
    grep -oE '^ +(-., )?--[a-z-]+' out | grep -oE -- '--[a-z-]+' | sort -u >inhelp
    sed -n "/^\.SS ivcsim $verb/,/^\.S[SH] /p; /^\.SH OPTIONS/,/^\.SH EXIT/p" plain |
        grep -A1 '^\.TP' | grep -oE -- '--[a-z-]+' | sort -u >inpage
    diff inhelp inpage >difference || fail "$verb: options differ: $(cat difference)"
done
