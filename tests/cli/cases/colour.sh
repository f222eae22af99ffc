# Colour only where it is wanted: there is no terminal here.
cp "$source/tests/cli/tiny.yaml" .
escape=$(printf '\033')
try run tiny.yaml
has_not out "$escape"
try run tiny.yaml --color always
has out "$escape"
try --color always run tiny.yaml
has out "$escape"
export CLICOLOR_FORCE=1
try run tiny.yaml
has out "$escape"
export NO_COLOR=1
try run tiny.yaml
has_not out "$escape"
unset NO_COLOR
try run tiny.yaml --color=never
has_not out "$escape"
try run tiny.yaml --format csv --color always
has_not out "$escape"
try run tiny.yaml --format json --color always
has_not out "$escape"
