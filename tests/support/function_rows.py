"""Expressions that Helm and our functions must agree on. Values are those of VALUES."""

from __future__ import annotations

VALUES = r"""
nothing: null
empty: ""
text: Hello, World
yes: "true"
zero: 0
one: 1
port: 8080
big: 123456789
million: 1000000
half: 0.5
third: 0.333333333333
negative: -2.5
huge: 1e+21
truth: true
lie: false
list: [3, 1, 2]
words: [pear, apple, fig, apple]
mixed: [1, a, null, true, 1.5, [x], {k: v}]
none: []
map: {b: 1, a: two, c: null, d: {e: f}}
nested: {x: {y: {z: deep}}, w: 1, l: [{n: 1}]}
void: {}
umlaut: größer €uro
lines: |
  first
    second

  third
json: '{"a": [1, 2.5, "x"], "b": null, "c": {"d": "<&>"}}'
yaml: "a: 1\nb: [x, y]\nc: {d: yes}\n"
"""

STRINGS = r"""
upper "aßé"
lower "AÉİ"
title "foo-bar_baz qux.x éa o'neil 1st"
untitle "Foo Bar  bAZ"
swapcase "Hello wORLD foo É"
upper .Values.text
trim "  \t a b \n"
trim " x "
trimAll "$" "$$a$$"
trimall "ab" "baXab"
trimSuffix "-" "a--"
trimPrefix "v" "vv1"
trunc 3 "abcdef"
trunc -3 "abcdef"
trunc 10 "abc"
trunc -10 "abc"
trunc 0 "abc"
trunc 2 .Values.umlaut
trunc 3 .Values.umlaut | quote
trunc -4 .Values.umlaut
substr 1 3 "abcdef"
substr -1 3 "abcdef"
substr 2 -1 "abcdef"
substr 2 99 "abcdef"
abbrev 5 "hello world"
abbrev 3 "hello world"
abbrev 20 "hello"
abbrevboth 5 10 "1234 5678 9123 4567"
abbrevboth 5 6 "1234 5678 9123"
abbrevboth 1 5 "1234 5678 9123"
abbrevboth 8 9 "abcdefghijklmnopqrst"
repeat 3 "ab"
repeat 0 "ab"
nospace "a b\tc\n"
nospace "é b"
nospace "éb"
initials "First Try here"
initials "éa bc"
wrap 10 "the quick brown fox jumps over"
wrap 5 "abcdefghijkl mn"
wrap 3 "größer als"
wrap 0 "a b"
wrapWith 5 "\t" "Hello World and more"
wrapWith 4 "" "abcdefghij kl"
contains "cat" "concatenate"
contains "" "x"
hasPrefix "con" "concatenate"
hasSuffix "nate" "concatenate"
quote "a\"b" 1 nil true .Values.half .Values.million
quote .Values.list
quote "\t\n\u00e9\u200b\U0001F600\x01"
quote (b64dec "/w==")
quote nil
squote "a'b" 1 nil
squote nil
squote .Values.map
cat "a" 1 nil "b" .Values.half
cat "100%" "x"
cat
cat "%d" 1
indent 4 .Values.lines
nindent 2 "a\nb"
indent 0 "a\nb"
replace "o" "0" "foo boo"
replace "" "-" "abc"
plural "one" "many" 1
plural "one" "many" 0
toString 1.5
toString nil
toString .Values.big
toString .Values.map
toString .Values.mixed
toString true
atoi "12"
atoi "1.2"
atoi "-5"
atoi "0x10"
atoi "010"
split "," "a,b,c"
split "" "héy"
split "," ""
(split "," "a,b,c")._1
splitn "," 2 "a,b,c"
splitn "," 0 "a,b"
splitn "," -1 "a,b"
splitn "" 2 "abc"
splitn "" 9 "abc"
splitList "," "a,b,,c"
splitList "" "aé"
splitList "," ""
toStrings (list 1 "a" nil true 1.5)
toStrings 5
toStrings nil
join "," .Values.list
join "," .Values.mixed
join "-" "abc"
join "," nil
join "," (splitList "" "abc")
sortAlpha .Values.words
sortAlpha (list 10 9 "a" nil true)
sortAlpha "x"
sortAlpha nil
hello
snakecase "HTTPServer2xx fooBar-baz Bld4Floor3rd ab__c-D A1"
snakecase "FirstName  2ndName HTTP20xOK a.b,c D"
snakecase "élanVital Ärger9"
snakecase ""
snakecase "x"
snakecase "a1b2C3-4d e5"
kebabcase "FirstName HTTP20xOK !ab+cD x9y"
kebabcase "no_https Duration2m3s"
camelcase "_complex__case_"
camelcase "http_server some-words here"
camelcase "HTTP_SERVER-a"
camelcase "a"
camelcase "_"
camelcase ""
camelcase "foo"
html "a" 1 2 "<b> & 'c' \"d\""
html "x"
js "a='\"<&>\u2028é\n\t"
urlquery "a b/é?&=+~" "c" 1
print 1 2 "a" "b" 3 nil true
print "x"
print
println 1 2 "a"
println
"""

FORMAT = r"""
printf "%v %v %v %v %v" 1 1.5 "x" true nil
printf "%v" .Values.mixed
printf "%v" .Values.map
printf "%s" .Values.mixed
printf "%d" .Values.mixed
printf "%s|%d|%q" .Values.big .Values.big .Values.big
printf "%d %5d %-5d| %05d %+d %x %X %o %b %#x %c %q %U" 42 42 42 42 42 255 255 8 5 255 65 65 65
printf "%05d %+05d %-05d| % d %x" -42 42 42 42 -255
printf "%.2f %8.3f %-8.1f| %08.2f %+.1f %e %g %G %.3g" 3.14159 2.5 2.5 2.5 2.5 1234.5678 1234567.0 1e-7 1234.5678
printf "%f %.0f %v %v %v %v" 1.0 2.5 1e6 1e20 1e21 123456.789
printf "%v %v %v %v" .Values.million .Values.half .Values.third .Values.huge
printf "%v %v %v" 100000.0 0.0001 0.00001
printf "%s %10s|%-10s|%.2s %q %x %X % x" "abc" "abc" "abc" "abc" "a\"b" "abc" "abc" "abc"
printf "%q %+q %#q" "é\n" "é\n" "a b"
printf "%t %v %5t" true false true
printf "%d" "x"
printf "%s" 5
printf "%d" nil
printf "%s" nil
printf "%z" 1
printf "%!"
printf "100%"
printf "%%|%5%"
printf "%d %d" 1
printf "%d" 1 2 "x" nil
printf "abc" 1
printf "%[2]d %[1]d" 1 2
printf "%[3]d" 1
printf "%*d|%-*d|" 5 42 5 42
printf "%.*f" 2 3.14159
printf "%6.2f%%" 12.3456
printf "%v %+v %#v" .Values.map .Values.map .Values.map
printf "%#v %#v %#v %#v" "a" 1 1.5 .Values.list
printf "%T %T %T %T %T %T %T" 1 1.5 "x" true .Values.list .Values.map nil
printf "%T %T %T %T" (add 1) (splitList "," "a") (until 2) (split "," "a")
printf "%s" (list "a" nil (list 1 "b"))
printf "%q" (list "a" "b")
printf "%x" (list "ab" "cd")
printf "%5v|%-5v|%05v" "ab" "ab" 7
printf "%3v" .Values.list
printf "%s" (dict "a" 1 "b" nil)
printf "%v" (semver "1.2.3-a+b")
printf "%s" (semver "v1.2")
printf "%t" "x"
printf "%t" 1
printf "%c|%c" 8364 -1
printf "%08b" 5
printf "%x %x" 1.5 "é"
printf "%6d|%-6d|%06d" -12 -12 -12
printf "%+.3e|%E" 12345.678 0.00012
printf "%10.3v|%-10v|" 3.14159 2.0
printf "%v %d" (int64 5) (int64 5)
printf "%s-%s" "a" .Values.text
printf "%v" (list)
printf "%v" (dict)
printf "%s" (index "abc" 0)
printf "%v" (index "abc" 0)
printf "" | quote
printf "%s" true
printf "%5.1f|%5.1f" .Values.negative 10.0
printf "%v" (list (list) (dict) "" nil)
printf "%g %g %g" 100000.0 1000000.0 0.0001
printf "%.3v %.10g %.1g" 3.14159 3.14159 123.0
printf "%#q %#x %#o" "a`b" "hi" 8
printf "%s %v" .Values.nothing .Values.nothing
printf "%-8s|%8s|" "é" "é"
printf "%2$s" "a"
"""

TYPES = r"""
typeOf 1
typeOf 1.5
typeOf "x"
typeOf true
typeOf nil
typeOf .Values.list
typeOf .Values.map
typeOf .Values
typeOf (list)
typeOf (dict)
typeOf (add 1 2)
typeOf (int "1")
typeOf (int64 "1")
typeOf (float64 1)
typeOf (len "x")
typeOf (splitList "," "a")
typeOf (split "," "a")
typeOf (keys (dict "a" 1))
typeOf (values (dict "a" 1))
typeOf (sortAlpha (list "b"))
typeOf (until 3)
typeOf (untilStep 0 4 2)
typeOf (regexFindAll "a" "aa" -1)
typeOf (regexSplit "a" "bab" -1)
typeOf (toStrings (list 1))
typeOf (chunk 2 (list 1 2 3))
typeOf (first (chunk 2 (list 1 2 3)))
typeOf (append (splitList "," "a") "b")
typeOf (uniq (splitList "," "a"))
typeOf (rest (splitList "," "a,b"))
typeOf (slice (splitList "," "a,b") 1)
typeOf (concat (splitList "," "a") (list 1))
typeOf (fromYaml "a: 1")
typeOf (fromJson "{}")
typeOf (fromYamlArray "[1]")
typeOf (fromYaml "a: 1").a
typeOf (semver "1.2.3")
typeOf (index "abc" 1)
typeOf (max 1 2)
typeOf (floor 1.5)
typeOf (round 1.5 1)
typeOf (toDecimal "17")
typeOf (atoi "1")
typeOf (div 4 2)
typeOf (seq 3)
typeOf (urlParse "http://a")
typeOf (merge (dict) (dict "a" 1))
typeOf (deepCopy (splitList "," "a"))
typeOf (pick (dict "a" 1) "a")
typeOf (pluck "a" (dict "a" 1))
typeOf (coalesce nil 1)
typeOf (lookup "v1" "Pod" "" "")
typeOf (toDate "2006-01-02" "2020-01-01")
typeOf (fromToml "a = 1\nb = 1.5").a
typeOf (regexFind "a" "a")
typeOf (compact (list 1 0))
typeOf (without (list 1 2) 1)
typeOf (reverse (splitList "," "a"))
typeOf (initial (list 1 2))
typeOf (prepend (list 1) 2)
typeOf (deepCopy .Values)
kindOf 1
kindOf nil
kindOf .Values
kindOf .Values.list
kindOf (splitList "," "a")
kindOf (split "," "a")
kindOf (add 1 2)
kindOf .Values.port
kindOf (semver "1.0.0")
kindOf (toDate "2006" "2020")
kindIs "map" .Values.map
kindIs "slice" .Values.list
kindIs "string" .Values.text
kindIs "float64" .Values.port
kindIs "int" 3
kindIs "int64" (add 1 2)
kindIs "invalid" .Values.nothing
kindIs "bool" .Values.truth
typeIs "string" "x"
typeIs "[]interface {}" .Values.list
typeIs "[]string" (splitList "," "a")
typeIsLike "*semver.Version" (semver "1.0.0")
typeIsLike "string" "x"
typeIsLike "semver.Version" (semver "1.0.0")
deepEqual 1 1
deepEqual 1 1.0
deepEqual 1 (add 0 1)
deepEqual .Values.one 1.0
deepEqual .Values.list (list 3.0 1.0 2.0)
deepEqual .Values.list (list 3 1 2)
deepEqual (list "a") (splitList "," "a")
deepEqual (dict "a" (list 1)) (dict "a" (list 1))
deepEqual (dict "a" 1) (dict "b" 1)
deepEqual nil nil
deepEqual (rest (list)) (list)
deepEqual .Values .Values
deepEqual "a" "a"
empty nil
empty 0
empty 0.0
empty ""
empty false
empty .Values.none
empty .Values.void
empty .Values.map
empty (semver "0.0.0")
empty (toDate "2006" "x")
empty (add 0)
empty " "
not 0
not "a"
not nil
not .Values.void
not (toDate "2006" "x")
eq 1 1
eq 1 2 3 1
eq "a" "a"
eq .Values.nothing nil
eq .Values.nothing "a"
eq "a" .Values.nothing
eq 1.5 .Values.half 1.5
eq true .Values.truth
eq (add 1 1) 2
eq .Values.one 1.0
eq (rest (list)) nil
ne 1 2
ne "a" "a"
lt 1 2
lt 1.5 2.5
lt "a" "b"
lt "é" "z"
le 2 2
le "b" "a"
gt 3 2
gt .Values.port 80.0
ge 2 2
ge "a" "b"
and 1 0 2
and true "x"
and nil 1
or nil 0 "" "x" 1
or 0 ""
or 1
len "abc"
len .Values.umlaut
len .Values.list
len .Values.map
len .Values.void
len (split "," "a,b")
index .Values.list 1
index .Values.map "b"
index .Values.map "missing"
index .Values.nested "l" 0 "n"
index .Values.text 0
index .Values.umlaut 2
index (split "," "a") "_5"
index (list 1 2) (add 0 1)
index .Values.list
"""

DEFAULTS = r"""
default "d" .Values.nothing
default "d" .Values.empty
default "d" .Values.zero
default "d" .Values.lie
default "d" .Values.void
default "d" .Values.none
default "d" .Values.text
default "d"
default 1 2
.Values.nothing | default "x"
coalesce nil 0 "" "z"
coalesce nil 0
coalesce
all 1 "a" true
all 1 0
all
any 0 "" "x"
any 0 nil
any
ternary "y" "n" true
ternary "y" "n" .Values.lie
.Values.truth | ternary 1 2
required "msg" 0
required "msg" false
required "msg" "x"
required "msg" .Values.none
lookup "v1" "Secret" "ns" "name"
fromYaml (toYaml (lookup "v1" "Secret" "ns" ""))
"""

LISTS = r"""
list 1 "a" nil
list
tuple 1 2
append .Values.list 4
push (list) nil
mustAppend (list 1) 2
mustPush (list 1) 2
prepend .Values.list 0
mustPrepend (list 1) 2
first .Values.list
first (list)
mustFirst .Values.words
last .Values.list
last (list)
mustLast (list 1 2)
rest .Values.list
rest (list)
rest (list 1)
mustRest (list 1 2)
initial .Values.list
initial (list)
mustInitial (list 1 2)
reverse .Values.list
reverse (list)
mustReverse (list 1 2)
compact .Values.mixed
compact (list 0 "" nil false)
mustCompact (list 1 0)
uniq .Values.words
uniq (list 1 1.0 "1" 1 (list 1) (list 1))
mustUniq (list 1 1)
without .Values.words "apple"
without (list 1 2 3) 1 3
without (list 1 2 3) 1.0
mustWithout (list 1 2) 2
has "apple" .Values.words
has 1 .Values.list
has 1.0 .Values.list
has 4 nil
has (add 0 1) (list 1)
mustHas 1 (list 1)
slice .Values.list
slice .Values.list 1
slice .Values.list 1 2
slice (list) 1
slice (list 1 2) 2
slice .Values.list .Values.one
slice .Values.list "1"
mustSlice (list 1 2 3) 0 2
chunk 2 .Values.mixed
chunk 3 (list 1 2 3)
chunk 5 (list 1)
chunk 2 (list)
mustChunk 2 (list 1 2 3)
concat .Values.list (list "x") (splitList "," "a,b")
concat
concat (list)
concat (list nil)
len (concat (list) (list))
until 4
until -3
until 0
untilStep 0 10 3
untilStep 5 0 -2
untilStep 0 5 -1
untilStep 5 0 1
untilStep 0 5 0
seq 5
seq -3
seq 2 5
seq 5 2
seq 0 2 10
seq 10 -2 0
seq 10 2 0
seq 0 -2 10
seq 0 0 5
seq
seq 1 2 3 4
seq 3 3
seq 0
seq 1
toYaml (rest (list))
toYaml (regexFindAll "x" "abc" -1)
toYaml (list)
default "d" (rest (list))
len (rest (list))
join "," (rest (list))
"""

DICTS = r"""
dict "a" 1 "b" nil
dict
dict "a"
dict 1 2 true 3 nil 4
get .Values.map "b"
get .Values.map "zz"
get .Values.map "c"
set (dict "a" 1) "b" 2
unset (dict "a" 1 "b" 2) "a"
unset (dict "a" 1) "x"
hasKey .Values.map "c"
hasKey .Values.map "zz"
hasKey .Values "map"
pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" nil)
pluck "a"
keys (dict "a" 1)
keys .Values.map | sortAlpha
keys (dict "a" 1) (dict "b" 1) | sortAlpha
keys
values (dict "a" 1)
values .Values.map | len
pick .Values.map "a" "zz" "c"
pick .Values.map
omit .Values.map "a" "zz"
dig "x" "y" "z" "def" .Values.nested
dig "x" "q" "z" "def" .Values.nested
dig "x" "y" "def" .Values.nested
dig "c" "def" .Values.map
merge (dict "a" 1) (dict "a" 2 "b" 3)
merge (dict "a" 0 "n" nil "l" (list)) (dict "a" 2 "n" 3 "l" (list 1))
merge (dict "a" (dict "x" 1)) (dict "a" (dict "x" 2 "y" 3))
merge (dict "a" "s") (dict "a" (dict "x" 2))
merge (dict "a" (dict "x" 1)) (dict "a" "s")
merge (dict "a" (dict)) (dict "a" (dict "x" 2))
merge (dict "a" (dict)) (dict "a" "s")
merge (dict "a" (list 1)) (dict "a" (list 2 3))
merge (dict "a" nil) (dict "a" nil "b" nil)
merge (dict) (dict "a" nil "b" (list))
merge (dict "a" false) (dict "a" true)
merge (dict "a" "x") (dict "a" (list 1))
merge (dict "a" (list)) (dict "a" (dict "b" 1))
merge (dict "a" 1) (dict "b" 1) (dict "c" (dict "d" 2))
merge (dict) .Values.nested .Values.map
mustMerge (dict "a" 1) (dict "b" 2)
mergeOverwrite (dict "a" 1 "z" 9) (dict "a" 2 "b" 3)
mergeOverwrite (dict "a" 1) (dict "a" nil)
mergeOverwrite (dict "a" 1) (dict "a" "")
mergeOverwrite (dict "a" 1) (dict "a" 0)
mergeOverwrite (dict "a" true) (dict "a" false)
mergeOverwrite (dict "a" (list 1 2)) (dict "a" (list))
mergeOverwrite (dict "a" (list 1 2)) (dict "a" (list 3))
mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" (dict "y" 2))
mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" (dict))
mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" "s")
mergeOverwrite (dict "a" "s") (dict "a" (dict "x" 1))
mergeOverwrite (dict "a" "s") (dict "a" (list 1))
mergeOverwrite (dict "a" (list 1)) (dict "a" (dict "x" 1))
mergeOverwrite (dict "a" (dict "x" (dict "y" 1 "z" 2))) (dict "a" (dict "x" (dict "y" nil)))
mergeOverwrite (dict "a" (dict)) (dict "a" (list))
mustMergeOverwrite (dict "a" 1) (dict "a" 2)
.Values.nothing | merge (dict "a" 1)
merge (.Values.nothing) (dict "a" 1)
.Values.nothing | keys
.Values.nothing | merge (dict)
deepCopy .Values.nested
deepCopy (list 1 (dict "a" nil))
mustDeepCopy (dict "a" (list))
"""

MATH = r"""
add 1 2 3
add "5" 1
add 1.9 1
add "a" 1
add nil true
add
add .Values.port 1
add 9223372036854775807 1
add1 5
add1 "x"
sub 5 3
sub 0 9223372036854775807
mul 3 4 5
mul 9223372036854775807 2
mul "0x10" 1
div 7 2
div -7 2
div 7 -2
mod 7 3
mod -7 3
mod 7 -3
max 1 5 3
max "7" 2
biggest 1 9
min 4 2 8
min 1
maxf 1.5 2 "3.5"
minf 1.5 0.5
floor 1.9
floor -1.1
floor "123.9999"
ceil 1.1
ceil "x"
round 123.555555 3
round 123.555555 3 1
round 1.5 0
round -1.5 0
round 2.345 2
round "1.005" 2
round 12345 -2
addf 0.1 0.2
addf 1 "2.5" nil
add1f 1.5
subf 7.5 2 3
divf 10 3
divf 1 3 3
mulf 1.5 "2" 3
mulf 0.1 0.1
int 3.9
int -3.9
int "12"
int "12.0"
int "12.5"
int "0b101"
int "0o17"
int "017"
int "08"
int "1_0"
int ""
int nil
int true
int .Values.big
int 1e30
int64 "9223372036854775807"
int64 "9223372036854775808"
int64 .Values.port
float64 "1.5"
float64 "x"
float64 3
float64 "1e3"
float64 "1_0"
float64 " 1"
float64 ".5"
float64 "5."
float64 true
float64 nil
toDecimal "777"
toDecimal 644
toDecimal "9"
toDecimal nil
"""

ENCODING = r"""
b64enc "hello"
b64enc .Values.umlaut
b64dec "aGVsbG8="
b64dec "aGVsbG8"
b64dec "a"
b64dec "aGVs bG8="
b64dec "aGVs\nbG8="
b64dec "aG=VsbG8="
b64dec "===="
b64dec "aGVsbG8=x"
b64dec "aGVsbA==\n"
b64dec ""
b64dec "!"
b64dec "aGVsb==="
b32enc "hello world"
b32dec "NBSWY3DP"
b32dec "NBSWY3DPEB3W64TMMQ======"
b32dec "NBSWY3D"
b32dec "nbsw"
b32dec "NBSWY3DPEB3W64TMMQ=="
b32dec "NB======X"
b32dec "ME=A===="
sha1sum "hello"
sha256sum .Values.umlaut
sha512sum "hello"
adler32sum "hello"
derivePassword 1 "long" "password" "user" "example.com"
derivePassword 1 "maximum" "password" "user" "example.com"
derivePassword 1 "pin" "password" "user" "example.com"
derivePassword 1 "nope" "password" "user" "example.com"
encryptAES "x" ""
"""

DATA = r"""
toJson .Values.mixed
toJson .Values.map
toJson "<&>\u2028é\x01\x7f\b\f"
toJson (b64dec "/w==")
toJson 1.0
toJson (list 1e20 1e21 1e-6 1e-7 0.1 123456789.0 -0.0 1e-10 1.5e300)
mustToJson (dict "b" 1 "a" 2)
toPrettyJson .Values.nested
toPrettyJson (list)
toPrettyJson (dict)
toPrettyJson (dict "a" (list) "b" (dict) "c" (list 1 (list)) "d" "<")
mustToPrettyJson (list 1)
toRawJson "<&>\u2028"
mustToRawJson (dict "a" "<")
fromJson .Values.json
fromJson "[1]"
fromJson "null"
fromJson "5"
fromJson "\"x\""
fromJson "true"
fromJson "{"
fromJson ""
fromJson "{\"a\":1,\"a\":2}"
fromJson "{a: 1}"
fromJson "{\"a\" 1}"
fromJson "{\"a\":1 \"b\":2}"
fromJson "{\"a\":1,}"
fromJson "{\"a\":[1 2]}"
fromJson "{\"a\":01}"
fromJson "{\"a\":tru}"
fromJson "{} x"
fromJson "{\"a\":\"\\x\"}"
fromJson "{\"a\":\"b"
fromJson "{\"a\":\"\t\"}"
fromJson "nul"
fromJson "{\"a\":\"\\ud83d\\ude00\\u0041\"}"
fromJson "{\"a\":-}"
fromJson "{\"a\":NaN}"
fromJsonArray "[1, \"a\", null]"
fromJsonArray "{}"
fromJsonArray "null"
fromJsonArray "[1,"
mustFromJson "[1, {\"a\": 2}]"
mustFromJson "5"
fromYaml .Values.yaml
fromYaml ""
fromYaml "null"
fromYaml "- a"
fromYaml "text"
fromYaml "5"
fromYaml "true"
fromYaml "1: a\ntrue: b\n1.5: c\nyes: d"
fromYaml "a: 0o17\nb: 017\nc: 1_000\nd: .5\ne: 1e3\nf: 0x1F\ng: 1:30\nh: 2024-01-02\ni: ~\nj: on\nk: y"
fromYaml "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}"
fromYaml "a: 1\na: 2"
fromYaml "---\na: 1\n---\nb: 2"
fromYaml "a: |\n  x\n  y\nb: >\n  p\n  q\n"
fromYaml "a: 9223372036854775807\nb: 18446744073709551615\nc: 12345678901234567890123"
hasKey (fromYaml "a: b: c") "Error"
hasKey (fromYaml "\ta: 1") "Error"
fromYamlArray "- 1\n- a: b"
fromYamlArray "a: 1"
fromYamlArray ""
len (fromYamlArray "- [")
toYaml .Values.mixed
toYaml .Values.nested
toYaml .Values.lines
toYaml "a: b"
toYaml 5
toYaml 1.5
toYaml nil
toYaml true
toYaml .Values.million
toYaml (semver "1.2.3")
toYaml (dict "a1" 1 "a10" 2 "a2" 3 "B" 4 "b" 5 "_c" 6 "1" 7 "-x" 8 "a-b" 9 "a_b" 10 "aB" 11 "ab" 12 "a.b" 13 "a01" 15)
toYamlPretty (dict "a1" 1 "a10" 2 "a2" 3 "a1b" 4 "aB" 5)
toYaml (dict "x" "\u007f")
toYamlPretty .Values.nested
toYamlPretty .Values.mixed
toYamlPretty (dict "a" (list 1 (list 2 3) (dict "b" (list 4))) "s" "l1\n\tl2" "m" 1000000.0)
toYamlPretty (list)
toYamlPretty nil
toYamlPretty (rest (list))
toYamlPretty "y"
toYamlPretty .Values.million
toToml (dict "a" 1 "b" "x" "c" true "d" 1.5)
toToml .Values.map
toToml .Values.nested
toToml (dict "a" (list 1 2) "b" (list "x") "c" (list (dict "d" 1) (dict "e" 2)))
toToml (dict "a" (list) "b" (dict) "c" (dict "d" (dict)))
toToml (dict "a b" 1 "c.d" (dict "e\"f" 1) "" 2)
toToml (dict "s" "q\"b\\n\nt\t\u0001\u007f\u00e9")
toToml (dict "a" (list 1 "x" true (dict "k" "v") (list 2)))
toToml (dict "a" nil "b" 1)
toToml (dict "f" 1e20 "g" 1e21 "h" 1e-7 "i" 1000000.0 "j" 100.0)
toToml (dict "x" (dict "y" (dict "z" 1)) "w" 1)
toToml (list 1)
toToml "x"
toToml (dict)
toToml (dict "a" (list nil))
toToml (dict "a" (dict "b" (list (dict "c" (list (dict "d" 1))))))
toToml (dict "a" (list (list (dict "b" 1))))
fromToml "a = 1\nb = \"x\"\n[c]\nd = [1, 2.5]\n[[e]]\nf = true\n"
fromToml "a = 0x1F\nd = 1_000\n"
fromToml ""
hasKey (fromToml "a = ") "Error"
"""

REGEX = r"""
regexMatch "^[a-z]+$" "abc"
regexMatch "^[a-z]+$" "abc\n"
regexMatch "(" "abc"
regexMatch "a++" "aa"
mustRegexMatch "b" "abc"
regexMatch "(?i)ABC" "xabcx"
regexMatch "a(?i)b|C" "ac"
regexMatch "^\\d+$" "٣"
regexMatch "^\\w+$" "é"
regexMatch "\\bfoo\\b" "a foo b"
regexMatch "^\\s$" "\v"
regexMatch "^[[:alpha:]]+$" "abcX"
regexMatch "^[^[:space:]]+$" "a b"
regexMatch "^\\p{L}+$" "aéß"
regexMatch "^\\pN+$" "12٣"
regexMatch "^\\p{Greek}+$" "αβ"
regexMatch "^[\\pL\\d_-]+$" "é-1_"
regexMatch "\\Aab\\z" "ab"
regexMatch "(?m)^b$" "a\nb\nc"
regexMatch "(?s)a.b" "a\nb"
regexMatch "a.b" "a\nb"
regexMatch "^a{2,3}$" "aaaa"
regexMatch "a{,3}" "a{,3}"
regexMatch "^[a-]+$" "a-"
regexMatch "^[]a]+$" "]a"
regexMatch "^[^]a]+$" "bc"
regexMatch "x{1001}" "x"
regexMatch "(?=a)" "a"
regexMatch "(a)\\1" "aa"
regexMatch "\\Q.+\\E" "a.+b"
regexMatch "[[a]" "["
regexMatch "[a&&b]" "&"
regexMatch "\\x41\\x{42}\\103" "ABC"
regexMatch "(?P<n>a)(?<m>b)" "ab"
regexMatch "^(?:a|ab)(?:c|bcd)$" "abcd"
regexMatch "(?i)straße" "STRASSE"
regexMatch "(?i)[k]" "K"
regexMatch "(?i)[^a]" "A"
regexMatch "\\_" "_"
regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" "my-host.example.com"
regexMatch "" ""
regexMatch "$^" ""
regexMatch "^*" "x"
regexMatch "(a*)*" "aa"
regexMatch "(?:)" "x"
regexMatch "a**" "aa"
regexMatch "[z-a]" "a"
regexMatch "\\C" "a"
regexMatch "\\z" "a"
regexMatch "\\Z" "a"
regexMatch "*a" "*a"
regexMatch "a|*" "a"
regexMatch "[\\D]" "a"
regexMatch "[^\\D]" "5"
regexMatch "(?U)a+" "aa"
regexFind "[a-z]+" "12abc34def"
regexFind "x" "abc"
regexFind "(?U)a+" "aaa"
regexFind "a+?" "aaa"
regexFind "b|ab" "ab"
regexFind "a|ab" "ab"
mustRegexFind "b." "abc"
regexFindAll "[2,4,6,8]" "123456789" -1
regexFindAll "[2,4,6,8]" "123456789" 2
regexFindAll "a*" "baac" -1
regexFindAll "a*" "" -1
regexFindAll "x" "abc" -1
regexFindAll "b" "abc" 0
regexFindAll "\\b" "ab cd" -1
mustRegexFindAll "." "aé€" -1
regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W"
regexReplaceAll "a(x*)b" "-ab-axxb-" "$1W"
regexReplaceAll "a(x*)b" "-ab-axxb-" "$1 W$$ $2 $x $"
regexReplaceAll "(?P<n>a)" "banana" "<$n>"
regexReplaceAll "a*" "baac" "-"
regexReplaceAll "" "abc" "-"
regexReplaceAll "x*$" "axx" "-"
regexReplaceAll "\\W+" "a b-c.d" "_"
regexReplaceAll "[^a-zA-Z0-9]+" "Foo Bar_Baz!" "-"
regexReplaceAll "é" "aéb" "e"
regexReplaceAll "(a)(b)?" "ac" "[$1|$2]"
regexReplaceAll "a" "aaa" "${0}${bad"
mustRegexReplaceAll "a" "banana" "o"
regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}"
mustRegexReplaceAllLiteral "a" "ab" "$0"
regexSplit "z+" "pizza" -1
regexSplit "z" "pizza" -1
regexSplit "z" "pizza" 0
regexSplit "z" "pizza" 1
regexSplit "z" "pizza" 2
regexSplit "" "abc" -1
regexSplit "a*" "baac" -1
regexSplit "," "" -1
regexSplit "" "" -1
regexSplit "^" "abc" -1
regexSplit "c" "abc" -1
regexSplit "a" "abc" -1
mustRegexSplit "\\s*,\\s*" "a , b,c" -1
regexQuoteMeta "1.2.3+[a]{b}(c)^$|?*\\-/"
regexMatch "\\d{3,}" "12"
regexMatch "^.{1,5}$" "größ"
regexReplaceAll "(?i)hello" "HeLLo x" "bye"
regexReplaceAll "(^_|_$)" "_a_b_" ""
regexReplaceAll "\\s+$" "a  \n" ""
regexFind "[0-9]+$" "a12\n"
regexReplaceAll "(?m)^" "a\nb" "> "
regexReplaceAll "(?m)$" "a\nb" ";"
"""

SEMVER = r"""
semver "1.2.3-alpha.1+build"
(semver "1.2.3").Major
semver "v1.2"
typeOf (semver "1.2.3").Minor
list (semver "v1.2.3-a.b+c").Prerelease (semver "v1.2.3-a.b+c").Metadata (semver "v1.2.3-a.b+c").Original
eq (semver "1.2.3").Major 1
lt (semver "1.2.3").Minor 5
printf "%d.%v" (semver "1.2.3").Major (semver "1.2.3").Minor
(semver "1.2.3").IncMinor | toString
(semver "v1.2.3-rc.1").IncPatch | toString
int (semver "1.30.2").Minor
semverCompare "^1.2.0" "1.3.0"
semverCompare ">=1.19-0" "1.32.0"
semverCompare ">=1.19" "1.32.0-gke.1"
semverCompare ">=1.19-0" "v1.32.0-gke.1"
semverCompare "~1.2" "1.2.9"
semverCompare "<1.0 || >=2.0" "2.5.0"
semverCompare ">1.2" "1.2.5"
semverCompare "1.2.x" "1.2.7"
semverCompare "*" "9.9.9"
semverCompare "^0" "0.9.0"
semverCompare ">=1.14-0, <1.19-0" "1.18.2"
semverCompare "1.2 - 2.0" "1.5.0"
semverCompare "!=1.2.3" "1.2.3"
semverCompare "=1.2.3" "1.2.3+meta"
"""

PATHS = r"""
base "/a/b/c.txt"
base "a/b/"
base ""
base "/"
base "///"
dir "/a/b/c.txt"
dir "a"
dir ""
dir "/"
dir "/a"
dir "a/b/../c/"
clean "/a/./b/../c//d"
clean ""
clean "../../a"
clean "/.."
clean "a/../../b"
ext "a/b.tar.gz"
ext "a.b/c"
ext "noext"
ext ".bashrc"
isAbs "/a"
isAbs "a"
osBase "/a/b"
osDir "/a/b"
osClean "a//b"
osExt "x.y"
osIsAbs "/x"
urlParse "http://admin:secret@server.com:8080/api/v1?list=false&x=1#anchor"
urlParse "https://[::1]:80/x"
urlParse "mailto:a@b.c"
urlParse "/just/path?q"
urlParse "rel/path"
urlParse ""
urlParse "//host/p"
urlParse "HTTP://Host/%41%2Fb c"
urlParse "oci://registry.example.com/repo"
urlParse "http://u%40x:p%3a@h/"
urlParse "http://a/b#f%20x"
urlParse "http://host?x"
urlParse "*"
urlParse "x:"
urlParse "http:///p"
urlParse "///p"
urlParse "http://h/a%20b"
urlJoin (dict "scheme" "https" "host" "example.com" "path" "/a b" "query" "x=1" "fragment" "f g" "userinfo" "u:p@")
urlJoin (dict "host" "example.com" "path" "a")
urlJoin (dict "scheme" "mailto" "opaque" "a@b.c")
urlJoin (dict "path" "a:b/c")
urlJoin (dict "path" "/x?y#z%")
urlJoin (dict "scheme" "http" "host" "[::1]:80")
urlJoin (dict "scheme" "file" "path" "/x")
urlJoin (dict "scheme" "http" "path" "x")
urlJoin (dict "path" "//x")
urlJoin (dict)
urlJoin (urlParse "http://admin:secret@server.com:8080/api/v1?list=false#anchor")
getHostByName "localhost"
"""

DATES = r"""
date "2006-01-02 15:04:05 Mon Jan _2 MST -0700" 1700000000
date "2006-01-02" (int64 0)
dateInZone "2006-01-02T15:04:05Z07:00" 1700000000 "UTC"
dateInZone "2006-01-02T15:04:05Z07:00" 1700000000 "Europe/Berlin"
dateInZone "Monday, 02-Jan-06 03:04:05 PM MST" 1700000000 "America/New_York"
dateInZone "2 January 2006 3:4:5pm .000 002 __2 _2006" 1700000000 "UTC"
dateInZone "15h January Janet Monday Monster 2006x 06 1/2 -07 -07:00:00 Z0700" 1700000000 "Asia/Kolkata"
dateInZone "2006" 1700000000 "No/Where"
date_in_zone "2006-01-02" 1700000000 "UTC"
htmlDate 1700000000
htmlDateInZone 1700000000 "Pacific/Auckland"
toDate "2006-01-02" "2017-12-31" | date "02/01/2006"
toDate "2006-01-02 15:04:05" "2017-12-31 23:59:58.25" | unixEpoch
toDate "2006-01-02T15:04:05Z07:00" "2017-12-31T23:59:58+02:00" | unixEpoch
toDate "Jan 2, 2006 at 3:04pm (MST)" "Feb 3, 2013 at 7:54pm (UTC)" | unixEpoch
toDate "2006-01-02" "nope" | date "2006-01-02"
mustToDate "2006-01-02" "2017-12-31" | htmlDate
dateModify "-1.5h" (toDate "2006-01-02" "2020-03-01") | date "2006-01-02 15:04"
date_modify "24h" (toDate "2006-01-02" "2020-02-28") | htmlDate
dateModify "bogus" (toDate "2006-01-02" "2020-02-28") | htmlDate
mustDateModify "1h2m3s4ms5us6ns" (toDate "2006-01-02" "2020-01-01") | date "15:04:05.000000000"
must_date_modify "+10s" (toDate "2006-01-02" "2020-01-01") | date "05.999"
unixEpoch (toDate "2006-01-02" "1969-12-31")
(toDate "2006-01-02" "2020-03-04").Unix
(toDate "2006-01-02" "2020-03-04").Year
(toDate "2006-01-02" "2020-03-04").YearDay
(toDate "2006-01-02" "2020-03-04").UTC
(toDate "2006-01-02" "x").IsZero
toDate "2006-01-02" "2020-01-02"
toString (toDate "2006-01-02" "2020-01-02")
duration "95"
duration 95
duration (int64 3661)
duration "x"
duration .Values.port
durationRound "2h10m5s"
durationRound "2400h10m5s"
durationRound "59s"
durationRound "9000h"
durationRound "30m1s"
durationRound (int64 5000000000)
durationRound 5
durationRound "x"
durationRound "-2h5m"
"""

ALL = f"{STRINGS}\n{FORMAT}\n{TYPES}\n{DEFAULTS}\n{LISTS}\n{DICTS}\n{MATH}\n{ENCODING}\n{DATA}\n{REGEX}\n{SEMVER}\n{PATHS}\n{DATES}"
